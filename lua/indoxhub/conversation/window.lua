--- What of a conversation is sent: all of it, or as many of the newest
--- exchanges as `max_tokens_context` allows.
--
-- An exchange is a question and what follows it, calls of tools and their
-- results included; it goes whole or not at all. System messages and the newest
-- exchange always go.

local content = require "indoxhub.conversation.content"
local errors = require "indoxhub.base.errors"
local json = require "indoxhub.base.json"
local message = require "indoxhub.conversation.message"
local tokens = require "indoxhub.conversation.tokens"

local window = {}

-- What a model adds to begin its answer.
local ANSWER = 3

local SYSTEM = { system = true, developer = true }

local function is_system(entry)
  return SYSTEM[entry.message.role] == true
end

-- Counts a message as it is sent; the program's function gets a copy.
local function count(sent, settings)
  if not settings.count_tokens then
    return tokens.of_message(sent)
  end
  local number = settings.count_tokens(content.copy(sent))
  if type(number) ~= "number" or number < 0 or number ~= number then
    local at = debug.getinfo(settings.count_tokens, "S")
    error(("%s:%d: count_tokens must return the tokens of a message, a " ..
      "number; it returned %s"):format(at.short_src, at.linedefined,
      tostring(number)), 0)
  end
  return number
end

-- The same for a message of the history, which is counted once.
local function count_once(entry, settings)
  local by = settings.count_tokens or tokens.of_message
  if entry.counted_by ~= by then
    entry.tokens = count(message.wire(entry.message, settings.echo),
      settings)
    entry.counted_by = by
  end
  return entry.tokens
end

local function system_message(settings)
  return settings.system and { role = "system", content = settings.system }
end

-- What is sent whatever was said.
local function count_fixed(entries, settings)
  local system = system_message(settings)
  local sum = ANSWER + (system and count(system, settings) or 0)
  local extra = settings.additional_params
  local tools = settings.tools or type(extra) == "table" and extra.tools
  if type(tools) == "table" then
    sum = sum + tokens.of_text(json.encode(tools))
  end
  for _, entry in ipairs(entries) do
    if is_system(entry) then
      sum = sum + count_once(entry, settings)
    end
  end
  return sum
end

-- Where the part of the history begins that is sent, and what it takes with all
-- that goes with it.
local function measure(entries, settings)
  local most = settings.max_tokens_context or math.huge
  local sum, exchange, first = count_fixed(entries, settings), 0, nil
  for i = #entries, 1, -1 do
    if not is_system(entries[i]) then
      exchange = exchange + count_once(entries[i], settings)
    end
    if i == 1 or entries[i].message.role == "user" then
      if first and sum + exchange > most then
        break
      end
      sum, exchange, first = sum + exchange, 0, i
    end
  end
  return first or 1, sum
end

local function messages_from(entries, settings, first)
  local messages = { system_message(settings) or nil }
  for i, entry in ipairs(entries) do
    if i >= first or is_system(entry) then
      messages[#messages + 1] = message.wire(entry.message,
        settings.echo)
    end
  end
  return messages
end

--- The messages to send, and how many tokens they take.
---@param entries indoxhub.Entry[]
---@param settings table
---@return indoxhub.Message[] messages, number tokens
function window.look(entries, settings)
  local first, sum = measure(entries, settings)
  return messages_from(entries, settings, first), sum
end

--- The messages to send; nil and an error when the newest exchange alone is too
--- much.
---@param entries indoxhub.Entry[]
---@param settings table
---@return indoxhub.Message[]? messages, indoxhub.Error? err
function window.choose(entries, settings)
  local most, first, sum = settings.max_tokens_context, 1, 0
  if most then
    first, sum = measure(entries, settings)
  end
  if most and sum > most then
    return nil, errors.new("budget", ("what must be sent takes about %.0f " ..
      "tokens, and max_tokens_context is %.0f"):format(sum, most), {
        code = "context",
        hint = "ask less at a time, or raise max_tokens_context" })
  end
  return messages_from(entries, settings, first)
end

return window
