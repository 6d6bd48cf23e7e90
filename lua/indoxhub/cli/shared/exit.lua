--- Exit codes by kind of error, and how an error is shown.

local errors = require "indoxhub.base.errors"
local output = require "indoxhub.cli.shared.output"

local exit = {}

local WRONG_USAGE = 2

local codes = {
  usage = WRONG_USAGE, authentication = 3, permission = 3,
  insufficient_credits = 4, rate_limit = 5, network = 6, timeout = 6,
  server = 7, unavailable = 7, server_timeout = 7, job_failed = 7,
  truncated = 8, protocol = 8, schema = 8, steps = 8,
  not_recorded = 9, cancelled = 130,
  ["cancelled.server"] = 7,
}

--- For the help.
exit.LEGEND = [[
Exit codes: 0 done, 1 other errors, 2 wrong usage, 3 no access, 4 no credits,
5 rate limit, 6 network or timeout, 7 server or failed job, 8 incomplete or
unreadable answer, 9 not recorded, 130 cancelled.]]

-- The next step, where the command knows a better one than the library, by
-- "kind.code" or by kind. {base} is what gave the base URL.
local hints = {
  ["authentication.no_key"] = "set INDOXHUB_API_KEY to your key; to try things "
    .. "without one, start `indoxhub sandbox`",
  ["authentication.bad_key"] = "an API key is one line without blanks; check "
    .. "INDOXHUB_API_KEY",
  ["authentication.insecure"] = "use https",
  ["authentication.redis"] = "a password stands in REDIS_URL, as "
    .. "redis://:PASSWORD@HOST:PORT",
  authentication = "check the key in INDOXHUB_API_KEY; account commands of "
    .. "some servers also take --auth exchange",
  insufficient_credits = "`indoxhub account` shows what is left",
  ["not_found.model"] = "`indoxhub models` lists what there is",
  ["timeout.total"] = "give it more time with --timeout",
  ["timeout.job"] = "give it more time with --timeout",
  ["timeout.first_byte"] = "try again, or ask a faster model",
  ["timeout.connect"] = "check the connection",
  ["timeout.idle"] = "the server stalled; try again",
  ["not_found.provider"] = "`indoxhub models` lists what there is",
  ["not_found.job"] = "jobs belong to the key that began them; check the id, "
    .. "and {base}",
  not_found = "check the names and ids that you gave, and {base}",
  ["network.dns"] = "check the connection, and the host name in {base}",
  ["network.connect"] = "check that the server in {base} runs",
  ["network.tls"] = "check that the server in {base} speaks https, and its "
    .. "certificate (SSL_CERT_FILE names other authorities)",
  ["network.proxy"] = "check the *_proxy variables",
  ["protocol.redirect"] = "set {base} to where the server points",
  ["protocol.html"] = "check that {base} leads to the API and not to a web "
    .. "page",
  ["protocol.nothing"] = "try again, or ask another model",
  protocol = "try again, or check that {base} leads to the API",
  not_recorded = "to record it, leave out --record-mode replay",
  truncated = "what came is incomplete",
}

-- The same where nobody gave a base URL, which then is not to blame.
local hints_by_default = {
  ["not_found.job"] = "jobs belong to the key that began them; check the id",
  not_found = "check the names and ids that you gave",
  ["network.dns"] = "check the connection",
  ["network.connect"] = "check the connection",
  ["network.tls"] = "check what is between here and the server "
    .. "(SSL_CERT_FILE names other authorities)",
  ["protocol.redirect"] = "redirects are followed on the same server only",
  ["protocol.html"] = "a proxy or a login page may have answered instead",
  protocol = "try again later",
}

-- What a user of the command knows of the base URL.
local function hint_of(err)
  local by_code, first = err.kind .. "." .. tostring(err.code), hints
  if err.base_from == "default" then
    first = hints_by_default
  end
  local hint = first[by_code] or hints[by_code] or first[err.kind]
    or hints[err.kind]
  local base = err.base_from == "base_url" and "--base-url"
    or "INDOXHUB_BASE_URL"
  return hint and hint:gsub("{base}", base) or err.hint
end

--- Wrong usage that only the command can see.
---@param message string
---@return indoxhub.Error
function exit.usage(message)
  return errors.new("usage", message)
end

-- What a person reads.
local function line_of(err)
  if err.kind == "usage" then
    return err.message
  elseif err.kind == "cancelled" and err.code ~= "server" then
    return "cancelled"
  end
  local shown = errors.copy(err)
  shown.hint = hint_of(err)
  shown.partial = nil -- was printed
  return (tostring(shown):gsub("^indoxhub: ", ""))
end

--- Shows an error on stderr and returns the exit code for it.
---@param err indoxhub.Error
---@return integer
function exit.with(err)
  if output.is_unread(err) then
    return 0
  end
  output.complain(line_of(err))
  return codes[err.kind .. "." .. tostring(err.code)] or codes[err.kind] or 1
end

--- The same for what was raised: the library refuses misuse with a message that
--- names the option; what Lua itself raises is a mistake of ours.
---@param message any
---@return integer
function exit.raised(message)
  local text = tostring(message):gsub("^[^:]+:%d+: ", "")
    :gsub("^[%w_.]+: ([%w_]+) is no field of the request but an option:.*$",
      "--set %1: it is no field of the request")
    :gsub("^base_url ", "--base-url "):gsub("^rows:(%l+): ", "--%1: ")
    :gsub("^option record_mode needs a folder: set record", "--record-mode "
      .. "needs a folder: give --record"):gsub("^option record ", "--record ")
  if text:find("^attempt to ") or text:find("^bad argument #") then
    output.complain("a mistake of the command itself: " .. tostring(message))
    return 1
  end
  return exit.with(exit.usage(text))
end

return exit
