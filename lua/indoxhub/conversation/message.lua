--- The messages of a conversation, as the API takes them; what is known of one
--- besides is not sent.

local content = require "indoxhub.conversation.content"
local json = require "indoxhub.json"
local types = require "indoxhub.params.types"

local message = {}

-- What only the conversation knows of an answer: that it is incomplete, and the
-- pictures that came with it.
local OURS = { "partial", "images" }

-- A call of a tool in the API's form, which replies tell in a simpler one.
local function wire_call(call)
  if call["function"] ~= nil or call.name == nil then
    return content.copy(call)
  end
  return { id = call.id, type = "function", ["function"] = {
    name = call.name, arguments = call.arguments or "{}" } }
end

local function wire_calls(calls)
  local made = {}
  for i, call in ipairs(calls) do
    made[i] = wire_call(call)
  end
  return made
end

-- What a reply that has no text is to be remembered by.
local function text_of(data)
  if type(data) == "table" then
    local ok, encoded = pcall(json.encode, data)
    data = ok and encoded or nil
  end
  return data ~= nil and tostring(data) or ""
end

-- The pictures of a reply, as far as a file can hold them.
local function pictures_of(images)
  local kept = {}
  for i, image in ipairs(images) do
    local index = type(image.index) == "number" and image.index or i - 1
    kept[i] = { index = pcall(json.encode, index) and index or i - 1 }
    for _, name in ipairs { "url", "b64_json" } do
      kept[i][name] = type(image[name]) == "string" and image[name] or nil
    end
  end
  return kept
end

--- The message that a reply amounts to.
---@param reply indoxhub.ChatResponse
---@return indoxhub.Message
function message.of_reply(reply)
  return { role = "assistant", content = text_of(reply.data),
    tool_calls = reply.tool_calls and wire_calls(reply.tool_calls),
    images = reply.images and pictures_of(reply.images) }
end

--- What came of an answer that broke off.
---@param text string
---@return indoxhub.Message
function message.of_partial(text)
  return { role = "assistant", content = text, partial = true }
end

-- What is wrong with the fields that the API gives a meaning, but the content.
local function check(given)
  if type(given) ~= "table" or given[1] ~= nil then
    return "expects one message like { role = \"user\", content = \"...\" }, "
      .. "not a " .. (type(given) == "table" and "list" or type(given))
  end
  local calls = given.tool_calls
  if type(given.role) ~= "string" then
    return "role must be a string, such as \"user\"; it is "
      .. types.show(given.role)
  elseif given.content == nil and not (given.role == "assistant" and calls) then
    return "content is required: a text, or a list of parts"
  elseif calls ~= nil and (type(calls) ~= "table"
    or type(calls[1]) ~= "table") then
    return "tool_calls must be a list of calls, as a reply has them"
  elseif given.tool_call_id ~= nil
    and type(given.tool_call_id) ~= "string" then
    return "tool_call_id must be a string"
  elseif given.partial ~= nil and type(given.partial) ~= "boolean" then
    return "partial must be true or false"
  end
end

-- Everything but the content.
local function take_rest(given)
  local rest = {}
  for name, value in pairs(given) do
    if name ~= "content" then
      rest[name] = value
    end
  end
  return content.take(rest)
end

--- A message that a program gave, as it is kept; the results are those of
--- content.make.
---@param given any
---@param form? "image_url"|"image"|false
---@return indoxhub.Message? made, string? wrong, indoxhub.Error? err
function message.make(given, form)
  local wrong = check(given)
  if wrong then
    return nil, wrong
  end
  local made, err
  made, wrong, err = take_rest(given)
  if not made then
    return nil, wrong, err
  end
  made.tool_calls = made.tool_calls and wire_calls(made.tool_calls)
  if given.content ~= nil and given.content ~= json.null then
    made.content, wrong, err = content.make(given.content, "content", form)
    if made.content == nil then
      return nil, wrong, err
    end
  else
    made.content = given.content
  end
  return made
end

--- A message as it is sent.
---@param kept indoxhub.Message
---@return indoxhub.Message
function message.wire(kept)
  if kept.partial == nil and kept.images == nil then
    return kept
  end
  local sent = {}
  for name, value in pairs(kept) do
    sent[name] = value
  end
  for _, name in ipairs(OURS) do
    sent[name] = nil
  end
  return sent
end

return message
