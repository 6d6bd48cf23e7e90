--- indoxhub.map: a function for each item of a list, some at a time, and a file
--- that keeps what came of it, so that a program which was killed goes on.
--
-- What an item came to is written before anybody is told of it. An item whose
-- result cannot be written has both, the result and the error, and no other is
-- begun: what is paid from there on would be lost with the program.

local errors = require "indoxhub.base.errors"
local digest = require "indoxhub.map.digest"
local options_of = require "indoxhub.api.params.options"
local pool = require "indoxhub.loop.pool"
local store = require "indoxhub.map.store"
local task = require "indoxhub.loop.task"

local OPTIONS = { concurrency = "size", on_progress = "callback",
  resume = "string" }
local ALIASES = { limit = "concurrency", parallel = "concurrency",
  workers = "concurrency", progress = "on_progress", file = "resume",
  path = "resume", checkpoint = "resume" }

local CONCURRENCY = 8

---@class indoxhub.Map a map under way
---@field items any[]
---@field fn fun(item: any, index: integer): any, any
---@field on_progress? fun(...)
---@field store indoxhub.MapStore|false
---@field pool indoxhub.Pool
---@field results any[]
---@field failures any[]
---@field over boolean[] whether an item has one of them
---@field done integer how many those are
---@field failed integer how many of them have failed
---@field next integer the first item that was not looked at
---@field why indoxhub.Error|false why no other is begun
---@field left boolean the program has its results already

---------------------------------------------------------------------------
-- checking

-- The items as a list of our own, and how many there are; nil and why not.
local function items_of(list)
  if type(list) ~= "table" then
    return nil, "expects a list of items, not "
      .. (list == nil and "nil" or "a " .. type(list))
  end
  local items, count, last = {}, 0, 0
  for place, item in pairs(list) do
    if type(place) ~= "number" or place < 1 or place % 1 ~= 0 then
      return nil, ("expects a list of items, and %s is a name in it: make a "
        .. "list of what is to be done first"):format(tostring(place))
    end
    items[place], count, last = item, count + 1, math.max(last, place)
  end
  if count == last then
    return items, count
  end
  local hole = 1
  while items[hole] ~= nil do
    hole = hole + 1
  end
  return nil, ("item %d of %d is nil; leave it out, or put indoxhub.null there")
    :format(hole, last)
end

local function check(fn, options)
  if type(fn) ~= "function" then
    return "expects a function that is called with each item, not "
      .. (fn == nil and "nil" or "a " .. type(fn))
  end
  local wrong = options_of.check(options, OPTIONS, ALIASES)
  if not wrong and options.resume and (options.resume == ""
    or options.resume:find("%z")) then
    wrong = "option resume must be the name of a file"
  end
  return wrong
end

---------------------------------------------------------------------------
-- items

local function tell(err, traceback)
  local ok, why = pcall(task.on_error, err, traceback)
  if not ok then
    task.report(why)
  end
end

-- What the program's function raises is told once, and costs no result.
local function show_progress(self, i)
  local on_progress = self.on_progress
  if not on_progress or self.left then
    return
  end
  local traceback
  local ok, err = xpcall(function()
    on_progress(self.done, #self.items, self.failed, i, self.failures[i])
  end, function(raised)
    traceback = debug.traceback()
    return raised
  end)
  if not ok then
    self.on_progress = nil
    tell(err, traceback)
  end
end

local function finish_item(self, i, value, err)
  local problem = err
  if value ~= nil or not err then
    problem = nil
    if self.store then
      value, problem = store.keep(self.store, i, value)
    end
    if problem then
      self.why = self.why or problem
      pool.hold(self.pool)
    end
  end
  if self.left then
    return
  end
  self.results[i], self.failures[i] = value, problem
  self.over[i], self.done = true, self.done + 1
  self.failed = self.failed + (problem == nil and 0 or 1)
  show_progress(self, i)
end

local function do_item(self, i)
  local value, err = self.fn(self.items[i], i)
  finish_item(self, i, value, err)
end

local function next_item(self)
  local i = self.next
  while self.over[i] do
    i = i + 1
  end
  self.next = i + 1
  if self.items[i] ~= nil then
    return i
  end
end

---------------------------------------------------------------------------
-- the whole

-- Tries once more to write what could not be written, and closes the file.
local function close(self)
  local written, err = store.close(self.store)
  if err then
    tell(err, debug.traceback())
  end
  if not self.left then
    for _, one in ipairs(written) do
      self.results[one.index], self.failures[one.index] = one.result, nil
      self.failed = self.failed - 1
    end
  end
end

-- With all that its end takes: there may be no memory then.
local function new(items, fn, options)
  local self = { items = items, fn = fn, on_progress = options.on_progress,
    results = {}, failures = {}, over = {}, done = 0, failed = 0, next = 1,
    store = false, why = false, left = false }
  for i = 1, #items do
    self.over[i] = false
  end
  self.pool = pool.new {
    limit = options.concurrency or CONCURRENCY,
    take = function()
      return next_item(self)
    end,
    work = function(i)
      do_item(self, i)
    end,
    failed = function(i, err)
      if not self.over[i] then
        finish_item(self, i, nil, err == nil and "the function raised nil"
          or err)
      end
    end,
    at_end = function() -- what was paid in spite of it is kept, too
      if self.store and self.left then
        close(self)
      end
    end,
  }
  return self
end

-- Opens the file, and takes what it holds. True, or nil and an error.
local function open(self, path, keys)
  local opened, err = store.open(path, keys, function(i, value)
    self.results[i], self.over[i] = value, true
    self.done = self.done + 1
  end)
  self.store = opened or false
  if opened and self.done > 0 then
    local ok, why = pcall(show_progress, self)
    if not ok then
      store.close(opened)
      error(why, 0)
    end
  end
  return opened and true, err
end

-- The error of each item that was not begun, or has not come to its end.
local function fail_rest(self)
  if self.done == #self.items then
    return
  end
  local err = self.why and store.not_begun(self.why) or errors.cancelled()
  for i = 1, #self.items do
    if not self.over[i] then
      self.failures[i], self.failed = err, self.failed + 1
    end
  end
end

-- Does what is to be done.
local function run(self)
  local whole, failure = pool.run(self.pool, "indoxhub.map"), self.pool.failure
  self.left = not whole
  if self.store and (whole or failure.raised or self.pool.count == 0) then
    close(self)
  end
  if failure.raised then
    error(failure.err, 0)
  end
end

local map = {}

--- Calls a function with each item of a list, some at a time, each call in a
--- task of its own, and returns two lists by index: what each call returned
--- first, and its error (raised, or returned after nil). The second is nil when
--- all succeeded. Cancelling the task that maps cancels the calls that run.
---
--- With `resume` each result is written to a file as soon as it is there, and
--- what the file has is not done again: a program that was killed goes on where
--- it was. An item is known again by what it is, as JSON, and not by its place;
--- equal items are as many. Results must be what JSON can carry, and are
--- returned as the file has them: a reply is kept whole, without what
--- `indoxhub.meta` tells. What failed is not kept. When a result cannot be
--- written, it is returned with an error beside it, and no other item is begun.
--- A file that is in use, or is something else, gives nil and an error before
--- anything is called.
---@param list any[] The items, without holes.
---@param fn fun(item: any, index: integer): any, any Called with each item.
---@param options? indoxhub.MapOptions
---@return any[]? results, any[]|indoxhub.Error|nil errors
function map.over(list, fn, options)
  local items, wrong = items_of(list)
  options = options == nil and {} or options
  wrong = not items and wrong or check(fn, options)
  local keys
  if not wrong and options.resume then
    keys, wrong = digest.of_all(items)
  end
  if wrong then
    error("map: " .. wrong, 2)
  end
  pool.check "indoxhub.map"
  local self = new(items, fn, options)
  if keys then
    local ok, err = open(self, options.resume, keys)
    if not ok then
      return nil, err
    end
  end
  run(self)
  fail_rest(self)
  return self.results, self.failed > 0 and self.failures or nil
end

return map
