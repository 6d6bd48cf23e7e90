--- MCP over HTTP, the Streamable HTTP transport: each message is a POST of its
--- own, whose answer is one message or a stream of them.
--
-- Nothing listens between requests: a stream of its own would keep the loops of
-- hosts from ending.

local address = require "indoxhub.base.address"
local answer_errors = require "indoxhub.api.errors.answer"
local answers = require "indoxhub.api.reading.answer"
local core = require "indoxhub.core"
local errors = require "indoxhub.base.errors"
local loop = require "indoxhub.loop"
local posting = require "indoxhub.mcp.posting"
local transfers = require "indoxhub.call.transfer"

local http = {}

-- Seconds: for what nobody waits for, and for what a server sends after its
-- reply.
local MUTTERED, AFTER_REPLY = 2, 0.5

-- Seconds until a stream that the server left is taken up again, unless it says
-- when; and how often without a word in between.
local RESUME, SOONEST_RESUME, MOST_RESUMED = 1, 0.1, 16

-- Answers to the server that are on their way. One that asks for more than that
-- at once does not want to know.
local MOST_MUTTERED = 16

local HINTS = {
  authentication = "check the headers that indoxhub.mcp was given",
  permission = "check the headers that indoxhub.mcp was given",
  not_found = "check the url that indoxhub.mcp was given",
  protocol = "check that the url leads to an MCP server of Streamable HTTP",
  timeout = "raise the timeout of indoxhub.mcp",
  ["network.connect"] = "check host and port in the url, and that it is up",
  ["network.dns"] = "check the host in the url and the connection",
  ["network.tls"] = "check the certificate (for an own authority set "
    .. "ca_file), and that this port speaks https",
  ["protocol.redirect"] = "set url to where the server points",
}

-- Errors of calls speak of the client's options.
local function with_hint(err)
  err.hint = err.hint or HINTS[err.kind .. "." .. tostring(err.code)]
    or HINTS[err.kind]
  return err
end

--- The state of a session's transport, besides what all have.
---@param session indoxhub.mcp.Session
---@param options indoxhub.McpOptions
---@param max_bytes integer
function http.prepare(session, options, max_bytes)
  session.where = address.shown(options.url)
  session.what = "mcp " .. session.where
  session.max_bytes = max_bytes
  session.url = options.url
  session.muttered = 0
  -- What stands for a client; it has no key.
  session.owner = { running = setmetatable({}, { __mode = "k" }),
    closed = false, settings = { timeouts = {},
      ca_file = options.ca_file or os.getenv "SSL_CERT_FILE",
      options = { headers = options.headers, proxy = options.proxy,
        max_response_bytes = max_bytes } } }
end

function http.begin(session)
  session.current = nil
  return true
end

function http.drop(session)
  session.current = nil
end

---------------------------------------------------------------------------
-- refusals

-- Whether a server has forgotten the session. The protocol wants a 404; many
-- say 400, and mention the session.
local function is_lost(answer)
  return answer.status == 404 or answer.status == 400
    and (answer.text or ""):lower():find("session", 1, true) ~= nil
end

-- The error of an answer that is no success.
local function refusal(way, answer, used)
  local whole, err = transfers.body(way.transfer, answer, way.request)
  if not whole then
    return err
  end
  err = answer.status < 400 and answer_errors.unexpected(answer)
    or answer_errors.from_status(answer)
  if used and is_lost(answer) then
    err.lost = used
  end
  return err
end

---------------------------------------------------------------------------
-- reading

local function no_message(why, answer)
  return answer_errors.protocol("the server sent what is no message of MCP: "
    .. why, answer, "json")
end

-- Takes what came on the stream of a request.
local function take(session, entry, text)
  session.reading = entry
  local taken, why = session:take(text)
  session.reading = nil
  return taken, why
end

-- A body that is one message, or a list.
local function read_whole(session, entry, way, answer)
  local whole, err = transfers.body(way.transfer, answer, way.request)
  if not whole then
    return nil, err
  end
  local text = answers.text(answer)
  local taken, why = take(session, entry, text)
  if not taken then
    return nil, no_message(text == "" and "it is empty" or why, answer)
  elseif not entry.reply then
    return nil, answer_errors.protocol("the server's answer holds no reply to "
      .. "the request", answer, "reply")
  end
  return true
end

local function too_large()
  return errors.new("limit", "the server's message is larger than "
    .. "max_response_bytes", { code = "response" })
end

-- Takes the events of some bytes; nil and an error when there is a wrong one.
local function take_events(session, entry, parser, bytes, answer)
  local events, why = parser:feed(bytes)
  if not events then
    return nil, why == "out of memory" and errors.new("limit", why,
      { code = "memory" }) or too_large()
  end
  for _, event in ipairs(events) do
    -- One without data says where the stream is, and nothing else.
    if event.event == "message" and event.data ~= "" then
      local taken, reason = take(session, entry, event.data)
      if not taken then
        return nil, no_message(reason, answer)
      end
    end
  end
  return #events
end

-- Reads a stream until the reply is there. False when it ended before that; the
-- third result tells how many events came.
local function read_events(session, entry, way, answer, parser)
  local transfer, count = way.transfer, 0
  while not entry.reply do
    local told = transfer:told()
    local bytes = transfer:read()
    local got, err
    if bytes ~= "" then
      got, err = take_events(session, entry, parser, bytes, answer)
    elseif transfer:result() then
      err = transfers.failure(transfer:result(), way.request)
      return false, err, count
    else
      got, err = transfers.wait(transfer, told, session.what)
    end
    if not got then
      return nil, err, count
    end
    count = count + (bytes ~= "" and got or 0)
    loop.give_way()
  end
  return true
end

-- Waits until a stream that ended early may be taken up again.
local function pause(session, parser, ends)
  local retry = parser:retry()
  local seconds = math.max(retry and retry / 1000 or RESUME, SOONEST_RESUME)
  if core.now() + seconds >= ends then
    return nil, posting.out_of_time()
  elseif not loop.sleep(seconds, session.what) then
    return nil, errors.cancelled()
  end
  return true
end

local function ended_early(err)
  return err or errors.new("truncated", "the server ended its stream without "
    .. "a reply", { code = "closed",
      hint = "the tool may have run all the same" })
end

-- Whether an end may be one that the server means to go on from.
local function may_resume(err)
  return not err or err.kind == "network" or err.kind == "truncated"
end

-- Takes up the stream again and again, until the reply is there.
local function follow(session, entry, way, answer, ends)
  local parser = core.sse { max_event_bytes = session.max_bytes }
  local silent = 0
  while true do
    local done, err, count = read_events(session, entry, way, answer, parser)
    local last = parser:last_id()
    silent = (count or 0) > 0 and 0 or silent + 1
    if done or done == nil then
      return done, err
    elseif last == "" or silent > MOST_RESUMED or not may_resume(err) then
      return nil, ended_early(err)
    end
    local failure = err
    done, err = pause(session, parser, ends)
    if done then
      answer, way, err = posting.send(session, "GET", nil, ends, entry, last)
    end
    if not answer or not done then
      return nil, err
    elseif not answers.is_success(answer) then
      way.transfer:cancel()
      return nil, ended_early(failure)
    end
  end
end

local function read(session, entry, way, answer, ends)
  local form, err = transfers.form(way.transfer, answer, way.request)
  if form == "events" then
    return follow(session, entry, way, answer, ends)
  elseif form == "whole" then
    return read_whole(session, entry, way, answer)
  end
  return nil, err
end

local function keep_session(session, entry, answer)
  if entry.method == "initialize" then
    session.current = answer.headers["mcp-session-id"]
  end
end

-- Lets the rest of an answer come whose reply is there, so that the connection
-- can be used again.
local function leave(transfer)
  transfer:whole()
  loop.leave(transfer, AFTER_REPLY)
end

local function exchange(session, entry, text, ends)
  local used = session.current
  local answer, way, err = posting.send(session, "POST", text, ends, entry)
  if not answer then
    return nil, err
  elseif not answers.is_success(answer) then
    return nil, refusal(way, answer, used)
  end
  keep_session(session, entry, answer)
  return read(session, entry, way, answer, ends)
end

function http.exchange(session, entry, text, ends)
  local ok, err = exchange(session, entry, text, ends)
  local transfer = entry.transfer
  if entry.reply then -- on a stream of another request, it may be
    leave(transfer)
    return true
  elseif transfer then
    transfer:cancel()
  end
  err = with_hint(err or errors.cancelled())
  err.unsent = transfers.is_unsent(transfer)
  return ok, err
end

---------------------------------------------------------------------------
-- what gets no reply

function http.tell(session, text, ends)
  local answer, way, err = posting.send(session, "POST", text, ends, {})
  if answer and not answers.is_success(answer) then
    answer, err = nil, refusal(way, answer, session.current)
  elseif answer then
    leave(way.transfer)
  end
  if not answer then
    return nil, with_hint(err)
  end
  return true
end

function http.mutter(session, text)
  if session.muttered >= MOST_MUTTERED then
    return
  end
  local transfer = transfers.submit(session.owner,
    posting.build(session, "POST", text, MUTTERED))
  if transfer then
    transfer:whole()
    session.muttered = session.muttered + 1
    loop.leave(transfer, MUTTERED, function()
      session.muttered = session.muttered - 1
    end)
  end
end

-- Who waits for a reply that came on the stream of another request finds it
-- when its own ends.
function http.wake(session, entry)
  if entry ~= session.reading and entry.transfer then
    entry.transfer:cancel()
  end
end

--- Ends what runs, and tells the server that the session is over.
function http.close(session, patient)
  for transfer in pairs(session.owner.running) do
    transfer:cancel()
  end
  if session.current and patient then
    local answer, way = posting.send(session, "DELETE", nil,
      core.now() + MUTTERED, {})
    if answer then
      way.transfer:cancel()
    end
  end
  session.current = nil
end

return http
