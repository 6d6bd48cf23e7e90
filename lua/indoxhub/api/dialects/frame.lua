--- Events and bodies that hold a message: OpenAI's chunks and objects with
--- choices, the gateway's content frames, the envelope and its pieces.
--
-- All three are one thing to read: a message at the top, whose content stands
-- in `data`, and choices, each with a delta or a whole message. What several of
-- these places say is taken from the first.

local failure = require "indoxhub.api.reading.failure"
local message = require "indoxhub.api.reading.message"
local values = require "indoxhub.api.reading.values"

local frame = {}

local table_or_empty = values.table_or_empty

local function index_of(choice, place)
  local index = values.number_or_nil(choice.index)
  return index and index >= 0 and index % 1 == 0 and index or place - 1
end

-- A message, be it nothing but its text.
local function message_of(value)
  return type(value) == "string" and { content = value }
    or table_or_empty(value)
end

local function delta_of(choice)
  local delta = message_of(choice.delta)
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
  local whole = choice.message ~= nil and message_of(choice.message)
  if whole and next(whole) then
    self:hear_whole(message.read(whole, whole.content), index)
    self:use(whole.usage)
  end
  if choice.usage ~= nil then
    self:use(choice.usage)
  end
  if choice.finish_reason ~= nil then
    self:finish(choice.finish_reason, index)
  end
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
  refusal = true, text = true, type = true }

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
  local facts = self.facts
  if facts.id == nil then
    self:fact("id", values.text_or_nil(event.id))
  end
  if facts.model == nil then
    self:fact("model", event.model)
  end
  if facts.provider == nil then
    self:fact("provider", event.provider)
  end
  if facts.created_at == nil then
    self:fact("created_at", event.created_at)
    self:fact("created_at", event.created)
  end
end

-- Whether the text at the top stands in the first choice, too.
local function has_copy(event, data)
  local choice = table_or_empty(values.list(event.choices)[1])
  return table_or_empty(choice.delta).content == data
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
  if event.x_groq ~= nil then
    self:use(table_or_empty(event.x_groq).usage)
  end
  local said, failed
  if data ~= nil or source ~= "choices" then -- chunks have choices only
    said = read_top(self, event, data)
  end
  if event.choices ~= nil then
    self:has_choices()
    said, failed = read_choices(self, event, source, said, data)
  end
  if said then
    self:hear(said, source)
  end
  if event.finish_reason ~= nil then
    self:finish(event.finish_reason)
    failed = failed or failure.of_choice(event, event)
  end
  if failed then
    self:fail(failed)
  end
  return data ~= nil and has_copy(event, data) and 2 or 1
end

return frame
