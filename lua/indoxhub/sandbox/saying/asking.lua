--- What a request for text asks: the question, what was said before it, tools,
--- the form of the answer, and where it ends.

local instructions = require "indoxhub.sandbox.saying.instructions"
local json = require "indoxhub.base.json"
local pictures = require "indoxhub.sandbox.saying.pictures"
local tools = require "indoxhub.sandbox.saying.tools"

local asking = {}

---@class indoxhub.sandbox.Asking
---@field question string
---@field earlier string[] what the user said before it
---@field rules indoxhub.sandbox.Instructions
---@field seen string[] the pictures beside the question
---@field results indoxhub.sandbox.ToolResult[] what tools said since
---@field tools indoxhub.sandbox.Tool[]
---@field choice indoxhub.sandbox.ToolChoice
---@field may_be_many boolean whether several calls may be made at once
---@field schema? table of the answer; {} for any JSON object
---@field stops string[]
---@field most_pieces? integer
---@field count integer how many answers
---@field tokens integer of all that was sent

--- A rough number of tokens.
---@param text string
---@return integer
function asking.tokens(text)
  return math.ceil(#text / 4)
end

-- A field, wherever the server takes it: among the fields, or beside them.
local function field(fields, name)
  local value = fields[name]
  if value == nil and type(fields.additional_params) == "table" then
    value = fields.additional_params[name]
  end
  if not json.is_null(value) then
    return value
  end
end

-- The text of a message, whose content may be a list of parts.
local function text_of(content)
  if type(content) ~= "table" then
    return type(content) == "string" and content or ""
  end
  local pieces = {}
  for _, part in ipairs(content) do
    if type(part) == "table" and type(part.text) == "string" then
      pieces[#pieces + 1] = part.text
    end
  end
  return table.concat(pieces, " ")
end

local IS_SYSTEM = { system = true, developer = true }
local IS_TOOL = { tool = true, ["function"] = true }

-- Id of a call -> the name of the tool, of all calls that were made.
local function names_of_calls(messages)
  local names = {}
  for _, message in ipairs(messages) do
    for _, call in ipairs(type(message.tool_calls) == "table"
      and message.tool_calls or {}) do
      local fn = type(call) == "table"
        and (type(call["function"]) == "table" and call["function"] or call)
      if fn and call.id ~= nil then
        names[call.id] = fn.name
      end
    end
  end
  return names
end

-- What tools said at the end of a conversation.
local function results_of(messages)
  local names, results = nil, {}
  for i = #messages, 1, -1 do
    local message = messages[i]
    if not IS_TOOL[message.role] then
      break
    end
    names = names or names_of_calls(messages)
    table.insert(results, 1, { text = text_of(message.content),
      name = names[message.tool_call_id or ""] or message.name or "The tool" })
  end
  return results
end

-- The last thing that was asked, and what the user said before.
local function question_of(messages)
  local at = #messages
  for i = #messages, 1, -1 do
    if messages[i].role == "user" then
      at = i
      break
    end
  end
  local earlier = {}
  for i = 1, at - 1 do
    if messages[i].role == "user" then
      earlier[#earlier + 1] = text_of(messages[i].content)
    end
  end
  return messages[at], earlier
end

local function system_of(messages)
  local texts = {}
  for _, message in ipairs(messages) do
    if IS_SYSTEM[message.role] then
      texts[#texts + 1] = text_of(message.content)
    end
  end
  return table.concat(texts, "\n")
end

---------------------------------------------------------------------------
-- the form of the answer

-- A schema that stands in a text that asks for JSON, as programs write it for
-- models that know no response_format.
local function schema_in(text)
  if not text:find "JSON" then
    return nil
  end
  for braces in text:gmatch "%b{}" do
    local value = json.decode(braces)
    if type(value) == "table" and (type(value.properties) == "table"
      or type(value["$defs"]) == "table") then
      return value
    end
  end
end

local function schema_of(fields, system, question)
  local text = field(fields, "text")
  local format = field(fields, "response_format")
    or type(text) == "table" and text.format
  if type(format) ~= "table" then
    return schema_in(system) or schema_in(question)
  elseif format.type == "json_schema" then
    local inner = type(format.json_schema) == "table" and format.json_schema
      or format
    return type(inner.schema) == "table" and inner.schema or {}
  elseif format.type == "json_object" then
    return schema_in(system) or schema_in(question) or {}
  end
end

local function stops_of(fields)
  local given = field(fields, "stop") or field(fields, "stop_sequences")
  local stops = {}
  for _, text in ipairs(type(given) == "table" and given or { given }) do
    if type(text) == "string" and text ~= "" then
      stops[#stops + 1] = text
    end
  end
  return stops
end

-- Everything that is sent costs.
local function tokens_of(messages, list, given)
  local sum = list[1] and asking.tokens(json.encode(given)) or 0
  for _, message in ipairs(messages) do
    sum = sum + asking.tokens(text_of(message.content))
      + #pictures.list(message.content) * pictures.TOKENS
    if type(message.tool_calls) == "table" then
      sum = sum + asking.tokens(json.encode(message.tool_calls))
    end
  end
  return sum
end

local function whole(value, default)
  value = tonumber(value)
  return value and value >= 1 and math.floor(value) or default
end

local MOST_ANSWERS = 10

--- Reads a request; nil and what is wrong with one of its fields.
---@param fields table<string, any>
---@param prompt? string what is asked when there are no messages
---@return indoxhub.sandbox.Asking? asking, table? problem {name, message}
function asking.read(fields, prompt)
  local messages = fields.messages
    or { { role = "user", content = prompt or "" } }
  local given = field(fields, "tools")
  local list = tools.read(given)
  local choice, wrong = tools.read_choice(field(fields, "tool_choice"), list)
  if not choice then
    return nil, { "tool_choice", wrong }
  end
  local last, earlier = question_of(messages)
  local question, system = text_of(last.content), system_of(messages)
  return {
    question = question, earlier = earlier,
    rules = instructions.read(system), seen = pictures.list(last.content),
    results = results_of(messages), tools = list, choice = choice,
    may_be_many = field(fields, "parallel_tool_calls") ~= false,
    schema = schema_of(fields, system, question), stops = stops_of(fields),
    most_pieces = whole(field(fields, "max_completion_tokens")
      or field(fields, "max_output_tokens") or field(fields, "max_tokens")),
    count = math.min(whole(field(fields, "n"), 1), MOST_ANSWERS),
    tokens = tokens_of(messages, list, given),
  }
end

return asking
