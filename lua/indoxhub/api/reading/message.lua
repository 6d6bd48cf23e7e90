--- What a message says, whole or as a delta: the one place that knows where
--- text, reasoning, refusals, calls and images stand in it.

local echoes = require "indoxhub.api.reading.echo"
local parts = require "indoxhub.api.reading.parts"
local values = require "indoxhub.api.reading.values"

local message = {}

---@class indoxhub.Said what a message or a part of an answer says
---@field text? string
---@field reasoning? string
---@field place? string where the reasoning stood
---@field refusal? string
---@field calls? table[] as the server sent them
---@field function_call? table the call of servers that know only one
---@field images? table[] as the server sent them
---@field echo? table<string, any> what the server wants to see again, by name
---@field is_thought? boolean it is an item of reasoning
---@field key? integer|string of an item, see api/dialects/outputs.lua

-- Where reasoning stands, best first.
local REASONING = { "reasoning_content", "reasoning", "thinking" }

local function reasoning_of(from)
  for _, name in ipairs(REASONING) do
    local given = from[name]
    local text = given ~= nil and type(given) ~= "number"
      and parts.plain(given, "reasoning")
    if text then
      return text, name
    end
  end
  return from.reasoning_details ~= nil
    and parts.plain(values.list(from.reasoning_details), "reasoning") or nil,
    "reasoning_details"
end

local function append(said, list, items)
  for _, item in ipairs(items) do
    said[list] = said[list] or {}
    table.insert(said[list], item)
  end
end

-- Fields that say something besides the content. Most deltas have none.
local MORE = { refusal = true, images = true, tool_calls = true,
  function_call = true }
for _, name in ipairs(REASONING) do
  MORE[name] = true
end
for _, name in ipairs(echoes.FIELDS) do
  MORE[name] = true
end

local function has_more(from)
  for name in next, from do
    if MORE[name] then
      return true
    end
  end
  return false
end

local function read_more(said, from)
  local reasoning, place = reasoning_of(from)
  said.reasoning = reasoning or said.reasoning
  said.place = reasoning and place
  said.refusal = from.refusal ~= nil and parts.plain(from.refusal, "refusal")
    or said.refusal
  if from.images ~= nil then
    append(said, "images", values.list(from.images))
  end
  if from.tool_calls ~= nil then
    append(said, "calls", values.list(from.tool_calls))
  end
  if type(from.function_call) == "table" then
    said.function_call = from.function_call
  end
  said.echo = echoes.of(from)
end

--- Reads a message.
---@param from table
---@param content any its content, wherever that stands
---@return indoxhub.Said
function message.read(from, content)
  local said = {}
  if type(content) == "string" then
    said.text = values.text_or_nil(content)
  elseif content ~= nil then
    parts.read(said, content)
  end
  if has_more(from) then
    read_more(said, from)
  end
  return said
end

--- Adds what another place says, where the first says nothing.
---@param said indoxhub.Said
---@param other indoxhub.Said
function message.fill(said, other)
  for name, value in pairs(other) do
    if said[name] == nil then
      said[name] = value
    elseif name == "echo" then
      message.fill(said.echo, value)
    end
  end
end

return message
