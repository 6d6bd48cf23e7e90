--- Server-sent events, as they are kept and as they are sent.
--
-- The number of an event stands at its end: LuaJIT finds a string by its first
-- and last bytes and some of its middle, and all events of a stream that are as
-- long as each other have the same of those but for this. What ends a stream
-- before its time has no number, as it comes again whenever a reader does.

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

local function with_data(data)
  -- LuaJIT compiles these, but no pattern.
  if data:find("\n", 1, true) or data:find("\r", 1, true) then
    data = data:gsub("\r\n?", "\n"):gsub("\n", "\ndata: ")
  end
  return "data: " .. data
end

--- An event with this data. A line end within begins another line of data, so
--- that nothing which a model writes is taken for a field.
---@param number integer
---@param data string
---@return string
function framing.event(number, data)
  return with_data(data) .. "\nid: " .. number .. "\n\n"
end

--- The same of three strings without line ends, of which the whole is not made
--- before.
---@param number integer
---@param head string
---@param text string
---@param tail string
---@return string
function framing.piece(number, head, text, tail)
  return "data: " .. head .. text .. tail .. "\nid: " .. number .. "\n\n"
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
  return MESSAGES[how] and with_data(framing.error(how)) .. "\n\n" or nil
end

return framing
