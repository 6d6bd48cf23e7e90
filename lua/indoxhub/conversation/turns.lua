--- One question and its answer, from what is sent to what is remembered.

local content = require "indoxhub.conversation.content"
local history = require "indoxhub.conversation.history"
local message = require "indoxhub.conversation.message"
local settings = require "indoxhub.conversation.settings"
local streams = require "indoxhub.stream"
local totals = require "indoxhub.conversation.totals"
local window = require "indoxhub.conversation.window"

local turns = {}

---@class indoxhub.Turn a question under way
---@field operation string the method that asks
---@field keep integer how many messages stay before its answer
---@field question? indoxhub.Entry comes after these, if it is not among them

-- Stands for a question that comes next.
local QUESTION = { role = "user" }

-- Why the history cannot be asked with as it is.
local function check_end(entries)
  local last = entries[#entries]
  if not last then
    return "there is nothing to send: give a text, or add messages first"
  elseif last.message.role == "assistant" and not last.message.tool_calls then
    return "the last question was answered: give a text, or regenerate"
  end
  return history.refuse(entries, QUESTION)
end

-- The entry of a question; nil and what is wrong, or nil, nil and an error.
local function make_question(self, given)
  local wrong = given == "" and "the question is empty"
    or history.refuse(self._entries, QUESTION)
  local made, err
  if not wrong then
    made, wrong, err = content.make(given, "the question",
      self._settings.image_parts)
  end
  return made and { message = { role = "user", content = made } }, wrong, err
end

--- Begins a turn with a question, or with the history as it is; nil and what is
--- wrong with it, or nil, nil and an error.
---@param self indoxhub.Conversation
---@param operation string
---@param given? string|table
---@return indoxhub.Turn? turn, string? wrong, indoxhub.Error? err
function turns.begin(self, operation, given)
  local turn = { operation = operation, keep = #self._entries }
  self._running[1] = turn
  local wrong, err
  if given == nil then
    wrong = check_end(self._entries)
  else
    turn.question, wrong, err = make_question(self, given)
  end
  if wrong or err then
    self._running[1] = nil
    if err then
      err.operation = operation
    end
    return nil, wrong, err
  end
  return turn
end

--- Begins a turn with the last question; nil when there is none.
---@param self indoxhub.Conversation
---@return indoxhub.Turn?
function turns.again(self)
  local turn = { operation = "conversation.regenerate",
    keep = history.last_question(self._entries) }
  if turn.keep then
    self._running[1] = turn
    return turn
  end
end

-- The history as a turn leaves it, without its answer.
local function entries_of(self, turn)
  local entries = {}
  for i = 1, turn.keep do
    entries[i] = self._entries[i]
  end
  entries[#entries + 1] = turn.question
  return entries
end

-- The fields of a turn's call; nil and an error when it is over the budget.
local function fields_of(self, turn)
  local messages, err = window.choose(entries_of(self, turn), self._settings)
  if not messages then
    err.operation = turn.operation
    return nil, err
  end
  local fields = settings.fields(self._settings)
  fields.messages = messages
  return fields
end

local function record(self, turn, answer)
  local entries = self._entries
  for i = #entries, turn.keep + 1, -1 do
    entries[i] = nil
  end
  entries[#entries + 1] = turn.question
  entries[#entries + 1] = { message = answer }
end

-- What came of an answer that broke off stays, unless there is an older one.
local function record_partial(self, turn, text)
  totals.add(self._totals)
  if turn.keep == #self._entries then
    record(self, turn, message.of_partial(text))
  end
end

local function finish(self, turn, reply, err)
  self._running[1] = nil
  if reply then
    totals.add(self._totals, reply.usage)
    record(self, turn, message.of_reply(reply))
  elseif err.partial and err.partial ~= "" then
    record_partial(self, turn, err.partial)
  end
end

--- Waits for the answer of a turn.
---@param self indoxhub.Conversation
---@param turn indoxhub.Turn
---@param options? indoxhub.CallOptions
---@return indoxhub.ChatResponse? reply, indoxhub.Error? err
function turns.ask(self, turn, options)
  local fields, err = fields_of(self, turn)
  local reply
  if fields then
    reply, err = self._client.chat:create(fields, options)
  end
  finish(self, turn, reply, err)
  return reply, err
end

--- Opens the answer of a turn as a stream.
---@param self indoxhub.Conversation
---@param turn indoxhub.Turn
---@param options? indoxhub.StreamOptions
---@return indoxhub.Stream? stream, indoxhub.Error? err
function turns.open(self, turn, options)
  local fields, err = fields_of(self, turn)
  local stream
  if fields then
    stream, err = self._client.chat:stream(fields, options)
  end
  if not stream then
    finish(self, turn, nil, err)
    return nil, err
  end
  streams.on_end(stream, function(reply, failure)
    finish(self, turn, reply, failure)
  end)
  return stream
end

return turns
