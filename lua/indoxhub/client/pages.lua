--- Iterators over lists that the API gives in pages: videos:each_job and
--- user:each_transaction.
--
-- A list grows at its front while it is read, which moves what is behind: what
-- comes a second time is known by its id. How long a list is, servers tell in
-- two ways, so it ends with a page that is not full.

local errors = require "indoxhub.base.errors"
local loop = require "indoxhub.loop"
local options_of = require "indoxhub.api.params.options"
local same = require "indoxhub.base.same"

local pages = {}

-- Items asked for at a time. It is the vendor's own number, and no more than
-- any server gives.
local PAGE_SIZE = 20

-- So many pages without news are not a list that grows but a server that
-- always sends the same.
local MOST_STALE = 3

local OPTIONS = options_of.merge(options_of.CALL, { page_size = "size" })

--- An iterator over a list that comes in pages.
---@class indoxhub.Pages
---@overload fun(): table?
local pages_methods = {}
local pages_mt = { __name = "indoxhub.pages", __index = pages_methods }

---@class indoxhub.PageSource
---@field ask fun(skip: integer, limit: integer): table?, indoxhub.Error?
--- a page with the number of all as `total`
---@field id string the field of an item that names it
---@field operation string

local function new(source, options)
  return setmetatable({ _source = source, _page = {}, _at = 0, _skip = 0,
    _size = options.page_size or PAGE_SIZE, _seen = {}, _count = 0,
    _stale = 0, _brought = true, _ended = false }, pages_mt)
end

-- The next item of the page at hand that is new.
local function take(self)
  while self._at < #self._page do
    self._at = self._at + 1
    local item = self._page[self._at]
    local id = type(item) == "table" and item[self._source.id]
    if type(item) == "table" and (id == nil or not self._seen[id]) then
      if id ~= nil then
        self._seen[id] = true
      end
      self._count, self._brought = self._count + 1, true
      return item
    end
  end
end

-- Whether there is nothing behind a page. A server may give smaller pages than
-- it was asked for, and then says how many items there are.
local function is_last(self, page)
  local total = tonumber(page.total) or 0
  return #page == 0 or #page < self._size and total <= self._skip
end

-- Whether asking on is of no use; nil and an error when that leaves items out.
local function is_stale(self, stale)
  if stale < MOST_STALE then
    return false
  elseif self._count >= (tonumber(self._page.total) or 0) then
    return true
  end
  return nil, errors.new("protocol",
    "the server sends the same page again and again",
    { code = "page", operation = self._source.operation })
end

-- Asks for the next page. Nil and an error when it does not come.
local function turn(self)
  local is_news = self._brought and not self._repeated
  local stale = is_news and 0 or self._stale + 1
  local ended, err = is_stale(self, stale)
  if ended == nil then
    return nil, err
  end
  local page, skip = {}, self._skip
  if not ended then
    page, err = self._source.ask(skip, self._size)
  end
  if not page then
    return nil, err
  elseif skip ~= self._skip then
    return true -- another task has turned it meanwhile
  end
  self._repeated = same.values(page, self._page)
  self._page, self._at, self._stale, self._brought = page, 0, stale, false
  self._skip = skip + #page
  self._ended = is_last(self, page)
  return true
end

--- The next item; nil at the end, nil and an error when a page did not come.
--- Called again after an error it asks for that page again.
---@return table? item, indoxhub.Error? err
function pages_methods:next()
  if getmetatable(self) ~= pages_mt then
    error("call it with a colon, as pages:next()", 2)
  end
  while true do
    local item = take(self)
    if item or self._ended then
      return item
    end
    local ok, err = turn(self)
    if not ok then
      return nil, err
    end
  end
end

--- For `for item in pages do`: raises the error of a page that did not come.
function pages_mt.__call(self)
  local item = take(self)
  if item or self._ended then
    return item
  elseif loop.is_stuck_in_for() then
    error("Lua 5.1 cannot wait inside `for` in a task: use " ..
      "`while true do local item = ...` with :next()", 2)
  end
  local err
  item, err = self:next()
  if err then
    errors.raise(err)
  end
  return item
end

-- The options of an iterator and those of its calls. Raises at the caller of
-- the method that calls the caller of this.
local function check(options, operation)
  local wrong = options ~= nil and options_of.check(options, OPTIONS)
  if wrong then
    error(operation .. ": " .. wrong, 4)
  end
  local for_calls = {}
  for name, value in pairs(options or {}) do
    for_calls[name] = value
  end
  for_calls.page_size = nil
  return options or {}, for_calls
end

--- Iterates over your videos: see meta/helpers.lua.
---@param client indoxhub.Client
---@param options? indoxhub.PageOptions
---@return indoxhub.Pages
function pages.each_job(client, options)
  local own, for_calls = check(options, "videos.each_job")
  return new({ id = "job_id", operation = "videos.each_job",
    ask = function(skip, limit)
      return client.videos:jobs({ skip = skip, limit = limit }, for_calls)
    end }, own)
end

-- The list of a reply, wherever it has it.
local function transactions_of(reply)
  local list = reply.transactions or reply.data
  if list == nil and (reply[1] ~= nil or next(reply) == nil) then
    list = reply
  end
  if type(list) ~= "table" then
    return nil, errors.new("protocol", "the reply has no list of transactions",
      { code = "reply", operation = "user.each_transaction" })
  end
  list.total = reply.total_count
  return list
end

--- Iterates over what you paid: see meta/helpers.lua.
---@param client indoxhub.Client
---@param options? indoxhub.PageOptions
---@return indoxhub.Pages
function pages.each_transaction(client, options)
  local own, for_calls = check(options, "user.each_transaction")
  return new({ id = "id", operation = "user.each_transaction",
    ask = function(skip, limit)
      local reply, err = client.user:transactions({ offset = skip,
        limit = limit }, for_calls)
      if not reply then
        return nil, err
      end
      return transactions_of(reply)
    end }, own)
end

return pages
