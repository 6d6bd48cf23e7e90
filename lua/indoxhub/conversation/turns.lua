--- One question and its answer, from what is sent to what is remembered.

local content = require "indoxhub.conversation.content"
local history = require "indoxhub.conversation.history"
local message = require "indoxhub.conversation.message"
local replies = require "indoxhub.api.replies.reply"
local settings = require "indoxhub.conversation.settings"
local steps = require "indoxhub.conversation.steps"
local streams = require "indoxhub.stream"
local structured = require "indoxhub.structured"
local totals = require "indoxhub.conversation.totals"
local window = require "indoxhub.conversation.window"

local turns = {}

---@class indoxhub.Turn a question under way
---@field operation string the method that asks
---@field keep integer how many messages stay before its answer
---@field question? indoxhub.Entry comes after these, if it is not among them
---@field fields table of its calls, without the messages
---@field options table of its calls
---@field steps indoxhub.Steps
---@field data? indoxhub.Structured when its answer is to be data

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
  local fields = {}
  for name, value in pairs(turn.fields) do
    fields[name] = value
  end
  fields.messages = messages
  steps.release(turn.steps, fields)
  return turn.data and turn.data:fields(fields) or fields
end

-- Puts messages into the history, in place of what the turn does not keep.
local function record(self, turn, messages)
  local entries = self._entries
  for i = #entries, turn.keep + 1, -1 do
    entries[i] = nil
  end
  entries[#entries + 1] = turn.question
  for _, made in ipairs(messages) do
    entries[#entries + 1] = { message = made }
  end
  turn.keep, turn.question = #entries, nil
end

-- What came of an answer that broke off stays, unless there is an older one.
local function record_partial(self, turn, text)
  totals.add(self._totals)
  if turn.keep == #self._entries then
    record(self, turn, { message.of_partial(text) })
  end
end

local function finish(self, turn, reply, err)
  local given_up = steps.give_up(turn.steps)
  if given_up then -- a stream was closed while tools ran
    record(self, turn, given_up)
  end
  self._running[1] = nil
  if reply then
    totals.add(self._totals, reply.usage)
    record(self, turn, { message.of_reply(reply) })
    steps.tell(turn.steps, reply)
  else
    -- What does not fit is whole, and as good as no answer.
    if err.partial and err.partial ~= "" and err.kind ~= "schema" then
      record_partial(self, turn, err.partial)
    end
    if err.kind == "schema" then
      totals.add(self._totals, err.usage)
    end
    steps.tell_error(turn.steps, err)
  end
end

-- Runs the tools that an answer calls. They have acted, so what came of them
-- stays in the history whatever comes next. Nil and an error when the turn ends
-- here.
local function run_tools(self, turn, reply)
  replies.stay_with(turn.fields, reply)
  totals.add(self._totals, reply.usage)
  local messages, err = steps.run(turn.steps, reply)
  if messages then
    record(self, turn, messages)
  end
  if err then
    err.operation = turn.operation
    return nil, err
  end
  return true
end

-- Options that a call does not have.
local OWN = { fields = true, stream = true }

--- Takes what a turn asks with, besides the messages.
---@param self indoxhub.Conversation
---@param turn indoxhub.Turn
---@param options? table
---@param data? indoxhub.Structured
function turns.prepare(self, turn, options, data)
  options = options or {}
  turn.fields = settings.fields(self._settings, options.fields)
  turn.steps = steps.new(self._settings, turn.fields)
  turn.data, turn.options = data, settings.options(self._settings)
  for name, value in pairs(structured.rest_of(options)) do
    if not OWN[name] then
      turn.options[name] = value
    end
  end
end

-- Whether tools are to be run before a turn goes on with another answer.
local function goes_on(turn, reply)
  return steps.goes_on(turn.steps, reply)
    and (not turn.data or turn.data:is_open(reply))
end

--- Waits for the answer of a turn.
---@param self indoxhub.Conversation
---@param turn indoxhub.Turn
---@return indoxhub.ChatResponse? reply, indoxhub.Error? err
function turns.ask(self, turn)
  local function create(fields)
    return self._client.chat:create(fields, turn.options)
  end
  local reply, err, fields, ran
  repeat
    ran = false
    fields, err = fields_of(self, turn)
    if fields then
      reply, err = create(fields)
    end
    if reply and goes_on(turn, reply) then
      ran, err = run_tools(self, turn, reply)
      reply = nil
    end
  until not ran
  if reply and turn.data and not turn.data:is_open(reply) then
    reply, err = turn.data:settle(reply, fields, create)
  end
  if err then
    err.operation = err.operation or turn.operation
  end
  finish(self, turn, reply, err)
  return reply, err
end

--- Opens the answer of a turn as a stream, which goes on over its steps.
---@param self indoxhub.Conversation
---@param turn indoxhub.Turn
---@return indoxhub.Stream? stream, indoxhub.Error? err
function turns.open(self, turn)
  local function open()
    local fields, err = fields_of(self, turn)
    if not fields then
      return nil, err
    end
    return self._client.chat:stream(fields, turn.options)
  end
  local stream, err = open()
  if not stream then
    finish(self, turn, nil, err)
    return nil, err
  end
  streams.check_elements(stream, turn.data and turn.data.schema)
  streams.follow(stream, function(reply)
    if goes_on(turn, reply) then
      return function()
        local ran, why = run_tools(self, turn, reply)
        if not ran then
          return nil, why
        end
        return open()
      end
    elseif turn.data and not turn.data:is_open(reply) then
      return nil, select(2, turn.data:read(reply))
    end
  end)
  streams.on_end(stream, function(reply, failure)
    finish(self, turn, reply, failure)
  end)
  return stream
end

return turns
