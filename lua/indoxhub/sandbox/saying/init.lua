--- From what is asked to what is answered: one choice, or as many as were asked
--- for, each with its text or its calls of tools.

local answers = require "indoxhub.sandbox.saying.answers"
local asking = require "indoxhub.sandbox.saying.asking"
local instructions = require "indoxhub.sandbox.saying.instructions"
local pictures = require "indoxhub.sandbox.saying.pictures"
local pieces = require "indoxhub.sandbox.saying.pieces"
local sample = require "indoxhub.sandbox.saying.sample"
local tools = require "indoxhub.sandbox.saying.tools"

local saying = {}

local unpack = table.unpack or unpack -- luacheck: ignore 143 113

---@class indoxhub.sandbox.Choice
---@field text string
---@field pieces string[] the text as it is streamed
---@field is_json boolean whether the text is JSON
---@field calls? indoxhub.sandbox.ToolCall[]
---@field reasoning? string[] what is thought before, in pieces
---@field finish_reason string

-- Everything up to the first of the texts at which to stop.
local function cut(text, stops)
  local first
  for _, stop in ipairs(stops) do
    local at = text:find(stop, 1, true)
    first = at and math.min(at, first or at) or first
  end
  return first and text:sub(1, first - 1) or text
end

-- What is said to a question, without tools.
local function say(asked, question, nth)
  if asked.results[1] then
    return { text = tools.tell(asked.results), is_general = false }
  elseif asked.seen[1] then
    return { text = pictures.tell(asked.seen), is_general = true }
  end
  return answers.to(question, asked.earlier, nth)
end

local EMPTY = { type = "object", required = { "answer" },
  properties = { answer = { type = "string" } } }

-- The text of an answer in the form that was asked for, and its pieces.
local function form(asked, question, said)
  local text = instructions.apply(asked.rules, said.text, said.is_general)
  if not asked.schema or said.is_exact then
    text = cut(text, asked.stops)
    return text, pieces.words(text), false
  end
  local schema = next(asked.schema) and asked.schema or EMPTY
  text = cut(sample.json(schema, question, text), asked.stops)
  return text, pieces.characters(text), true
end

local function choose(asked, nth)
  local thought, question = answers.thought(asked.question)
  local said = say(asked, question, nth)
  local choice = { text = "", pieces = {}, finish_reason = "stop",
    is_json = false,
    reasoning = thought and pieces.words(thought) }
  local is_answered = asked.results[1] and asked.choice.mode == "auto"
  local calls = not is_answered and tools.calls(asked.tools, asked.choice,
    question, said, asked.may_be_many)
  if calls then
    choice.calls, choice.finish_reason = calls, "tool_calls"
    return choice
  end
  choice.text, choice.pieces, choice.is_json = form(asked, question, said)
  local most = asked.most_pieces
  if most and #choice.pieces > most then
    choice.pieces = { unpack(choice.pieces, 1, most) }
    choice.text = table.concat(choice.pieces)
    choice.finish_reason = "length"
  end
  return choice
end

--- The choices that answer what was asked.
---@param asked indoxhub.sandbox.Asking
---@return indoxhub.sandbox.Choice[]
function saying.choices(asked)
  local choices = {}
  for nth = 1, asked.count do
    choices[nth] = choose(asked, nth)
  end
  return choices
end

--- How many tokens choices are, and how many of them were thought.
---@param choices indoxhub.sandbox.Choice[]
---@return integer all, integer thought
function saying.tokens(choices)
  local all, thought = 0, 0
  for _, choice in ipairs(choices) do
    local reasoning = asking.tokens(table.concat(choice.reasoning or {}))
    thought = thought + reasoning
    all = all + reasoning + asking.tokens(choice.text)
    for _, call in ipairs(choice.calls or {}) do
      all = all + asking.tokens(call.name .. call.arguments)
    end
  end
  return all, thought
end

return saying
