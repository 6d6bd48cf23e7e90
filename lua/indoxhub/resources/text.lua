--- Chat and completion replies, in the three shapes servers send: the envelope,
--- the Responses object and the OpenAI object.

local json = require "indoxhub.json"
local reply = require "indoxhub.reply"

local text = {}

local function first_choice(body)
  local choices = body.choices
  return type(choices) == "table" and type(choices[1]) == "table"
    and choices[1] or nil
end

local function message_of(choice)
  return choice and type(choice.message) == "table" and choice.message or {}
end

-- Calls visit(part) for each part of each message item of `output`.
local function each_part(output, visit)
  for _, item in ipairs(output) do
    local parts = type(item) == "table" and item.content
    for _, part in ipairs(type(parts) == "table" and parts or {}) do
      if type(part) == "table" then
        visit(part, item)
      end
    end
  end
end

--- The text of the `output` list of a Responses object.
---@param output table
---@return string
function text.of_output(output)
  local pieces = {}
  each_part(output, function(part, item)
    if type(part.text) == "string"
      and (item.type == nil or item.type == "message") then
      pieces[#pieces + 1] = part.text
    end
  end)
  return table.concat(pieces)
end

local function text_of_data(data)
  if type(data) ~= "table" then
    return nil
  end
  local message = type(data.message) == "table" and data.message or {}
  for _, candidate in ipairs { data.content or false, data.text or false,
    message.content or false } do
    if type(candidate) == "string" then
      return candidate
    end
  end
end

-- The answer's text wherever this body has it. Data that is no text and holds
-- none stays what it is.
local function find_text(body)
  if type(body.output) == "table" then
    return text.of_output(body.output)
  end
  local choice = first_choice(body)
  if choice then
    local content = message_of(choice).content
    if type(content) == "table" then
      return text.of_output { { content = content } }
    end
    return content or choice.text or ""
  end
  return text_of_data(body.data) or body.data or ""
end

local function find_reasoning(body)
  local message = message_of(first_choice(body))
  local found = body.reasoning_content or message.reasoning_content
    or message.reasoning
  for _, item in ipairs(type(body.output) == "table" and body.output or {}) do
    found = found or (type(item) == "table" and item.reasoning or nil)
  end
  return found
end

-- Some servers count calls, and decode arguments: a text in any case.
local function as_text(value)
  if value ~= nil and type(value) ~= "string" then
    local ok, encoded = pcall(json.encode, value)
    return ok and encoded or nil
  end
  return value
end

--- One tool call in the one form: { id, name, arguments }, all of them texts.
local function tool_call(call)
  local fn = type(call["function"]) == "table" and call["function"] or call
  return { id = as_text(call.call_id or call.id), name = as_text(fn.name),
    arguments = as_text(fn.arguments) }
end

local function find_tool_calls(body)
  local calls = body.tool_calls or message_of(first_choice(body)).tool_calls
  local found = {}
  for _, call in ipairs(type(calls) == "table" and calls or {}) do
    if type(call) == "table" then
      found[#found + 1] = tool_call(call)
    end
  end
  for _, item in ipairs(type(body.output) == "table" and body.output or {}) do
    if type(item) == "table" and item.type == "function_call" then
      found[#found + 1] = tool_call(item)
    end
  end
  return found[1] and found or nil
end

-- Images of chat replies carry a URL, or base64 under one of several names.
---@param item table
---@param index integer when the item tells none
---@return table
function text.image(item, index)
  return { url = item.url, index = item.index or index,
    b64_json = item.b64_json or item.data or item.b64 }
end

local function find_images(body)
  local found = {}
  for i, item in ipairs(type(body.images) == "table" and body.images or {}) do
    if type(item) == "table" then
      found[#found + 1] = text.image(item, i - 1)
    end
  end
  return found[1] and found or nil
end

-- Any one of these makes a body a reply; all are optional.
local FIELDS = { "data", "output", "choices", "images", "success", "usage",
  "request_id", "id", "finish_reason", "tool_calls", "reasoning_content" }

--- Whether a body is a reply in one of the three shapes.
---@param body table
---@return boolean
function text.is_reply(body)
  for _, name in ipairs(FIELDS) do
    if body[name] ~= nil then
      return true
    end
  end
  return false
end

--- Makes a chat or completion reply of a decoded body.
---@param body table
---@return table
function text.normalise(body)
  local choice = first_choice(body)
  reply.envelope(body)
  body.data = find_text(body)
  body.finish_reason = body.finish_reason or choice and choice.finish_reason
  body.reasoning_content = find_reasoning(body)
  body.tool_calls = find_tool_calls(body)
  body.images = find_images(body)
  return body
end

return text
