--- The source of a stream: asks the model, and hands out the answer as data of
--- events. What it is for the rest stands in streams/init.lua.

local estimate = require "indoxhub.gateway.estimate"
local failures = require "indoxhub.gateway.failures"
local indoxhub = require "indoxhub"
local json = require "indoxhub.base.json"
local metrics = require "indoxhub.gateway.metrics"

local upstreams = require "indoxhub.gateway.upstreams"

local ngx = rawget(_G, "ngx")

local sources = {}

---@class indoxhub.gateway.Source
local methods = {}
methods.__index = methods

--- The end of every whole answer.
local DONE = "[DONE]"

local RESOURCES = { chat = "chat", completion = "completions" }

--- Makes one. Nothing is asked before `open`.
---@param gateway table
---@param context table
---@param fields table of the call
---@return indoxhub.gateway.Source
function sources.new(gateway, context, fields)
  return setmetatable({ gateway = gateway, context = context,
    fields = fields, stream = nil, is_closed = false }, methods)
end

-- Asks the model: whether the fields were right, and the stream, or why none.
local function ask(self)
  local gateway, context = self.gateway, self.context
  return pcall(upstreams.ask, gateway, context, function(one)
    local resource = one.client[RESOURCES[context.operation]]
    self.fields.stream_options = one.is_compatible
      and { include_usage = true } or nil
    local options = gateway.call_options(context)
    options.reasoning = true
    return resource:stream(self.fields, options)
  end)
end

--- Asks the model. True when it has begun to answer; nil and what the request
--- is to be ended with.
---@return true? ok, table? answer
function methods:open()
  local gateway, context = self.gateway, self.context
  context.is_opened = true
  self.task = indoxhub.spawn(ask, self)
  if self.is_closed then
    self.task:cancel()
  end
  local ok, stream, err = self.task:await()
  if ok == nil then -- the task was cancelled
    ok, stream, err = true, nil, stream
  end
  self.task = nil
  if stream and ok then
    self.stream = stream
    return true
  end
  if ok then
    gateway.tell_failure(context, err)
  end
  gateway.finish(context, nil)
  return nil, gateway.answer_of(context, ok and failures.of(err)
    or failures.misuse(stream, context))
end

--- Ends `open` or `run`, or keeps them from beginning. What was opened and is
--- not run is settled here.
function methods:close()
  self.is_closed = true
  if self.stream then
    self.stream:close()
  elseif self.task then
    self.task:cancel()
  end
  if not self.task and not self.runs then
    self.gateway.finish(self.context, nil)
  end
end

-- Hands out the pieces. True at the end of the answer; nil when nobody wants
-- more, or nil and an error.
local function hand_out(self, face, write, gaps)
  local context, stream = self.context, self.stream
  local last
  while true do
    local text, count, kind = stream:next_batch()
    if not text then
      local err = count
      return not err or nil, err
    end
    local now = ngx.now()
    if last then
      metrics.note(gaps, now - last)
    else
      metrics.time(self.gateway, "first_piece_seconds", now - context.started)
    end
    last = now
    if not write(face.piece(text, kind)) then
      stream:close()
      return nil
    end
  end
end

local function write_all(list, write)
  for _, data in ipairs(list) do
    if not write(data) then
      return nil
    end
  end
  return true
end

-- Ends what was whole.
local function conclude(self, face, write)
  local reply = self.stream:reply()
  self.usage = reply and reply.usage
  return write_all(face.last(reply or {}), write) and write(DONE)
end

-- Ends what broke off.
local function break_off(self, write, err)
  local gateway, context = self.gateway, self.context
  self.usage = err.usage
  gateway.tell_failure(context, err)
  write(json.encode(gateway.face(context).failure(failures.of(err))))
end

local function run(self, write)
  local face = self.gateway.face(self.context).stream(self.context)
  local gaps = metrics.times "between_pieces_seconds"
  local ok, err = write_all(face.first(), write), nil
  if ok then
    ok, err = hand_out(self, face, write, gaps)
  end
  metrics.hand_in(self.gateway, gaps)
  if ok then
    ok = conclude(self, face, write)
  elseif err and not self.is_closed then
    break_off(self, write, err)
    return nil, "failed"
  end
  if not ok then
    self:close()
    return nil, "cancelled"
  end
  return true
end

--- Hands out the answer; see streams/init.lua.
---@param write fun(data: string, text?: string, tail?: string): any the data
--- of an event, or three strings that are it and have no line ends
---@return true? whole, string? kind
function methods:run(write)
  self.runs = true
  local ok, result, kind = pcall(run, self, write)
  if not ok then
    ngx.log(ngx.ERR, "indoxhub gateway: ", tostring(result))
    self:close()
    result, kind = nil, "failed"
  end
  local context = self.context
  local tokens, cost = estimate.used(self.gateway.options, context.model,
    self.usage)
  context.tokens, context.cost = tokens, cost
  self.gateway.finish(context, self.usage)
  return result, kind
end

return sources
