--- What a conversation is asked with: its own settings, and the fields of
--- client.chat:create, which are sent with each question.

local content = require "indoxhub.conversation.content"
local endpoints = require "indoxhub.api.endpoints"
local files = require "indoxhub.api.params.files"
local json = require "indoxhub.base.json"
local options_of = require "indoxhub.api.params.options"
local params = require "indoxhub.api.params"
local spelling = require "indoxhub.base.spelling"
local tools = require "indoxhub.tools"
local types = require "indoxhub.api.params.types"

local settings = {}

-- Those that are not sent as they are; types of api/params/options.lua.
local OWN = { system = "string", max_tokens_context = "count",
  count_tokens = "callback", image_parts = { "image_url", "image" },
  echo = "boolean", max_steps = "size", approve = "callback",
  on_call = "callback", on_result = "callback", on_tool_error = "callback",
  fallback = "models", fallback_after = "patience" }

local OWN_NAMES = {}
for name in pairs(OWN) do
  OWN_NAMES[#OWN_NAMES + 1] = name
end

-- What no other program may see of them.
local SECRET = "byok_api_key"

local CHAT = endpoints.find("chat", "create")

-- Stands for the history where fields are checked.
local SAMPLE = { { role = "user", content = "" } }

local function has_file(value)
  if files.is(value) then
    return true
  elseif type(value) == "table" then
    for _, item in pairs(value) do
      if has_file(item) then
        return true
      end
    end
  end
  return false
end

-- What is wrong with the value of a field that is sent.
local function check_value(name, value)
  local wrong = name == "tools" and tools.check(value)
  if wrong then
    return wrong
  end
  local ok, why = pcall(json.encode, { [name] = value })
  if not ok then
    return why
  elseif has_file(value) then
    return ("%s holds a file; files are parts of a question"):format(name)
  end
end

-- What other libraries call the setting `system`.
local ALIASES = { system_prompt = "system", system_message = "system",
  systemPrompt = "system" }

local function check_name(name)
  if name == "messages" then
    return "messages are not given at once: add each with " ..
      "conversation:add{...}"
  end
  local near = ALIASES[name]
    or type(name) == "string" and spelling.nearest(name, OWN_NAMES)
  return near and ("unknown field %s: did you mean %s?"):format(name, near)
end

--- What is wrong with some settings; nil when they are fine.
---@param given any
---@return string?
function settings.check(given)
  if type(given) ~= "table" then
    return "expects a table of settings, such as { model = \"provider/model\" "
      .. "}, not a " .. type(given)
  end
  local own, fields = {}, { messages = SAMPLE }
  for name, value in pairs(given) do
    if OWN[name] then
      own[name] = value
    else
      local wrong = check_name(name)
      if wrong then
        return wrong
      end
      fields[name] = value
    end
  end
  local wrong = options_of.check(own, OWN)
    or types.not_text("system", own.system)
    or select(2, params.place(CHAT, fields, false))
  for name, value in pairs(fields) do
    wrong = wrong or check_value(name, value)
  end
  return wrong
end

--- What is wrong with fields that are given for one turn; nil when they are
--- fine.
---@param given any
---@return string?
function settings.check_fields(given)
  if type(given) ~= "table" then
    return "fields must be a table of what is sent, such as { tool_choice = " ..
      "\"none\" }, not a " .. type(given)
  end
  for name in pairs(given) do
    if OWN[name] then
      return ("fields.%s is a setting of the conversation, and not sent")
        :format(name)
    end
  end
  local wrong = settings.check(given)
  return wrong and "fields: " .. wrong
end

--- The fields to send, without the messages.
---@param given table
---@param more? table fields of one turn, which come before the settings
---@return table
function settings.fields(given, more)
  local fields = {}
  for name, value in pairs(given) do
    if not OWN[name] then
      fields[name] = value
    end
  end
  for name, value in pairs(more or {}) do
    fields[name] = value
  end
  -- A server of tools may have none; servers of models refuse an empty list,
  -- and what is said of tools where there are none.
  if type(fields.tools) == "table" and next(fields.tools) == nil then
    fields.tools, fields.tool_choice = nil, nil
    fields.parallel_tool_calls = nil
  end
  return fields
end

--- Those that are options of each call.
---@param given table
---@return table
function settings.options(given)
  return { fallback = given.fallback, fallback_after = given.fallback_after }
end

--- A copy of a setting that a program gave. Tools stay what they are, so that
--- they can be run.
---@param name string
---@param value any
---@return any
function settings.copy(name, value)
  if name ~= "tools" or type(value) ~= "table" then
    return content.copy(value)
  end
  local list = {}
  for i, tool in ipairs(value) do
    list[i] = tools.is(tool) and tool or content.copy(tool)
  end
  return list
end

local function without_secrets(value)
  if type(value) ~= "table" then
    return value
  end
  local kept = setmetatable({}, getmetatable(value))
  for name, item in pairs(value) do
    if name ~= SECRET then
      kept[name] = without_secrets(item)
    end
  end
  return kept
end

--- Those that a file may hold: no functions, and no keys.
---@param given table
---@return table
function settings.to_save(given)
  local kept = {}
  for name, value in pairs(given) do
    if OWN[name] ~= "callback" and name ~= SECRET then
      kept[name] = without_secrets(content.copy(value))
    end
  end
  return kept
end

return settings
