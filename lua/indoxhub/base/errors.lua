--- The one error object: what failed, why, and what to do about it.
--
-- What a server said becomes one in api/errors/answer.lua, what the network did
-- in api/errors/transfer.lua.

local number = require "indoxhub.base.number"

local errors = {}

local error_mt = { __name = "indoxhub.error" }

local LONGEST_MESSAGE = 300

-- What to do, by "kind.code" or by kind. {base} is what gave the base URL.
local hints = {
  ["authentication.no_key"] = "set INDOXHUB_API_KEY or the api_key option",
  ["authentication.key_function"] =
    "call that function yourself to see why; what it raised may hold a key",
  ["authentication.insecure"] =
    "use https, or set allow_http = true if this network is yours",
  ["authentication.bad_key"] =
    "an API key is one line without blanks; check where it comes from",
  authentication = "check the API key",
  not_found = "check the names in the call, and {base}",
  permission = "this key may not use the model or route",
  insufficient_credits = "add credits to the account",
  rate_limit = "wait and try again",
  unavailable = "try again later or use another model",
  server = "try again later",
  server_timeout = "try again, or ask for a shorter answer",
  ["network.dns"] = "check the host name in {base} and the connection",
  ["network.connect"] = "check host and port in {base}, and that it is up",
  ["network.tls"] = "check the certificate (for an own authority set " ..
    "ca_file), and that this port speaks https",
  ["network.proxy"] = "check the proxy option and the *_proxy variables",
  ["network.descriptors"] = "raise the limit of open files (ulimit -n)",
  ["timeout.connect"] = "check the connection, or raise timeout.connect",
  ["timeout.first_byte"] = "raise timeout.first_byte for slow models",
  ["timeout.idle"] = "the server stalled; try again or raise timeout.idle",
  ["timeout.connections"] = "close streams that are not read to their end, " ..
    "or raise max_connections or the timeout of the call",
  ["timeout.total"] = "raise the timeout of the call",
  truncated = "the answer is incomplete",
  ["protocol.redirect"] = "redirects are followed on the same server only; " ..
    "set {base} to where the server points",
  ["protocol.html"] =
    "check that {base} leads to the API and not to a web page",
  ["protocol.encoding"] = "a proxy on the way may have compressed it",
  protocol = "try again, or check that {base} leads to the API",
  ["budget.cost"] = "client:spent() tells what was used; a client with a " ..
    "larger budget can go on",
  ["budget.tokens"] = "client:spent() tells how many were used; a client " ..
    "with a larger budget can go on",
  ["limit.response"] = "raise max_response_bytes",
  ["limit.event"] = "raise max_event_bytes",
  not_recorded = 'record it with record_mode = "auto" or "new"',
  ["file.recording"] = "remove that file, and record the call anew",
  forked = "make a new client with indoxhub.new after the fork",
  schema = "err.partial holds what the model wrote",
  steps = "raise max_steps, or say in the question when to stop",
}

-- The same where nobody gave a base URL, which then is not to blame.
local hints_by_default = {
  not_found = "check the names in the call",
  ["network.dns"] = "check the connection",
  ["network.connect"] = "check the connection",
  ["protocol.redirect"] = "redirects are followed on the same server only",
  ["protocol.html"] = "a proxy or a login page may have answered instead",
  protocol = "try again later",
}

local retryable_kinds = {
  rate_limit = true, unavailable = true, server = true, server_timeout = true,
  network = true, timeout = true, truncated = true,
}

-- Also takes out what would move a terminal's cursor.
local function one_line(text)
  text = text:gsub("[%s%c]+", " "):gsub("^ ", ""):gsub(" $", "")
  if #text > LONGEST_MESSAGE then
    -- Not within a character of UTF-8.
    text = text:sub(1, LONGEST_MESSAGE):gsub("[\192-\255][\128-\191]*$", "")
      .. "..."
  end
  return text
end

-- What a person would look for to change the base URL.
local function base_name(self)
  local from = self.base_from
  local name = from and from ~= "base_url" and "the variable " .. from
    or "base_url"
  return self.base_url and ("%s (%s)"):format(name, self.base_url) or name
end

-- A hint for the code goes before one for the kind, in either table.
local function hint_of(self)
  local by_code = self.kind .. "." .. tostring(self.code)
  local first = self.base_from == "default" and hints_by_default or hints
  local hint = self.hint or first[by_code] or hints[by_code]
    or first[self.kind] or hints[self.kind]
  return hint and (hint:gsub("{base}", function()
    return base_name(self)
  end))
end

--- "chat.create: rate_limit: Slow down (HTTP 429, request 7c1e); wait and ..."
function error_mt.__tostring(self)
  local facts = {}
  if self.status then
    facts[#facts + 1] = "HTTP " .. self.status
  end
  if self.code then
    facts[#facts + 1] = self.code
  end
  if self.model then
    facts[#facts + 1] = "model " .. one_line(self.model)
  end
  if self.retry_after then
    facts[#facts + 1] = number.format("retry after %g s", self.retry_after)
  end
  if self.request_id then
    facts[#facts + 1] = "request " .. one_line(self.request_id)
  end
  local hint = hint_of(self)
  return (self.operation and self.operation .. ": " or "indoxhub: ")
    .. self.kind .. ": " .. one_line(self.message)
    .. (facts[1] and " (" .. table.concat(facts, ", ") .. ")" or "")
    .. (hint and "; " .. hint or "")
    .. (self.partial and (self.kind == "truncated" or self.missing)
      and "; err.partial holds what came" or "")
end

--- Makes an error.
---@param kind string
---@param message string
---@param fields? table
---@return indoxhub.Error
function errors.new(kind, message, fields)
  local err = { kind = kind, message = message,
    retryable = retryable_kinds[kind] or false }
  for name, value in pairs(fields or {}) do
    err[name] = value
  end
  return setmetatable(err, error_mt)
end

--- The same error for another call.
---@param err indoxhub.Error
---@return indoxhub.Error
function errors.copy(err)
  local copy = {}
  for name, value in pairs(err) do
    copy[name] = value
  end
  return setmetatable(copy, error_mt)
end

--- Whether a value is an error of this library.
---@param value any
---@return boolean
function errors.is(value)
  return type(value) == "table" and getmetatable(value) == error_mt
end

-- The oldest interpreters print nothing useful of an error that is no string.
local RAISES_STRINGS = _VERSION == "Lua 5.2"
  or _VERSION == "Lua 5.1" and not rawget(_G, "jit")

--- Raises an error object, as a string where objects cannot be shown.
---@param err any
function errors.raise(err)
  if RAISES_STRINGS and errors.is(err) then
    err = tostring(err)
  end
  error(err, 0)
end

--- The call was given up by the program.
---@param message? string
---@return indoxhub.Error
function errors.cancelled(message)
  return errors.new("cancelled", message or "the call was cancelled")
end

--- Its client is closed.
---@return indoxhub.Error
function errors.closed()
  return errors.new("cancelled", "the client is closed",
    { hint = "make another with indoxhub.new" })
end

---@return indoxhub.Error
function errors.forked()
  return errors.new("forked",
    "this client was used before the process was forked")
end

return errors
