--- Sends a message to an MCP server over HTTP, and waits for the head of the
--- answer.

local address = require "indoxhub.base.address"
local answers = require "indoxhub.api.reading.answer"
local core = require "indoxhub.core"
local errors = require "indoxhub.base.errors"
local requests = require "indoxhub.call.request"
local transfers = require "indoxhub.call.transfer"

local posting = {}

-- Seconds for connecting.
local CONNECT = 10

local function headers_of(session, last_event)
  return {
    Accept = last_event and "text/event-stream"
      or "application/json, text/event-stream",
    ["Mcp-Session-Id"] = session.current,
    ["MCP-Protocol-Version"] = session.protocol,
    ["Last-Event-ID"] = last_event,
  }
end

--- A request that carries a message, or none.
---@param session indoxhub.mcp.Session
---@param method string
---@param text? string the message
---@param seconds number it may take
---@param last_event? string where a stream is to go on
---@return indoxhub.HttpRequest
function posting.build(session, method, text, seconds, last_event)
  return requests.build(session.owner.settings, {
    name = session.what, method = method, path = session.where,
    body = text and { text = text, secrets = session.secrets } or nil,
    key = "none",
    headers = headers_of(session, last_event), streams = true,
  }, { timeout = { connect = math.min(CONNECT, seconds), total = seconds,
    first_byte = false, idle = false } }, false, session.url)
end

--- The error of a request that took too long.
---@return indoxhub.Error
function posting.out_of_time()
  return errors.new("timeout", "the MCP server did not answer in time",
    { code = "total" })
end

-- Where an answer sends a request on; nil when it does not. What was a POST
-- stays one.
local function leads_to(session, answer)
  local location = answer.headers.location
  local to = (answer.status == 307 or answer.status == 308) and location
    and address.resolve(session.url, location)
  return to and address.origin(to) == address.origin(session.url) and to or nil
end

---@class indoxhub.mcp.Way a request under way
---@field request indoxhub.HttpRequest
---@field transfer indoxhub.core.Transfer

-- Sends once and waits for the head.
local function send_once(session, method, text, ends, entry, last_event)
  local seconds = ends - core.now()
  if seconds <= 0 then
    return nil, nil, posting.out_of_time()
  end
  local request = posting.build(session, method, text, seconds, last_event)
  local transfer, err = transfers.submit(session.owner, request)
  if not transfer then
    return nil, nil, err
  end
  entry.transfer = transfer
  local way = { request = request, transfer = transfer }
  local answer
  answer, err = transfers.head(transfer, request)
  return answer, way, err
end

--- Sends a message, also on to where the server points, and waits for the head
--- of the answer.
---@param session indoxhub.mcp.Session
---@param method string
---@param text? string the message
---@param ends number
---@param entry {transfer?: indoxhub.core.Transfer} gets what is under way
---@param last_event? string
---@return indoxhub.Answer? answer, indoxhub.mcp.Way? way, indoxhub.Error? err
function posting.send(session, method, text, ends, entry, last_event)
  for _ = 0, answers.MOST_REDIRECTS do
    local answer, way, err = send_once(session, method, text, ends, entry,
      last_event)
    local to = answer and leads_to(session, answer)
    if not to then
      return answer, way, err
    end
    way.transfer:cancel()
    session.url = to
  end
  return nil, nil, errors.new("protocol",
    "the server redirects again and again", { code = "redirect" })
end

return posting
