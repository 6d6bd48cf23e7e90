--- The messages of a conversation, as the API takes them; what is known of one
--- besides is not sent.

local content = require "indoxhub.conversation.content"
local echo = require "indoxhub.api.reading.echo"
local json = require "indoxhub.base.json"
local reading = require "indoxhub.api.reading"
local types = require "indoxhub.api.params.types"
local utf8 = require "indoxhub.base.utf8"

local message = {}

-- What only the conversation knows of an answer: that it is incomplete, and the
-- pictures that came with it.
local OURS = { "partial", "images" }

-- A call of a tool in the API's form, which replies tell in a simpler one.
local function wire_call(call)
  if call["function"] ~= nil or call.name == nil then
    return content.copy(call)
  end
  local made = content.copy(echo.of(call)) or {}
  made.id, made.type = call.id, "function"
  made["function"] = { name = call.name, arguments = call.arguments or "{}" }
  return made
end

local function wire_calls(calls)
  local made = {}
  for i, call in ipairs(calls) do
    made[i] = wire_call(call)
  end
  return made
end

local function add(to, fields)
  for name, value in pairs(fields or {}) do
    to[name] = value
  end
end

-- What a reply that has no text is to be remembered by.
local function text_of(data)
  if type(data) == "table" then
    local ok, encoded = pcall(json.encode, utf8.copy(data))
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

-- What a server wants to see again with the results of the tools it called.
local function add_echo(made, reply)
  local again = reading.echo(reply) or { calls = {} }
  add(made, again.message)
  for i, call in ipairs(made.tool_calls) do
    add(call, again.calls[i])
  end
end

--- The message that a reply amounts to, so that it can be sent back: what the
--- server wrote may be no UTF-8.
---@param reply indoxhub.ChatResponse
---@return indoxhub.Message
function message.of_reply(reply)
  local made = utf8.copy { role = "assistant", content = text_of(reply.data),
    images = reply.images and pictures_of(reply.images) }
  if reply.tool_calls then
    made.content = made.content ~= "" and made.content or nil
    made.tool_calls = utf8.copy(wire_calls(reply.tool_calls))
    add_echo(made, reply)
  end
  return made
end

--- What came of an answer that broke off.
---@param text string
---@return indoxhub.Message
function message.of_partial(text)
  return { role = "assistant", content = utf8.text(text), partial = true }
end

-- What is wrong with the fields that the API gives a meaning, but the content.
local function check(given)
  if type(given) ~= "table" or given[1] ~= nil then
    return "expects one message like { role = \"user\", content = \"...\" }, "
      .. "not a " .. (type(given) == "table" and "list" or type(given))
  end
  local calls, wrong_role = given.tool_calls, types.not_role(given.role)
  if wrong_role then
    return "role " .. wrong_role
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

--- A message of a file, which nobody else has, keeps the server's own bytes.
---@param made indoxhub.Message
---@param saved indoxhub.Message
function message.keep_bytes(made, saved)
  add(made, echo.of(saved))
  local calls = type(saved.tool_calls) == "table" and saved.tool_calls or {}
  for i, call in ipairs(made.tool_calls or {}) do
    add(call, type(calls[i]) == "table" and echo.of(calls[i]))
  end
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
  if given.content ~= nil and not json.is_null(given.content) then
    made.content, wrong, err = content.make(given.content, "content", form)
    if made.content == nil then
      return nil, wrong, err
    end
  else
    made.content = given.content
  end
  return made
end

local function without_echo(sent)
  for name in pairs(echo.of(sent) or {}) do
    sent[name] = nil
  end
end

--- A message as it is sent.
---@param kept indoxhub.Message
---@param echoes? boolean whether servers get back what they want to see again;
--- default true
---@return indoxhub.Message
function message.wire(kept, echoes)
  local leaves_out = echoes == false and kept.tool_calls ~= nil
  local says_nothing = kept.tool_calls ~= nil and kept.content == nil
  if kept.partial == nil and kept.images == nil and not leaves_out
    and not says_nothing then
    return kept
  end
  local sent = {}
  add(sent, kept)
  for _, name in ipairs(OURS) do
    sent[name] = nil
  end
  if says_nothing then
    sent.content = json.null -- the API wants to see it; "" others refuse
  end
  if leaves_out then
    without_echo(sent)
    sent.tool_calls = content.copy(kept.tool_calls)
    for _, call in ipairs(sent.tool_calls) do
      without_echo(call)
    end
  end
  return sent
end

return message
