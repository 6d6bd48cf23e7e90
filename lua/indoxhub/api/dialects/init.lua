--- What the events of a text stream mean, whichever dialect the server speaks.
--
-- A decoder takes one event after the other and hands what it carries to a
-- reading (see api/reading), which knows what was said so far. Handlers return
-- in how many strings of the event its text stands, 1 when they return nothing.

local core = require "indoxhub.core"
local failure = require "indoxhub.api.reading.failure"
local frame = require "indoxhub.api.dialects.frame"
local gateway = require "indoxhub.api.dialects.gateway"
local json = require "indoxhub.base.json"
local reading = require "indoxhub.api.reading"
local responses = require "indoxhub.api.dialects.responses"
local values = require "indoxhub.api.reading.values"

local dialects = {}

---@class indoxhub.Decoder
---@field reading indoxhub.Reading
---@field told? boolean whether any event came
---@field finished? boolean the terminator came: nothing more counts
---@field meant? boolean whether the last event meant anything
---@field holes integer in how many strings of the last event its text stands; 0
--- when the event says more than that
local decoder_methods = {}
local decoder_mt = { __name = "indoxhub.decoder", __index = decoder_methods }

local TERMINATOR = "^%s*%[DONE%]%s*$"

---@param store? indoxhub.TextStore where the text is kept, if not here
---@return indoxhub.Decoder
function dialects.new(store)
  return setmetatable({ reading = reading.new(store), told = false,
    finished = false, meant = false, holes = 0, _mode = nil, _blank = nil },
    decoder_mt)
end

---------------------------------------------------------------------------
-- which handler

local by_type = {}
for _, dialect in ipairs { responses.handlers, gateway } do
  for event_type, handler in pairs(dialect) do
    by_type[event_type] = handler
  end
end

local function on_choices(self, event)
  self:id("chunk", event.id)
  return frame.read(self, event, "choices", event.data)
end

local function on_legacy(self, event)
  self:fact("request_id", values.text_or_nil(event.request_id))
  return frame.read(self, event, "data", event.data)
end

-- Fields that make an event without a type a piece of the envelope.
local OF_LEGACY = { "success", "data", "images", "usage", "tool_calls",
  "function_call", "reasoning_content", "reasoning", "thinking",
  "reasoning_details", "finish_reason", "refusal" }

local function handler_of(event, name)
  local handler = by_type[event.type]
    or type(event.type) ~= "string" and by_type[name]
  if handler then
    return handler
  elseif type(event.choices) == "table" then
    return on_choices
  elseif event.type == nil then
    for _, field in ipairs(OF_LEGACY) do
      if event[field] ~= nil then
        return on_legacy
      end
    end
  end
end

-- The part of an event that explains a failure; nil when it tells of none.
local function failure_of(event, name)
  local response = event.response
  if name == "error" or failure.is_told(event)
    or event.status ~= nil and failure.is_status(event.status)
    and (event.type == nil or gateway[event.type]) then
    return event
  elseif type(response) == "table" and failure.is_of_generation(response) then
    return response
  end
end

---------------------------------------------------------------------------
-- payloads

-- A payload that is one of our objects or would have become one.
local function begins_object(payload)
  local rest = payload:match("^%s*{%s*(.?)")
  return rest == '"' or rest == "}" or rest == ""
end

local function hear(self, event, name)
  local handler = handler_of(event, name)
  self.meant = handler ~= nil
  local one = self.reading
  if event.usage ~= nil then
    one:use(event.usage)
  end
  local holes = handler and handler(one, event) or 1
  self.holes = one.is_plain and one.count == 2 and holes or 0
  local failed = failure_of(event, name)
  if failed then
    one:fail(failed)
  end
end

local function on_object(self, payload, name)
  local event, why, has_halves = nil, nil, false
  if payload:find("^%s*{") then
    event, why = json.decode_piece(payload)
    has_halves = event ~= nil and why == true
  end
  if type(event) ~= "table" then
    return self.reading:break_off(why
      and "an event of the stream is not valid JSON: " .. tostring(why)
      or "an event of the stream is not a JSON object")
  end
  self.reading:begin(has_halves)
  hear(self, event, name)
  return event
end

local function on_raw(self, payload)
  local event = payload:find("^%s*[{%[]") and json.decode(payload)
  if type(event) == "table" then
    event = event[1] == nil and event or event[1]
  end
  if type(event) == "table" and failure.is_told { error = event.error,
      success = event.success, object = event.object } then
    self.reading:fail(event)
    return event
  end
  if self._blank then
    payload, self._blank = self._blank .. payload, nil
  end
  self.meant = true
  self.reading:hear({ text = values.text_or_nil(payload) }, "raw")
  self.holes = 0
  return { type = "text", data = payload }
end

-- An event called "error" whose payload is no object is a message itself.
local function on_named_error(self, payload)
  local event = json.decode(payload)
  if type(event) ~= "table" then
    event = { message = event ~= nil and event ~= json.null
      and tostring(event) or payload ~= "null" and payload or nil }
  end
  self.reading:fail(failure_of(event, "error"))
  return event
end

-- So some servers keep a connection alive while a model thinks.
local function is_null(payload)
  return payload:find("^%s*null%s*$") ~= nil
end

--- Takes one event: what it says is in the reading's `pieces`.
---@param name string
---@param payload string
---@return table? event decoded
function decoder_methods:take(name, payload)
  self.told, self.meant, self.holes = true, false, 0
  self.reading:begin(false)
  if payload:find(TERMINATOR) then
    self.finished = true
    return nil
  elseif name == "error" then
    return on_named_error(self, payload)
  end
  if name ~= "message" and not begins_object(payload) then
    return nil -- a named event without an object, such as a ping
  elseif not self._mode then
    if payload:find("%S") and not is_null(payload) then
      self._mode = begins_object(payload) and "objects" or "raw"
    else -- text if this is raw, else to keep the connection alive
      self._blank = (self._blank or "") .. payload
    end
  end
  if self._mode == "objects" then
    return on_object(self, payload, name)
  elseif self._mode == "raw" then
    return on_raw(self, payload)
  end
end

--- Whether the answer came to its end, as far as the events say so.
---@return boolean
function decoder_methods:is_whole()
  return self.reading.complete
    or self.finished and self.reading:has_any()
end

---------------------------------------------------------------------------
-- bodies

-- Hears a whole body as the one event of its dialect.
local function hear_body(self, body)
  self:use(body.usage)
  -- The last event of a stream, without the stream.
  if type(body.response) == "table" then
    local handler = by_type[body.type] or by_type["response.done"]
    handler(self, body)
  end
  local is_response = type(body.output) == "table" or body.object == "response"
  if is_response then
    responses.read_whole(self, body, false)
  end
  -- At its top a Responses object repeats the request, such as `reasoning`.
  if not is_response or body.choices ~= nil or body.data ~= nil then
    frame.read(self, body, "body", body.data)
  end
  if failure.is_of_generation(body) then
    self:fail(body)
  end
end

-- Keeps what a reading has just handed out.
local function collect(one, told)
  for i = 1, one.count do
    told[#told + 1] = one.pieces[i]
  end
end

---@class indoxhub.Read an answer that was read as a whole
---@field reading indoxhub.Reading
---@field pieces string[] kind and piece in turn
---@field whole boolean whether it said that it is whole

-- A body that has something of an answer is whole unless it says otherwise.
local UNFINISHED = { in_progress = true, queued = true }

local function is_whole_body(one, body)
  return one.complete or one:has_any() and not UNFINISHED[body.status]
    or body.success == true and type(body.data) == "string"
end

--- Reads a body.
---@param body table decoded, changed
---@param has_halves? boolean whether it has halves of characters
---@return indoxhub.Read
function dialects.read_body(body, has_halves)
  local one, told = reading.new(nil, true), {}
  one:begin(has_halves or false)
  hear_body(one, body)
  collect(one, told)
  one:settle()
  collect(one, told)
  return { reading = one, pieces = told, whole = is_whole_body(one, body) }
end

-- Reads events, each of which `take` gives to the decoder.
local function read_each(events, take)
  local decoder, told = dialects.new(), {}
  local one = decoder.reading
  for _, event in ipairs(events) do
    take(decoder, event)
    collect(one, told)
    if decoder.finished or one.failure then
      break
    end
  end
  one:settle()
  collect(one, told)
  return { reading = one, pieces = told, whole = decoder:is_whole() }
end

--- Whether an event ends its answer: then it is all there although its blank
--- line is missing, which some servers leave out behind the last. Any other may
--- have been cut.
---@param event {event: string, data: string}
---@return boolean
function dialects.ends_answer(event)
  local decoder = dialects.new()
  decoder:take(event.event, event.data)
  local one = decoder.reading
  return decoder.finished or one.complete
    or one.failure ~= nil and one.failure.body ~= nil
end

--- Reads a stream of events that came as a whole.
---@param text string
---@return indoxhub.Read? read, string? why
function dialects.read_events(text)
  local parser = core.sse { objects = true }
  local events, why = parser:feed(text)
  if not events then
    return nil, why
  end
  local rest = parser:feed "\n\n" or {}
  if rest[1] and dialects.ends_answer(rest[1]) then
    events[#events + 1] = rest[1]
  end
  return read_each(events, function(decoder, event)
    decoder:take(event.event, event.data)
  end)
end

--- Reads events that came as a list.
---@param list table decoded
---@return indoxhub.Read
function dialects.read_list(list)
  return read_each(list, function(decoder, event)
    decoder.reading:begin(false)
    if type(event) == "table" then
      hear(decoder, event)
    end
  end)
end

return dialects
