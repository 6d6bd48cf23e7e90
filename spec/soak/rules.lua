-- What may come of a call with a fault: what its error may be, and how often
-- its request may reach the server.
local core = require "indoxhub.core"

local rules = {}

local TRIES = 3
-- How often libcurl or the engine send what was not processed, and how often
-- what changes nothing and got no answer on a connection that was used before.
local SENDINGS, SILENT_SENDINGS = 7, 2
-- Bytes of a file after which its tries are counted anew.
local PROGRESS = 64 * 1024

-- How a call is sent. What may be billed is sent again only when the server
-- has turned it down; "load" goes on where a file was cut.
local METHODS = { health = "get", download = "load", delete = "delete" }

-- By fault: the kinds of its error, and which methods try again. A fault
-- without kinds does no harm.
local TURNED_DOWN = { get = true, load = true, post = true }
local SAFE = { get = true, load = true }
local LOAD = { load = true }
local ANY = { get = true, load = true, post = true, delete = true }
local NONE = {}

-- Where libcurl tells of all that a server of HTTP/2 did not process: see
-- csrc/net/refused.h. Elsewhere it may fail.
local major, minor = core.curl_version():match "libcurl/(%d+)%.(%d+)"
local LIBCURL = major * 100 + minor
local TELLS_ALL = LIBCURL == 788 or LIBCURL >= 819

-- An answer that breaks off in its middle.
local function cut(more)
  local fault = { kinds = { "truncated" }, tries = LOAD, half = true }
  for name, value in pairs(more or {}) do
    fault[name] = value
  end
  return fault
end

-- No answer at all.
local SILENT = { kinds = { "network" }, tries = SAFE, silent = true }
-- The server has said that it did nothing.
local UNPROCESSED = { kinds = { "network" }, tries = ANY, unprocessed = true,
  slow = not TELLS_ALL }
-- A reset may overtake what was sent before it.
local OVERTAKEN = { "truncated", "network" }

local faults = {
  none = {}, leave = {}, slow = {}, hints = {}, trailers = {},
  late = { kinds = { "cancelled" }, tries = NONE, maybe = true },
  limit_hint = { kinds = { "rate_limit" }, tries = TURNED_DOWN },
  limit = { kinds = { "rate_limit" }, tries = TURNED_DOWN },
  unavailable = { kinds = { "unavailable" }, tries = TURNED_DOWN },
  refused = { kinds = { "unavailable" }, tries = TURNED_DOWN },
  failed = { kinds = { "server" }, tries = SAFE },
  asked = { kinds = { "server" }, tries = { post = true }, most = 2 },
  -- A machine that is slow for a moment meets the time limit again.
  stall = { kinds = { "timeout" }, code = "idle", tries = SAFE, slow = true,
    half = true },
  garbage = { kinds = { "protocol" }, tries = NONE },
  page = { kinds = { "protocol" }, tries = NONE },
  error_event = { kinds = { "unavailable" }, tries = NONE, half = true },
  wrong_length = cut(),

  -- HTTP/1.1
  reset_before = SILENT, closed_before = SILENT,
  reset_head = { kinds = OVERTAKEN, tries = LOAD, lost = true },
  reset_body = cut { kinds = OVERTAKEN, lost = true },
  cut_chunk = cut(),

  -- TLS
  dies = { kinds = { "network" }, tries = ANY, unsent = true },
  hangs = { kinds = { "timeout" }, code = "connect", tries = ANY,
    unsent = true, slow = true },
  stranger = { kinds = { "network" }, tries = NONE, unsent = true },
  no_notify = cut(), no_notify_chunk = cut(), notify_chunk = cut(),
  notify_length = cut(), forged = cut(), until_end = {},

  -- HTTP/2
  refuse_before = UNPROCESSED, goaway_without = UNPROCESSED,
  -- What is refused after a GOAWAY that is none yet no libcurl tells.
  goaway_twice = { kinds = { "network" }, tries = ANY, unprocessed = true,
    slow = true },
  internal_before = SILENT, cancel_before = SILENT, killed_before = SILENT,
  -- A head alone is little of an answer: it is tried again as if none came.
  refuse_head = { kinds = { "network" }, tries = SAFE },
  internal_head = { kinds = { "network" }, tries = SAFE },
  -- What ends too early breaks the rules, and may not be handed out at all.
  short = cut { kinds = OVERTAKEN, lost = true },
  refuse_body = cut(), internal_body = cut(), cancel_body = cut(),
  goaway_body = cut(), killed_body = cut { kinds = OVERTAKEN, lost = true },
  goaway_with = {}, chatty = {}, single = {}, narrow = {},
}

---@class soak.Rule
---@field right boolean whether it may go well
---@field kinds table<string, true> what its error may be
---@field code? string that it has then
---@field arrivals integer how often it may reach the server, at most
---@field billed integer the same, as far as the server works on it

-- How often it may reach the server.
local function arrivals_of(fault, call, method, tries)
  if fault.unsent then
    return call.times == 1 and 1 or 0
  end
  local arrivals = tries and (fault.most or TRIES) or 1
  if fault.unprocessed then
    arrivals = arrivals * SENDINGS
  elseif SAFE[method] and (fault.silent or fault.lost) then
    arrivals = arrivals * SILENT_SENDINGS
  end
  if method == "load" and arrivals > 1 then
    arrivals = arrivals + math.ceil(call.size / PROGRESS)
  end
  return arrivals
end

--- What may come of a call, and of each part of it that has its fault.
---@param call soak.Call
---@return soak.Rule
function rules.of(call)
  local fault = faults[call.fault]
  local method = METHODS[call.operation] or "post"
  local tries = (fault.tries or NONE)[method]
  if call.fault == "refused" and call.reader == "events" then
    tries = nil -- the event has been handed out, and is not taken back
  end
  local again = tries and call.times == 1
  local kinds = {}
  if not again or fault.slow then
    for _, kind in ipairs(fault.kinds or {}) do
      kinds[kind] = true
    end
  end
  -- A lost beginning is no answer at all, and that is tried again.
  local lucky = fault.lost and call.times == 1 and SAFE[method]
  local arrivals = arrivals_of(fault, call, method,
    tries or fault.lost and SAFE[method])
  return { right = not fault.kinds or fault.maybe or again or lucky or false,
    kinds = kinds, code = fault.code, arrivals = arrivals,
    billed = (method == "get" or method == "load") and arrivals
      or fault.most or 1 }
end

--- How many pieces of a stream come before its fault, and whether these may be
--- fewer. Nil when it has none or does not begin.
---@param call soak.Call
---@return integer? pieces, boolean? or_fewer
function rules.pieces(call)
  local fault = faults[call.fault]
  if fault.half then
    return math.floor(call.size / 2), fault.lost
  end
end

--- What the request of a part that has no fault may do.
rules.RIGHT = { right = true, kinds = {}, arrivals = 1, billed = 1 }

return rules
