--- What the events of a text stream mean, whichever dialect the server speaks.
--
-- A decoder gets one event after the other and tells which text it carries;
-- everything else it gathers for the final reply. One kind of event is locked
-- as the one that carries text, the first that does, because a server may send
-- the same words in two dialects at once.
--
-- Handlers return text, kind ("text" or "reasoning") and in how many strings of
-- the event that text stands (0: it is not to be learned by the delta path).

local json = require "indoxhub.json"
local reply = require "indoxhub.reply"
local text = require "indoxhub.resources.text"

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

-- Indexes come from the server and become keys of tables.
local MOST_TOOL_CALLS = 128

---@return indoxhub.Decoder
function dialects.new()
  return setmetatable({
    reply = {}, _ids = {}, _filled = {}, _reasoning = {}, _tools = {},
  }, decoder_mt)
end

local function table_or_empty(value)
  return type(value) == "table" and value or {}
end

local function text_or_nil(value)
  return type(value) == "string" and value ~= "" and value or nil
end

---------------------------------------------------------------------------
-- text

-- Text counts when its kind of event is the locked one.
local function claim(self, dialect, piece, holes)
  piece = text_or_nil(piece)
  if not piece then
    return nil
  end
  self._locked = self._locked or dialect
  if self._locked == dialect then
    return piece, "text", holes
  end
end

local function claim_reasoning(self, dialect, piece)
  piece = text_or_nil(piece)
  if not piece then
    return nil
  end
  self._reasons = self._reasons or dialect
  if self._reasons == dialect then
    table.insert(self._reasoning, piece)
    return piece, "reasoning", 0
  end
end

-- Ids by who told them; see decoder:stream_id.
local function note_id(self, from, id)
  self._ids[from] = self._ids[from] or text_or_nil(id)
end

-- What a field of the final reply becomes the first time it is told.
local function note(self, name, value)
  if self.reply[name] == nil then
    self.reply[name] = value
  end
end

---------------------------------------------------------------------------
-- responses: the events of a Responses object

-- Snapshots repeat text that came before in pieces. Only where no piece came do
-- they count: `_filled` knows by output how its text came ("delta", "part" or
-- "item"). Events that leave their number out could belong to any output.
local function fill_gap(self, output, as, piece)
  local filled = self._filled
  local how = filled[output or "any"] or filled.any
    or not output and next(filled) and "other"
  if how and not (how == "part" and as == "part")
    or self._locked and self._locked ~= "responses" then
    return nil
  end
  local got, kind = claim(self, "responses", piece, 0)
  if got then
    filled[output or "any"] = as
  end
  return got, kind, 0
end

local function note_response(self, response)
  note_id(self, "response", response.id)
  note(self, "id", text_or_nil(response.id))
  note(self, "model", response.model)
  note(self, "provider", response.provider)
  note(self, "created_at", response.created_at)
end

local function on_created(self, event)
  note_response(self, table_or_empty(event.response))
end

local function on_delta(self, event)
  note_id(self, "response", event.response_id)
  if text_or_nil(event.delta) then
    self._filled[event.output_index or "any"] = "delta"
  end
  return claim(self, "responses", event.delta, 1)
end

local function on_part_done(self, event)
  return fill_gap(self, event.output_index, "part",
    table_or_empty(event.part).text)
end

local function note_reasoning_snapshot(self, reasoning)
  if not self._reasoning[1] and text_or_nil(reasoning) then
    self._reasoning[1] = reasoning
  end
end

local function on_item_done(self, event)
  local item = table_or_empty(event.item)
  note_reasoning_snapshot(self, item.reasoning)
  if item.type == "function_call" then
    self._tools[#self._tools + 1] = { id = item.call_id or item.id,
      name = item.name, pieces = { text_or_nil(item.arguments) } }
    return nil
  end
  return fill_gap(self, event.output_index, "item", text.of_output { item })
end

-- Few answers have any.
local function images_of(self)
  self._images = self._images or {}
  return self._images
end

local function on_image_done(self, event)
  local call = table_or_empty(event.image_generation_call)
  local url, data = text_or_nil(call.url), text_or_nil(event.data)
  if url or data then
    local images = images_of(self)
    table.insert(images, { url = url, b64_json = data, index = #images })
  end
end

local function on_response_done(self, event)
  local response = table_or_empty(event.response)
  note_response(self, response)
  self.complete = true
  self._usage = reply.usage(response.usage) or self._usage
  note(self, "finish_reason", text_or_nil(response.finish_reason))
  if type(response.output) == "table" then
    return fill_gap(self, nil, "item", text.of_output(response.output))
  end
end

---------------------------------------------------------------------------
-- gateway: named frames

local function on_usage_start(self, event)
  note_id(self, "frame", event.request_id)
  note(self, "request_id", text_or_nil(event.request_id))
  note(self, "provider", event.provider)
  note(self, "model", event.model)
  self._usage_start = event.input_tokens
end

local function first_choice(event)
  return table_or_empty(table_or_empty(event.choices)[1])
end

-- The reason of an end, which makes the answer a whole one.
local function note_finish(self, reason)
  reason = text_or_nil(reason)
  if reason then
    self.complete = true
    note(self, "finish_reason", reason)
  end
end

local function on_content(self, event)
  local choice = first_choice(event)
  note(self, "provider", event.provider)
  note_finish(self, choice.finish_reason)
  local copy = text_or_nil(table_or_empty(choice.delta).content)
  local piece = text_or_nil(event.data) or copy
  return claim(self, "content", piece, copy == event.data and 2 or 1)
end

local function on_finish(self, event)
  self.complete = true
  note_finish(self, text_or_nil(event.finish_reason)
    or first_choice(event).finish_reason)
end

local function on_usage_final(self, event)
  self.complete = true
  self._usage_final = { input_tokens = event.input_tokens,
    output_tokens = event.output_tokens, cost_usd = event.cost_usd,
    latency_ms = event.latency_ms }
end

---------------------------------------------------------------------------
-- openai: chunks with choices

-- Fragments of a call carry its number. Without one, an id of its own begins
-- the next call.
local function tool_index(self, fragment)
  local last = self._tools[#self._tools]
  local id = text_or_nil(fragment.id)
  if last and id and last.id and last.id ~= id then
    return #self._tools
  end
  return math.max(0, #self._tools - 1)
end

local function add_tool_fragment(self, fragment)
  local index = tonumber(fragment.index) or tool_index(self, fragment)
  if index < 0 or index >= MOST_TOOL_CALLS or index % 1 ~= 0 then
    return
  end
  for i = #self._tools + 1, index + 1 do
    self._tools[i] = { pieces = {} }
  end
  local call = self._tools[index + 1]
  local fn = table_or_empty(fragment["function"])
  call.id = call.id or text_or_nil(fragment.id)
  call.name = call.name or text_or_nil(fn.name)
  if type(fn.arguments) == "string" then
    table.insert(call.pieces, fn.arguments)
  end
end

-- Only the first choice becomes the reply's data.
local function on_choice(self, choice)
  local delta = table_or_empty(choice.delta)
  local calls = table_or_empty(delta.tool_calls)
  for _, fragment in ipairs(calls) do
    add_tool_fragment(self, table_or_empty(fragment))
  end
  note_finish(self, choice.finish_reason)
  local reasoning = text_or_nil(delta.reasoning_content)
    or text_or_nil(delta.reasoning)
  local piece = text_or_nil(delta.content) or text_or_nil(choice.text)
  if not piece then
    return claim_reasoning(self, "choices", reasoning)
  end
  -- Both at once are rare: the reasoning shows up in the reply only.
  claim_reasoning(self, "choices", reasoning)
  return claim(self, "choices", piece, (reasoning or calls[1]) and 0 or 1)
end

local function on_choices(self, event)
  note_id(self, "chunk", event.id)
  note(self, "id", text_or_nil(event.id))
  note(self, "model", event.model)
  note(self, "provider", event.provider)
  note(self, "created_at", event.created)
  self._usage_other = reply.usage(event.usage) or self._usage_other
  for _, choice in ipairs(event.choices) do
    if type(choice) == "table" and (choice.index or 0) == 0 then
      return on_choice(self, choice)
    end
  end
end

---------------------------------------------------------------------------
-- legacy: pieces of the envelope

local function on_legacy(self, event)
  note(self, "request_id", text_or_nil(event.request_id))
  note(self, "finish_reason", text_or_nil(event.finish_reason))
  self._usage_other = reply.usage(event.usage) or self._usage_other
  local images = table_or_empty(event.images)
  for _, item in ipairs(images) do
    if type(item) == "table" then
      table.insert(images_of(self), text.image(item, #images_of(self)))
    end
  end
  return claim(self, "data", event.data, images[1] and 0 or 1)
end

---------------------------------------------------------------------------
-- which handler

local by_type = {
  ["response.created"] = on_created,
  ["response.reasoning.delta"] = function(self, event)
    note_id(self, "response", event.response_id)
    return claim_reasoning(self, "responses", event.delta)
  end,
  ["response.content_part.delta"] = on_delta,
  ["response.content_part.done"] = on_part_done,
  ["response.output_item.done"] = on_item_done,
  ["response.image_generation_call.completed"] = on_image_done,
  ["response.done"] = on_response_done,
  ["response.completed"] = on_response_done,
  usage_start = on_usage_start,
  content = on_content,
  finish = on_finish,
  usage_final = on_usage_final,
}

local function handler_of(event, name)
  local handler = by_type[event.type] or by_type[name]
  if handler then
    return handler
  elseif type(event.choices) == "table" then
    return on_choices
  elseif event.type == nil and (event.data ~= nil or event.images ~= nil
    or event.usage ~= nil) then
    return on_legacy
  end
end

local function is_error_event(event, name)
  return name == "error" or event.type == "error" or reply.is_failure(event)
    or table_or_empty(event.response).status == "failed"
end

-- The part of an event that explains a failure, as errors.from_body reads it.
local function failure_body(event)
  local response = table_or_empty(event.response)
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
  local piece, kind = claim(self, "raw", payload, 0)
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
  note(self, "request_id", body.id or request_id)
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
