--- Which of the tools that were sent are called, with which arguments; and what
--- is said when they have answered.

local json = require "indoxhub.base.json"
local sample = require "indoxhub.sandbox.saying.sample"
local sums = require "indoxhub.sandbox.saying.sums"
local words = require "indoxhub.sandbox.saying.words"

local tools = {}

---@class indoxhub.sandbox.Tool
---@field name string
---@field description string
---@field parameters table JSON Schema

---@class indoxhub.sandbox.ToolCall
---@field name string
---@field arguments string JSON

local MOST_CALLS = 4

-- What a word counts that a tool and a question share.
local IN_NAME, IN_DESCRIPTION = 3, 1

local ABOUT_SUMS = { "calculate", "calculator", "compute", "arithmetic", "math",
  "maths", "sum", "add", "multiply", "expression", "evaluate" }

-- "owl" is in "owls", and "temperature" in "temperatures".
local function has(set, word)
  if set[word] then
    return true
  end
  for other in pairs(set) do
    local short, long = word, other
    if #short > #long then
      short, long = long, short
    end
    if #short >= 4 and long:sub(1, #short) == short then
      return true
    end
  end
  return false
end

-- How well a tool fits a question.
local function score(tool, question)
  local asked, total = words.set(question), 0
  local in_name = words.set(tool.name)
  for word in pairs(in_name) do
    total = total + (has(asked, word) and IN_NAME or 0)
  end
  for word in pairs(words.set(tool.description)) do
    total = total + (has(asked, word) and IN_DESCRIPTION or 0)
  end
  if sums.find(question) then
    local about = words.set(tool.name .. " " .. tool.description)
    for _, word in ipairs(ABOUT_SUMS) do
      total = total + (about[word] and IN_NAME or 0)
    end
  end
  return total
end

local function is_given(question, name)
  return question:lower():find(name:lower(), 1, true) ~= nil
end

-- The tools that a question is for, the best first.
local function fitting(list, question)
  local found = {}
  for i, tool in ipairs(list) do
    local points = score(tool, question)
      + (is_given(question, tool.name) and 2 * IN_NAME or 0)
    found[i] = { tool = tool, points = points, place = i }
  end
  table.sort(found, function(a, b)
    if a.points ~= b.points then
      return a.points > b.points
    end
    return a.place < b.place
  end)
  return found
end

-- A tool that wants one name, asked about several, is called for each.
local function calls_of(tool, question, answer, may_repeat)
  local function call(names)
    return { name = tool.name, arguments = sample.json(tool.parameters,
      question, answer, true, names) }
  end
  local names = words.names(question)
  local needed, schemas = sample.needed(tool.parameters)
  local only = #needed == 1 and schemas[needed[1]]
  if not may_repeat or #names < 2 or not only or only.type ~= "string" then
    return { call() }
  end
  local calls, known = {}, {}
  for i = 1, math.min(#names, MOST_CALLS) do
    local made = call { names[i] }
    if not known[made.arguments] then
      calls[#calls + 1], known[made.arguments] = made, true
    end
  end
  return calls
end

local function named(list, name)
  for _, tool in ipairs(list) do
    if tool.name == name then
      return tool
    end
  end
end

---@class indoxhub.sandbox.ToolChoice
---@field mode "auto"|"none"|"required"
---@field name? string of the one to call

--- The calls that answer a question; nil when it is answered in words.
---@param list indoxhub.sandbox.Tool[]
---@param choice indoxhub.sandbox.ToolChoice
---@param question string
---@param said indoxhub.sandbox.Said what would be said without tools
---@param may_be_many boolean
---@return indoxhub.sandbox.ToolCall[]?
function tools.calls(list, choice, question, said, may_be_many)
  if not list[1] or choice.mode == "none" then
    return nil
  elseif choice.name then
    return calls_of(named(list, choice.name), question, said.text, false)
  end
  local found = fitting(list, question)
  -- What the sandbox knows by itself needs a tool only if that fits.
  if choice.mode == "auto" and not said.is_general and found[1].points == 0 then
    return nil
  end
  local calls = calls_of(found[1].tool, question, said.text, may_be_many)
  for i = 2, may_be_many and #found or 1 do
    if found[i].points >= IN_NAME and #calls < MOST_CALLS then
      for _, call in ipairs(calls_of(found[i].tool, question, said.text,
        false)) do
        calls[#calls + 1] = call
      end
    end
  end
  return calls
end

---------------------------------------------------------------------------
-- what they said

---@class indoxhub.sandbox.ToolResult
---@field name string
---@field text string

--- What is said when tools have answered.
---@param results indoxhub.sandbox.ToolResult[]
---@return string
function tools.tell(results)
  local lines = {}
  for i, result in ipairs(results) do
    lines[i] = ("%s says: %s"):format(result.name, result.text)
  end
  return table.concat(lines, "\n")
end

--- The tools of a request, in whichever form they were sent.
---@param given any
---@return indoxhub.sandbox.Tool[]
function tools.read(given)
  local list = {}
  for _, one in ipairs(type(given) == "table" and given or {}) do
    local fn = type(one) == "table"
      and (type(one["function"]) == "table" and one["function"] or one)
    if fn and type(fn.name) == "string" and not json.is_null(fn) then
      list[#list + 1] = { name = fn.name,
        description = type(fn.description) == "string" and fn.description
          or "",
        parameters = type(fn.parameters) == "table" and fn.parameters
          or type(fn.input_schema) == "table" and fn.input_schema or {
            type = "object" } }
    end
  end
  return list
end

--- Reads `tool_choice`; nil and what is wrong with it when it names a tool that
--- was not sent.
---@param given any
---@param list indoxhub.sandbox.Tool[]
---@return indoxhub.sandbox.ToolChoice? choice, string? message
function tools.read_choice(given, list)
  if type(given) ~= "table" or json.is_null(given) then
    local mode = given == "any" and "required" or given
    if mode == nil or json.is_null(mode) then
      return { mode = "auto" }
    elseif mode ~= "auto" and mode ~= "none" and mode ~= "required" then
      return nil, "must be auto, none, required, or name a function"
    elseif mode == "required" and not list[1] then
      return nil, "is required, but no tools were sent"
    end
    return { mode = mode }
  end
  local fn = type(given["function"]) == "table" and given["function"] or given
  if type(fn.name) ~= "string" then
    return tools.read_choice(given.mode or given.type, list)
  elseif not named(list, fn.name) then
    return nil, ("names %s, which is not among the tools"):format(fn.name)
  end
  return { mode = "required", name = fn.name }
end

return tools
