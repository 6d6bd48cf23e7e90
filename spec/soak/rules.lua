-- What may come of a call with a fault: what its error may be, and how often
-- its request may reach the server.
local rules = {}

local TRIES = 3
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
local NONE = {}

local faults = {
  none = {}, leave = {}, slow = {},
  late = { kinds = { "cancelled" }, tries = NONE, maybe = true },
  reset_before = { kinds = { "network" }, tries = SAFE, silent = true },
  closed_before = { kinds = { "network" }, tries = SAFE, silent = true },
  -- A reset may overtake what was sent before it.
  reset_head = { kinds = { "truncated", "network" }, tries = LOAD,
    lost = true },
  reset_body = { kinds = { "truncated", "network" }, tries = LOAD,
    lost = true },
  cut_chunk = { kinds = { "truncated" }, tries = LOAD },
  wrong_length = { kinds = { "truncated" }, tries = LOAD },
  limit_hint = { kinds = { "rate_limit" }, tries = TURNED_DOWN },
  limit = { kinds = { "rate_limit" }, tries = TURNED_DOWN },
  unavailable = { kinds = { "unavailable" }, tries = TURNED_DOWN },
  refused = { kinds = { "unavailable" }, tries = TURNED_DOWN },
  failed = { kinds = { "server" }, tries = SAFE },
  asked = { kinds = { "server" }, tries = { post = true }, most = 2 },
  -- A machine that is slow for a moment meets the time limit again.
  stall = { kinds = { "timeout" }, tries = SAFE, slow = true },
  garbage = { kinds = { "protocol" }, tries = NONE },
  page = { kinds = { "protocol" }, tries = NONE },
  error_event = { kinds = { "unavailable" }, tries = NONE },
}

---@class soak.Rule
---@field right boolean whether it may go well
---@field kinds table<string, true> what its error may be
---@field arrivals integer how often it may reach the server, at most
---@field billed integer the same, as far as the server works on it

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
  local arrivals = (tries or fault.lost and SAFE[method])
    and (fault.most or TRIES) or 1
  -- On a connection that was used before, what gets no answer at all goes out
  -- once more.
  if SAFE[method] and (fault.silent or fault.lost) then
    arrivals = arrivals * 2
  end
  if method == "load" and arrivals > 1 then
    arrivals = arrivals + math.ceil(call.size / PROGRESS)
  end
  return { right = not fault.kinds or fault.maybe or again or lucky or false,
    kinds = kinds, arrivals = arrivals,
    billed = (method == "get" or method == "load") and arrivals
      or fault.most or 1 }
end

--- How many pieces of a stream come before its fault, and whether these may be
--- fewer. Nil when it has none or does not begin.
---@param call soak.Call
---@return integer? pieces, boolean? or_fewer
function rules.pieces(call)
  local name = call.fault
  if name == "cut_chunk" or name == "wrong_length" or name == "stall"
    or name == "error_event" or name == "reset_body" then
    return math.floor(call.size / 2), faults[name].lost
  end
end

--- What the request of a part that has no fault may do.
rules.RIGHT = { right = true, kinds = {}, arrivals = 1, billed = 1 }

return rules
