--- Errors of what the network did: a transfer that did not complete.

local errors = require "indoxhub.base.errors"

local transfer_errors = {}

-- What "first_byte" is when something came after all.
local ONLY_COMMENTS = "the server sent nothing of an answer for too long, "
  .. "only comments, blanks or pings"

-- libcurl's numbers: {kind, code}.
local curl_codes = {
  [1] = { "protocol", "http" }, -- not HTTP/1.x or later
  [3] = { "invalid_request", "url" },
  [5] = { "network", "proxy" },
  [6] = { "network", "dns" },
  [7] = { "network", "connect" },
  [8] = { "protocol", "http" },
  [16] = { "network", "reset" },
  [18] = { "truncated", "closed" },
  [27] = { "limit", "memory" },
  [35] = { "network", "tls" },
  [42] = { "network", "reset" }, -- and it may not be sent a second time
  [52] = { "network", "reset" },
  [53] = { "network", "tls" },
  [54] = { "network", "tls" },
  [55] = { "network", "reset" },
  [56] = { "network", "reset" },
  [58] = { "network", "tls" },
  [59] = { "network", "tls" },
  [60] = { "network", "tls" },
  [61] = { "protocol", "encoding" },
  [64] = { "network", "tls" },
  [65] = { "network", "reset" }, -- and the body cannot be sent from memory
  [66] = { "network", "tls" },
  [77] = { "network", "tls" },
  [80] = { "network", "tls" },
  [82] = { "network", "tls" },
  [83] = { "network", "tls" },
  [90] = { "network", "tls" },
  [91] = { "network", "tls" },
  [92] = { "network", "reset" },
  [95] = { "network", "reset" },
  [96] = { "network", "connect" },
  [97] = { "network", "proxy" },
}

-- How the engine ended it: {kind, code, message}.
local ends = {
  connect = { "timeout", "connect", "no connection within the time limit" },
  first_byte = { "timeout", "first_byte",
    "the server did not begin to answer" },
  idle = { "timeout", "idle", "nothing was sent or received for too long" },
  total = { "timeout", "total", "the call took longer than its time limit" },
  gate = { "timeout", "connections",
    "no connection of the client became free within the time limit" },
  body_limit = { "limit", "response",
    "the reply is larger than max_response_bytes" },
  head_limit = { "limit", "headers", "the reply's headers are too large" },
  memory = { "limit", "memory", "out of memory" },
  cancelled = { "cancelled", nil, "the call was cancelled" },
  closed = { "cancelled", nil, "the engine was closed" },
  -- The engine says how.
  encoding = { "protocol", "encoding", nil,
    "the server, or a proxy before it, compresses what it was not asked to" },
  encoding_cut = { "truncated", "encoding" },
  file = { "file", "unreadable" },
  upload_size = { "file", "size" },
}

-- Numbers of Linux for "too many open files", in the process and in all.
local TOO_MANY_FILES = { [24] = true, [23] = true }

--- The error of a transfer that did not complete; nil for one that did.
---@param result table transfer:result()
---@param hide indoxhub.Hide
---@param proxied? boolean through a proxy that the program named
---@return indoxhub.Error?
function transfer_errors.from_result(result, hide, proxied)
  local known = ends[result.ended]
  if result.ended == "forked" then
    return errors.forked()
  elseif known then
    local said_nothing = result.ended == "first_byte" and result.bytes_in > 0
    return errors.new(known[1], said_nothing and ONLY_COMMENTS or known[3]
      or result.text, { code = known[2], hint = known[4] })
  elseif result.ended ~= "curl" then
    return nil
  end
  local kind = curl_codes[result.curl] or { "network", "curl" .. result.curl }
  local code = kind[2]
  kind = kind[1]
  if code == "reset" and result.bytes_in > 0 then
    kind = "truncated" -- the answer had begun
  elseif code == "connect" and proxied
    or result.text:find("CONNECT", 1, true) then
    code = "proxy"
  elseif kind == "network" and TOO_MANY_FILES[result.os_error] then
    code = "descriptors"
  end
  return errors.new(kind, hide(result.text), { code = code })
end

--- The error of what ended with its connection, where TLS did not say that this
--- was the end.
---@return indoxhub.Error
function transfer_errors.unsaid()
  return errors.new("truncated", "the connection ended, and its TLS did not "
    .. "say that the answer did", { code = "closed" })
end

return transfer_errors
