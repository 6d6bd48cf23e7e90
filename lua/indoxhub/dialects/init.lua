--- What the events of a text stream mean, whichever dialect the server speaks.
--
-- A decoder gets one event after the other and tells which text it carries;
-- everything else it gathers for the final reply. One kind of event is locked
-- as the one that carries text, the first that does, because a server may send
-- the same words in two dialects at once.
--
-- Handlers return text, kind ("text" or "reasoning") and in how many strings of
-- the event that text stands (0: it is not to be learned by the delta path).

local choices = require "indoxhub.dialects.choices"
local gateway = require "indoxhub.dialects.gateway"
local json = require "indoxhub.json"
local legacy = require "indoxhub.dialects.legacy"
local notes = require "indoxhub.dialects.notes"
local reply = require "indoxhub.reply"
local responses = require "indoxhub.dialects.responses"

local dialects = {}

---@class indoxhub.Decoder
---@field reply table what the events told, for the final reply
---@field told? boolean whether any event came
---@field finished? boolean the terminator came: nothing more counts
---@field complete? boolean an event said that the answer is whole
---@field failure? {body?: table, message?: string} told by an event, or broken
local decoder_methods = {}
local decoder_mt = { __name = "indoxhub.decoder", __index = decoder_methods }

local TERMINATOR = "^%s*%[DONE%]%s*$"

---@return indoxhub.Decoder
function dialects.new()
  return setmetatable({
    reply = {}, _ids = {}, _filled = {}, _reasoning = {}, _tools = {},
  }, decoder_mt)
end

---------------------------------------------------------------------------
-- which handler

local by_type = {}
for _, dialect in ipairs { responses, gateway } do
  for event_type, handler in pairs(dialect) do
    by_type[event_type] = handler
  end
end

local function handler_of(event, name)
  local handler = by_type[event.type] or by_type[name]
  if handler then
    return handler
  elseif type(event.choices) == "table" then
    return choices
  elseif event.type == nil and (event.data ~= nil or event.images ~= nil
    or event.usage ~= nil) then
    return legacy
  end
end

local function is_error_event(event, name)
  return name == "error" or event.type == "error" or reply.is_failure(event)
    or notes.table_or_empty(event.response).status == "failed"
end

-- The part of an event that explains a failure, as errors.from_body reads it.
local function failure_body(event)
  local response = notes.table_or_empty(event.response)
  if event.error == nil and response.error ~= nil then
    return { error = response.error, id = response.id }
  end
  return event
end

---------------------------------------------------------------------------
-- payloads

-- A payload that is one of our objects or would have become one.
local function begins_object(payload)
  local rest = payload:match("^%s*{%s*(.?)")
  return rest == '"' or rest == "}" or rest == ""
end

local function broken(self, why)
  self.failure = { message = why }
end

local function on_object(self, payload, name)
  local event, message = json.decode(payload)
  if type(event) ~= "table" or not payload:find("^%s*{") then
    return broken(self, message
      and "an event of the stream is not valid JSON: " .. message
      or "an event of the stream is not a JSON object")
  end
  if is_error_event(event, name) then
    self.failure = { body = failure_body(event) }
    return nil, nil, nil, event
  end
  local handler = handler_of(event, name)
  if not handler then
    return nil, nil, nil, event
  end
  local piece, kind, holes = handler(self, event)
  return piece, kind, holes, event
end

local function on_raw(self, payload)
  local event = payload:find("^%s*{") and json.decode(payload)
  if type(event) == "table" and reply.is_failure { error = event.error } then
    self.failure = { body = event }
    return nil, nil, nil, event
  end
  if self._blank then
    payload, self._blank = self._blank .. payload, nil
  end
  local piece, kind = notes.claim(self, "raw", payload, 0)
  return piece, kind, 0, { type = "text", data = payload }
end

-- An event called "error" whose payload is no object is a message itself.
local function on_named_error(self, payload)
  local event = json.decode(payload)
  if type(event) ~= "table" then
    event = { message = event ~= nil and event ~= json.null
      and tostring(event) or payload ~= "null" and payload or nil }
  end
  self.failure = { body = failure_body(event) }
  return nil, nil, nil, event
end

--- Takes one event. Returns its text, what kind that is, in how many of its
--- strings it stands, and the decoded event.
---@param name string
---@param payload string
---@return string? piece, string? kind, integer? holes, table? event
function decoder_methods:take(name, payload)
  self.told = true
  if payload:find(TERMINATOR) then
    self.finished = true
    return nil
  elseif name == "error" then
    return on_named_error(self, payload)
  end
  if name ~= "message" and not begins_object(payload) then
    return nil -- a named event without an object, such as a ping
  elseif not self._mode then
    if payload:find("%S") then
      self._mode = begins_object(payload) and "objects" or "raw"
    else
      self._blank = (self._blank or "") .. payload -- text, if this is raw
    end
  end
  if self._mode == "objects" then
    return on_object(self, payload, name)
  elseif self._mode == "raw" then
    return on_raw(self, payload)
  end
end

local function final_usage(self)
  local final = self._usage_final
  local usage = self._usage or reply.usage(final) or self._usage_other
  if usage and final then
    usage.cost = usage.cost or final.cost_usd
    usage.cost_usd = final.cost_usd
    usage.latency_ms = final.latency_ms
  end
  return usage or self._usage_start
    and reply.usage { input_tokens = self._usage_start } or nil
end

-- Calls whose number was skipped are none.
local function final_tools(self)
  local calls = {}
  for _, call in ipairs(self._tools) do
    local arguments = table.concat(call.pieces)
    if call.id or call.name or arguments ~= "" then
      calls[#calls + 1] = { id = call.id, name = call.name,
        arguments = arguments }
    end
  end
  return calls[1] and calls or nil
end

--- The id for the stop call. No document says which it is: the likeliest first.
---@param header? string the id of the request, from the headers
---@return string?
function decoder_methods:stream_id(header)
  local ids = self._ids
  return ids.response or ids.frame or header or ids.chunk
end

--- The reply that the stream amounts to.
---@param data string all text
---@param request_id? string from the headers
---@return table
function decoder_methods:final_reply(data, request_id)
  local body = self.reply
  notes.field(self, "request_id", body.id or request_id)
  body.data = data
  body.success = true
  body.usage = final_usage(self)
  if self._reasoning[1] then
    body.reasoning_content = table.concat(self._reasoning)
  end
  body.images = self._images
  body.tool_calls = final_tools(self)
  return body
end

return dialects
