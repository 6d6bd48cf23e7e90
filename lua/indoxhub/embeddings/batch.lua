--- client.embeddings:batch: many texts as several calls of `create`, a few at a
--- time, and one reply.
--
-- Each part is a call with attempts of its own, so what succeeded is never
-- asked again. What failed in spite of them is told, and a later call goes on
-- there: whether a call may be billed twice is for the program to say.

local errors = require "indoxhub.base.errors"
local options_of = require "indoxhub.api.params.options"
local task = require "indoxhub.loop.task"

-- Options of ours; the others are those of `create`.
local OURS = { size = "count", concurrency = "count",
  on_progress = "callback", resume = "any" }
local OPTIONS = options_of.merge(options_of.CALL,
  options_of.merge(OURS, { as = { "vectors" } }))

-- Servers take at least so many texts in a call.
local SIZE = 64
local CONCURRENCY = 4

-- After these no other part would succeed, either.
local HOPELESS = { authentication = true, permission = true,
  insufficient_credits = true, not_found = true, cancelled = true,
  forked = true, budget = true }

-- What the usage of several calls is the sum of.
local SUMS = { "tokens_prompt", "tokens_completion", "tokens_total", "cost",
  "cache_read_tokens", "cache_write_tokens", "reasoning_tokens",
  "request_count" }

---------------------------------------------------------------------------
-- checking

local copy = options_of.merge

-- The fields of a call, with `text` as a list of our own; nil and why not.
local function fields_of(given)
  if type(given) ~= "table" then
    return nil, "expects a table with a list of texts as text, not "
      .. (given == nil and "nil" or "a " .. type(given))
  end
  local fields = given[1] == nil and copy(given) or { text = given }
  local texts = fields.text
  if type(texts) ~= "table" then
    return nil, "text must be a list of texts, not "
      .. (texts == nil and "nil" or "a " .. type(texts))
  end
  fields.text = copy(texts)
  local count = 0
  for place, text in pairs(fields.text) do
    if type(place) ~= "number" then
      return nil, ("%s stands in the list of texts: put that into text = {...}")
        :format(tostring(place))
    elseif type(text) ~= "string" then
      return nil, ("text[%s] must be a string, not a %s"):format(
        tostring(place), type(text))
    end
    count = count + 1
  end
  return count == #fields.text and fields or nil, "text is a list with holes"
end

local function check_options(options, count)
  local wrong = options_of.check(options, OPTIONS)
  if wrong then
    return wrong
  elseif options.size == 0 or options.concurrency == 0 then
    return ("option %s must be at least 1"):format(
      options.size == 0 and "size" or "concurrency")
  end
  local resume = options.resume
  if resume ~= nil then
    if not errors.is(resume) or not resume.missing then
      return "option resume must be the error of a batch, with err.missing"
    elseif #resume.partial.data ~= count then
      return ("option resume is of %d texts, and these are %d"):format(
        #resume.partial.data, count)
    end
  end
end

---------------------------------------------------------------------------
-- parts

---@class indoxhub.Batch a batch under way
---@field client indoxhub.Client
---@field fields table with all texts
---@field options table
---@field call_options table those of each call
---@field reply table what came so far; `data` has false for what did not
---@field done integer how many texts have their vectors
---@field hopeless? boolean no other part is to be begun
---@field raised? {err: any} what the program's function raised

local function new(client, fields, options)
  local before = copy(options.resume and options.resume.partial)
  local self = { client = client, fields = fields, options = options, done = 0,
    call_options = copy(options), reply = before }
  for name in pairs(OURS) do
    self.call_options[name] = nil
  end
  -- Vectors of two models cannot be compared.
  self.call_options.fallback = false
  local data = before.data or {}
  before.success, before.data = true, {}
  before.usage = before.usage and copy(before.usage)
  for i = 1, #fields.text do
    before.data[i] = data[i] or false
    self.done = self.done + (data[i] and 1 or 0)
  end
  return self
end

-- Lists of the texts that are to be asked for, by their places.
local function parts_of(self)
  local parts, size = {}, self.options.size or SIZE
  for i = 1, #self.fields.text do
    if not self.reply.data[i] then
      local last = parts[#parts]
      if not last or #last == size then
        last = {}
        parts[#parts + 1] = last
      end
      last[#last + 1] = i
    end
  end
  return parts
end

local function add_usage(merged, usage)
  for _, name in ipairs(SUMS) do
    if type(usage[name]) == "number" then
      merged.usage = merged.usage or {}
      merged.usage[name] = (merged.usage[name] or 0) + usage[name]
    end
  end
end

local function keep(self, part, reply)
  local merged = self.reply
  for i, place in ipairs(part) do
    merged.data[place] = reply.data[i]
  end
  self.done = self.done + #part
  for _, name in ipairs { "dimensions", "model", "provider" } do
    merged[name] = merged[name] or reply[name]
  end
  add_usage(merged, reply.usage or {})
end

-- What the program's function raises ends the batch.
local function show_progress(self)
  local on_progress = self.options.on_progress
  if on_progress and not self.raised then
    local ok, err = pcall(on_progress, self.done, #self.fields.text)
    if not ok then
      self.raised, self.hopeless = { err = err }, true
    end
  end
end

local function fields_for(self, part)
  local fields = copy(self.fields)
  fields.text = {}
  for i, place in ipairs(part) do
    fields.text[i] = self.fields.text[place]
  end
  return fields
end

-- Asks for one part; the error when that fails. What `create` raises is raised
-- by the batch.
local function ask(self, part)
  if self.hopeless then
    return nil
  end
  local reply, err = self.client.embeddings:create(fields_for(self, part),
    self.call_options)
  local size = self.reply.dimensions
  if reply and size and reply.dimensions ~= size then
    reply, err = nil, errors.new("protocol", ("the server sent vectors of %d "
      .. "numbers, and before of %d"):format(reply.dimensions, size),
      { code = "dimensions", usage = reply.usage })
  end
  if not reply then
    self.hopeless = self.hopeless or HOPELESS[err.kind]
    return err
  end
  keep(self, part, reply)
  show_progress(self)
end

---------------------------------------------------------------------------
-- the end

-- The error of the batch: that of a part that failed, and what came of others.
local function failure(self, err, failed, count)
  err = errors.copy(err)
  err.operation = "embeddings.batch"
  if count > 1 then
    err.message = ("%s (%d of %d parts are missing)"):format(err.message,
      failed, count)
  end
  err.partial, err.missing = self.reply, {}
  for i, vector in ipairs(self.reply.data) do
    if not vector then
      table.insert(err.missing, i)
    end
  end
  return err
end

-- The worst of the parts' errors, which is one that ended the others.
local function worst(list, count)
  local first
  for i = 1, count do
    local err = list[i]
    if err and (not first or HOPELESS[err.kind] and not HOPELESS[first.kind])
    then
      first = err
    end
  end
  return first
end

-- What `create` has against the fields, as said of the batch.
local function raise(err)
  local wrong = type(err) == "string" and err:match("embeddings%.create: (.*)$")
  error(wrong and "embeddings.batch: " .. wrong or err, wrong and 5 or 0)
end

local function finish(self, parts, results, raised)
  for i = 1, #parts do
    if raised and raised[i] and not errors.is(raised[i]) then
      raise(raised[i])
    end
    results[i] = results[i] or raised and raised[i]
  end
  if self.raised then
    error(self.raised.err, 0)
  end
  local failed = 0
  for _, part in ipairs(parts) do
    failed = failed + (self.reply.data[part[1]] and 0 or 1)
  end
  if failed > 0 then
    return nil, failure(self, worst(results, #parts), failed, #parts)
  end
  return self.reply
end

--- Turns many texts into vectors: see meta/helpers.lua.
---@param client indoxhub.Client
---@param given table fields of `create` with a list as text, or that list
---@param options? indoxhub.BatchOptions
---@return indoxhub.EmbeddingResponse? reply, indoxhub.Error? err
return function(client, given, options)
  local fields, wrong = fields_of(given)
  options = options == nil and {} or options
  wrong = not fields and wrong or check_options(options, #fields.text)
  if wrong then
    error("embeddings.batch: " .. wrong, 3)
  end
  local self = new(client, fields, options)
  local parts = parts_of(self)
  local fns = {}
  for i, part in ipairs(parts) do
    fns[i] = function()
      return ask(self, part)
    end
  end
  local results, raised = task.gather(fns,
    { concurrency = options.concurrency or CONCURRENCY })
  local reply, err = finish(self, parts, results, raised)
  return reply, err
end
