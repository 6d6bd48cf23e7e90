--- A conversation: remembers what was said, and asks with all of it.
--
--     local talk = client:conversation { model = "openai/gpt-4o-mini" }
--     print(assert(talk:send("What is 6 * 7?")).data)
--     for delta in assert(talk:stream("And 7 * 8?")) do io.write(delta) end
--
-- A question enters the history together with its answer, so nothing is left of
-- one that failed. One answer at a time: meanwhile the history may be read but
-- not changed.

local content = require "indoxhub.conversation.content"
local history = require "indoxhub.conversation.history"
local message = require "indoxhub.conversation.message"
local misnamed = require "indoxhub.base.misnamed"
local options_of = require "indoxhub.api.params.options"
local settings = require "indoxhub.conversation.settings"
local store = require "indoxhub.conversation.store"
local structured = require "indoxhub.structured"
local structured_options = require "indoxhub.structured.options"
local totals = require "indoxhub.conversation.totals"
local turns = require "indoxhub.conversation.turns"
local window = require "indoxhub.conversation.window"

local merge = options_of.merge

local conversation = {}

-- Options are checked here to be told at the caller's line.
local TURN = merge(options_of.FALLBACK, { fields = "any" })
local CALL = merge(merge(options_of.CALL, TURN), structured_options.OF_CALLS)
local STREAM = merge(merge(options_of.STREAM, TURN),
  structured_options.OF_STREAMS)
local AGAIN_CALL = merge(CALL, { stream = "boolean" })
local AGAIN_STREAM = merge(STREAM, { stream = "boolean" })

--- A conversation. Its settings are its fields.
---@class indoxhub.Conversation: indoxhub.ConversationSettings
---@field package _client indoxhub.Client
---@field package _settings table
---@field package _entries indoxhub.Entry[]
---@field package _totals indoxhub.ConversationTotals
---@field package _running table the turn under way, weakly held
local methods = {}
local talk_mt = { __name = "indoxhub.conversation" }

-- Settings are read and changed as fields.
function talk_mt.__index(self, name)
  local value = methods[name]
  if value == nil then
    value = rawget(self, "_settings")[name]
  end
  if value == nil then
    misnamed.check("talk", name, methods)
  end
  return value
end

function talk_mt.__newindex(self, name, value)
  if methods[name] then
    error(("conversation: %s is a method, and no setting")
      :format(tostring(name)), 2)
  end
  local wrong = settings.check { [name] = value }
  if wrong then
    error("conversation: " .. wrong, 2)
  end
  self._settings[name] = settings.copy(name, value)
end

function talk_mt.__tostring(self)
  return ("indoxhub.conversation (%d messages)"):format(#self._entries)
end

local function make(client, given)
  local kept = {}
  for name, value in pairs(given) do
    kept[name] = settings.copy(name, value)
  end
  return setmetatable({ _client = client, _settings = kept,
    _entries = {}, _totals = totals.new(),
    _running = setmetatable({}, { __mode = "v" }) }, talk_mt)
end

--- Begins a conversation: see meta/helpers.lua.
---@param client indoxhub.Client
---@param given? indoxhub.ConversationSettings
---@return indoxhub.Conversation
function conversation.new(_, client, given)
  given = given == nil and {} or given
  local wrong = settings.check(given)
  if wrong then
    error("client.conversation: " .. wrong, 3)
  end
  return make(client, given)
end

---------------------------------------------------------------------------
-- misuse: raises at the line that called the method that calls these

local function refuse(method, wrong)
  error(("conversation.%s: %s"):format(method, wrong), 4)
end

local function is_talk(self)
  return type(self) == "table" and getmetatable(self) == talk_mt
end

local function check_self(self, method)
  if not is_talk(self) then
    refuse(method, ("call it with a colon, as talk:%s(...)"):format(method))
  end
end

-- A turn whose stream was dropped is over as soon as it is collected.
local function is_running(self)
  if self._running[1] then
    collectgarbage()
    collectgarbage()
  end
  return self._running[1] ~= nil
end

local function check_idle(self, method)
  if not is_talk(self) then
    refuse(method, ("call it with a colon, as talk:%s(...)"):format(method))
  elseif is_running(self) then
    refuse(method, "an answer is still under way: read its stream to the " ..
      "end or close it first (a fork can be asked meanwhile)")
  end
end

-- Returns what the options say of an answer that is to be data, if they do.
local function check_options(self, options, known, method)
  local wrong = options ~= nil and options_of.check(options, known)
  if not wrong and options and options.fields ~= nil then
    wrong = settings.check_fields(options.fields)
  end
  local data
  if not wrong and structured_options.is_asked(options) then
    data, wrong = structured.new(options,
      settings.fields(self._settings, options.fields))
  end
  if wrong then
    refuse(method, wrong)
  end
  return data
end

local function check_path(path, method)
  if type(path) ~= "string" or path == "" or path:find("%z") then
    refuse(method, "path must be the name of a file")
  end
end

---------------------------------------------------------------------------
-- asking

local function begin(self, method, question, options, data)
  local turn, wrong, err = turns.begin(self, "conversation." .. method,
    question)
  if wrong then
    refuse(method, wrong)
  elseif turn then
    turns.prepare(self, turn, options, data)
  end
  return turn, err
end

--- Asks a question with all that was said before, and waits for the answer.
--- Without a question it sends the history as it is, after results of tools.
--- When it fails the history is as before.
---@param question? indoxhub.Question What to ask.
---@param options? indoxhub.TalkOptions
---@return indoxhub.ChatResponse? reply
---@return indoxhub.Error? err also of kind budget, file, steps, schema
function methods:send(question, options)
  check_idle(self, "send")
  local data = check_options(self, options, CALL, "send")
  local turn, err = begin(self, "send", question, options, data)
  if not turn then
    return nil, err
  end
  return turns.ask(self, turn)
end

--- The same as a stream. Its answer enters the history when it ends; one that
--- is closed or breaks after some text enters it as far as it came, with the
--- mark `partial = true`. A stream that is dropped leaves nothing.
---@param question? indoxhub.Question What to ask.
---@param options? indoxhub.TalkStreamOptions
---@return indoxhub.Stream? stream
---@return indoxhub.Error? err also of kind budget, file, steps, schema
function methods:stream(question, options)
  check_idle(self, "stream")
  local data = check_options(self, options, STREAM, "stream")
  local turn, err = begin(self, "stream", question, options, data)
  if not turn then
    return nil, err
  end
  return turns.open(self, turn)
end

--- Asks the last question again; its answer takes the place of the old one and
--- of all that came after it. When it fails or breaks off the old one stays.
---@param options? indoxhub.RegenerateOptions
---@return indoxhub.ChatResponse|indoxhub.Stream? result
---@return indoxhub.Error? err also of kind insufficient_credits, budget, file
function methods:regenerate(options)
  check_idle(self, "regenerate")
  local streams_it = type(options) == "table" and options.stream
  local data = check_options(self, options,
    streams_it and AGAIN_STREAM or AGAIN_CALL, "regenerate")
  local turn = turns.again(self)
  if not turn then
    error("conversation.regenerate: nothing was asked yet", 2)
  end
  turns.prepare(self, turn, options, data)
  return (streams_it and turns.open or turns.ask)(self, turn)
end

---------------------------------------------------------------------------
-- the history

--- Adds a message: the result of a tool, or one from elsewhere. The error is
--- that of a picture which cannot be read.
---@param given indoxhub.Message
---@return true? added, indoxhub.Error? err of kind file
function methods:add(given)
  check_idle(self, "add")
  local made, wrong, err = message.make(given, self._settings.image_parts)
  wrong = wrong or made and history.refuse(self._entries, made)
  if wrong then
    error("conversation.add: " .. wrong, 2)
  elseif err then
    err.operation = "conversation.add"
    return nil, err
  end
  table.insert(self._entries, { message = made })
  return true
end

--- All that was said, without the system message that is a setting. What is
--- returned is the caller's own.
---@return indoxhub.Message[]
function methods:messages()
  check_self(self, "messages")
  local messages = {}
  for i, entry in ipairs(self._entries) do
    messages[i] = content.copy(entry.message)
  end
  return messages
end

--- What would be sent now, the system message first, without the exchanges that
--- are left out for `max_tokens_context`; and how many tokens that is about.
---@return indoxhub.Message[] messages, number tokens
function methods:window()
  check_self(self, "window")
  local messages, tokens = window.look(self._entries, self._settings)
  return content.copy(messages), tokens
end

--- Removes the last question and all that came after it. Returns what was
--- asked, in a form that `send` takes, or nil when nothing was. What was used
--- stays counted.
---@return indoxhub.Question? question
function methods:undo()
  check_idle(self, "undo")
  local at = history.last_question(self._entries)
  if not at then
    return nil
  end
  local question = self._entries[at].message.content
  for i = #self._entries, at, -1 do
    self._entries[i] = nil
  end
  return content.copy(question)
end

--- A conversation that goes on from here by itself. Its totals begin at zero,
--- so that nothing is counted twice.
---@return indoxhub.Conversation
function methods:fork()
  check_self(self, "fork")
  local fork = make(self._client, self._settings)
  for i, entry in ipairs(self._entries) do
    fork._entries[i] = entry
  end
  return fork
end

--- What all answers used, those included that were undone.
---@return indoxhub.ConversationTotals
function methods:totals()
  check_self(self, "totals")
  return totals.copy(self._totals)
end

---------------------------------------------------------------------------
-- files

--- Saves the conversation as JSON that only its owner can read; the file
--- appears, or is replaced, only when it is complete. Functions and keys are
--- not saved.
---@param path string The file to write.
---@return true? saved, indoxhub.Error? err of kind file
function methods:save(path)
  check_self(self, "save")
  check_path(path, "save")
  local messages = {}
  for i, entry in ipairs(self._entries) do
    messages[i] = entry.message
  end
  local ok, err = store.save(path, { messages = messages,
    settings = settings.to_save(self._settings), totals = self._totals })
  if err then
    err.operation = "conversation.save"
  end
  return ok, err
end

-- Fills a conversation with saved messages; returns what is wrong with them.
local function fill(self, messages)
  for i, given in ipairs(messages) do
    local made, wrong = message.make(given, false) -- reads no files
    wrong = wrong or history.refuse(self._entries, made)
    if wrong then
      return ("messages[%d]: %s"):format(i, wrong)
    end
    message.keep_bytes(made, given)
    self._entries[i] = { message = made }
  end
end

-- Makes a conversation of what was saved; nil and what is wrong with it.
local function revive(client, saved, overrides)
  local wrong = settings.check(saved.settings)
  if wrong then
    return nil, "settings: " .. wrong
  end
  local self = make(client, merge(saved.settings, overrides))
  self._totals = totals.copy(saved.totals)
  wrong = fill(self, saved.messages)
  return not wrong and self or nil, wrong
end

local function check_load(client, path, overrides)
  local mt = type(client) == "table" and getmetatable(client)
  if not mt or mt.__name ~= "indoxhub.client" then
    return "expects a client, a path, and settings to change"
  elseif type(path) ~= "string" or path == "" or path:find("%z") then
    return "path must be the name of a file"
  end
  return overrides ~= nil and settings.check(overrides)
end

--- Loads a conversation that was saved. Settings given here take the place of
--- the saved ones; functions and keys have to be given again.
---@param client indoxhub.Client
---@param path string The file that was saved.
---@param overrides? indoxhub.ConversationSettings
---@return indoxhub.Conversation? conversation
---@return indoxhub.Error? err of kind file
function conversation.load(client, path, overrides)
  local wrong = check_load(client, path, overrides)
  if wrong then
    error("indoxhub.load_conversation: " .. wrong, 2)
  end
  local saved, err = store.load(path)
  local loaded
  if saved then
    loaded, wrong = revive(client, saved, overrides)
    if wrong then
      err = select(2, store.refuse(path, "damaged", wrong))
    end
  end
  if err then
    err.operation = "load_conversation"
  end
  return loaded, err
end

return conversation
