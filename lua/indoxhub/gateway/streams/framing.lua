--- Server-sent events, as they are kept and as they are sent.
--
-- An event is kept without its number, which is written before it when it is
-- sent. What ends a stream before its time has no number, as it comes again
-- whenever a reader does.

local json = require "indoxhub.base.json"

local framing = {}

--- What keeps proxies and readers waiting.
framing.PING = ": waiting\n\n"

local MESSAGES = {
  cancelled = "The stream was stopped.",
  interrupted = "The gateway that made this answer has ended before it.",
  trimmed = "The reader was too slow: what comes next is not kept any more.",
  unknown = "The text of this stream was lost.",
  unavailable = "The text of this stream cannot be reached at present.",
}

--- An event with this data. A line end within begins another line of data, so
--- that nothing which a model writes is taken for a field.
---@param data string
---@return string
function framing.event(data)
  -- LuaJIT compiles these, but no pattern.
  if data:find("\n", 1, true) or data:find("\r", 1, true) then
    data = data:gsub("\r\n?", "\n"):gsub("\n", "\ndata: ")
  end
  return "data: " .. data .. "\n\n"
end

--- Events as they are sent: a string, or a list of strings.
---@param events string[]
---@param first integer the number of the first of them
---@return string|string[]
function framing.numbered(events, first)
  if not events[2] then
    return "id: " .. first .. "\n" .. events[1]
  end
  local list = {}
  for i, event in ipairs(events) do
    list[2 * i - 1] = "id: " .. first + i - 1 .. "\n"
    list[2 * i] = event
  end
  return list
end

--- What an error says as JSON, in OpenAI's form.
---@param kind string
---@param message? string
---@return string
function framing.error(kind, message)
  return json.encode { error = { type = kind, code = kind,
    message = message or MESSAGES[kind] } }
end

--- The last event of a stream that did not end by itself. Nil for one that did.
---@param how string
---@return string?
function framing.ending(how)
  return MESSAGES[how] and framing.event(framing.error(how)) or nil
end

return framing
