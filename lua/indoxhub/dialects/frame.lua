--- Events and bodies that hold a message: OpenAI's chunks and objects with
--- choices, the gateway's content frames, the envelope and its pieces.
--
-- All three are one thing to read: a message at the top, whose content stands
-- in `data`, and choices, each with a delta or a whole message. What several of
-- these places say is taken from the first.

local failure = require "indoxhub.reading.failure"
local message = require "indoxhub.reading.message"
local values = require "indoxhub.reading.values"

local frame = {}

local table_or_empty = values.table_or_empty

local function index_of(choice, place)
  local index = values.number_or_nil(choice.index)
  return index and index >= 0 and index % 1 == 0 and index or place - 1
end

local function delta_of(choice)
  local delta = table_or_empty(choice.delta)
  local said = message.read(delta, delta.content)
  said.text = said.text or values.digits_or_text(choice.text)
  return said
end

-- Hears what a choice says; `said` is what was said beside it, in `beside`.
local function read_choice(self, choice, index, source, said, beside)
  local delta = delta_of(choice)
  if said then
    -- Digits in the first place are no better than a text in the second.
    said.text = type(beside) ~= "string" and delta.text or said.text
    message.fill(said, delta)
    delta = said
  end
  self:hear(delta, source, index)
  local whole = table_or_empty(choice.message)
  if next(whole) then
    self:hear_whole(message.read(whole, whole.content), index)
    self:use(whole.usage)
  end
  self:use(choice.usage)
  self:finish(choice.finish_reason, index)
end

local function read_choices(self, event, source, said, data)
  local failed
  for place, choice in ipairs(values.list(event.choices)) do
    if type(choice) == "table" then
      local index = index_of(choice, place)
      read_choice(self, choice, index, source, index == 0 and said or nil,
        data)
      said = index ~= 0 and said or nil
      failed = failed or failure.of_choice(choice, event)
    end
  end
  return said, failed
end

-- Fields of data that is a message.
local OF_MESSAGE = { role = true, content = true, tool_calls = true,
  text = true, type = true }

local function is_message(data)
  for name in pairs(data) do
    if not OF_MESSAGE[name] then
      return false
    end
  end
  return true
end

-- Reads the top of an event. Data that holds more than a message stays a table;
-- its calls count all the same.
local function read_top(self, event, data)
  if type(data) ~= "table" then
    return message.read(event, data)
  end
  local said = message.read(event)
  local inner = table_or_empty(data.message)
  if next(inner) and next(data, next(data)) == nil then
    data = inner
  end
  if next(data) and is_message(data) then
    local content = data.content
    if type(content) ~= "string" and data.text ~= nil then
      content = data.text
    end
    message.fill(said, message.read(data, content))
  elseif next(data) then
    self.table = self.table or data
    self.is_plain = false
    message.fill(said, { calls = data.tool_calls
      and values.list(data.tool_calls) })
  end
  return said
end

local function note_facts(self, event)
  self:fact("id", values.text_or_nil(event.id))
  self:fact("model", event.model)
  self:fact("provider", event.provider)
  self:fact("created_at", event.created_at)
  self:fact("created_at", event.created)
end

local function use_all(self, event)
  self:use(event.usage)
  self:use(table_or_empty(event.x_groq).usage)
end

--- Reads one. In how many strings of the event its text stands is returned, for
--- the delta path.
---@param self indoxhub.Reading
---@param event table
---@param source string the dialect
---@param data any its content at the top
---@return integer holes
function frame.read(self, event, source, data)
  note_facts(self, event)
  use_all(self, event)
  local said, failed = read_top(self, event, data), nil
  if event.choices ~= nil then
    self:has_choices()
    said, failed = read_choices(self, event, source, said, data)
  end
  if said then
    self:hear(said, source)
  end
  self:finish(event.finish_reason)
  if failed then
    self:fail(failed)
  elseif type(event.finish_reason) == "string"
    and event.finish_reason:lower() == "error" then
    self:fail(failure.of_choice(event, event))
  end
  local choice = table_or_empty(values.list(event.choices)[1])
  return data ~= nil and table_or_empty(choice.delta).content == data and 2 or 1
end

return frame
