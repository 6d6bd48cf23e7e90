--- One call from start to end: send, wait, and make a reply or an error of what
--- came back.

local answer_errors = require "indoxhub.errors.answer"
local errors = require "indoxhub.errors"
local json = require "indoxhub.json"
local loop = require "indoxhub.loop"
local reply = require "indoxhub.reply"
local request = require "indoxhub.request"
local stream = require "indoxhub.stream"
local transport = require "indoxhub.transport"

local call = {}

-- Seconds for a call nobody waits for.
local FIRED_SECONDS = 2

---@class indoxhub.Caller who calls: a client
---@field engine? indoxhub.core.Engine
---@field running table<indoxhub.core.Transfer, true>
---@field settings indoxhub.Settings
---@field closed boolean

-- What a complete answer with a failing status is.
local function refused(answer)
  if answer.status < 400 then
    return answer_errors.protocol("the server redirects to "
      .. tostring(answer.headers.location), answer, "redirect")
  end
  return answer_errors.from_status(answer)
end

-- Sends and waits for the head of the answer; when its status tells of a
-- failure, for the body, too, and makes an error of it.
local function begin(caller, what, options)
  if caller.closed then
    return nil, errors.cancelled("the client is closed")
  end
  local exchange, err = request.build(caller.settings, what, options)
  local transfer, answer
  if exchange then
    transfer, err = transport.submit(caller, exchange)
  end
  if transfer then
    answer, err = transport.head(transfer, exchange)
  end
  if answer and (answer.status < 200 or answer.status >= 300) then
    answer, err = transport.body(transfer, answer)
    return nil, answer and refused(answer) or err
  end
  return answer and transfer, answer or err
end

local function no_reply(answer, why)
  local content = answer.headers["content-type"] or ""
  if content:lower():find("html", 1, true) then
    return answer_errors.protocol("the server sent a web page", answer, "html")
  end
  return answer_errors.protocol(
    "the reply is not valid JSON: " .. tostring(why), answer, "json")
end

-- The reply of a complete, successful answer.
local function read_reply(answer, kind)
  if kind.may_be_empty and not answer.text:find("%S") then
    return reply.remember({ success = true }, answer)
  end
  local body, why = json.decode(answer.text)
  if body == nil then
    return nil, no_reply(answer, why)
  elseif type(body) ~= "table" then
    -- A text may be the answer itself; another scalar is not.
    local is_data = type(body) == "string" or not kind.is_reply
    body = { data = is_data and body ~= json.null and body or nil }
  end
  if kind.is_failure(body) then
    return nil, answer_errors.from_body(body, answer)
  elseif kind.is_reply and not kind.is_reply(body) then
    return nil, answer_errors.protocol(
      "the reply holds nothing of what was asked for", answer, "reply")
  end
  return reply.remember(kind.make(body), answer)
end

local function finish(transfer, answer, kind)
  local complete, err = transport.body(transfer, answer)
  if not complete then
    return nil, err
  end
  return read_reply(complete, kind)
end

-- Adds to an error what only the call knows.
local function describer(what)
  return function(err)
    err.operation = what.operation
    return err
  end
end

--- Sends a call and waits for its reply.
---@param caller indoxhub.Caller
---@param what indoxhub.Call
---@param options table
---@param kind table a reply kind of resources/
---@return table? reply, indoxhub.Error? err
function call.perform(caller, what, options, kind)
  local transfer, answer = begin(caller, what, options)
  local result, err = nil, answer
  if transfer then
    result, err = finish(transfer, answer, kind)
  end
  return result, err and describer(what)(err)
end

--- Sends a call whose answer nobody waits for; it is dropped after a while.
---@param caller indoxhub.Caller
---@param what indoxhub.Call
function call.fire(caller, what)
  local exchange = request.build(caller.settings, what,
    { timeout = FIRED_SECONDS })
  local transfer = exchange and transport.submit(caller, exchange)
  if transfer then
    loop.leave(transfer, FIRED_SECONDS)
    loop.look()
  end
end

local function is_whole(answer)
  local content = (answer.headers["content-type"] or ""):lower()
  return content:find("json", 1, true) or content:find("html", 1, true)
end

--- Opens a stream. From a server that answers without streaming it has one
--- piece.
---@param caller indoxhub.Caller
---@param what indoxhub.Call
---@param options table
---@param kind table a reply kind of resources/
---@param stop? fun(id: string) sends the stop call
---@return indoxhub.Stream? stream, indoxhub.Error? err
function call.open(caller, what, options, kind, stop)
  local transfer, answer = begin(caller, what, options)
  local result, err = nil, answer
  if transfer and is_whole(answer) then
    result, err = finish(transfer, answer, kind)
    result = result and stream.of_reply(result, answer)
  elseif transfer then
    return stream.new { transfer = transfer, answer = answer,
      reasoning = options.reasoning, describe = describer(what), stop = stop }
  end
  return result, err and describer(what)(err)
end

return call
