--- Exit codes by kind of error, and how an error is shown.

local errors = require "indoxhub.errors"
local output = require "indoxhub.cli.output"

local exit = {}

local WRONG_USAGE = 2

local codes = {
  usage = WRONG_USAGE, authentication = 3, permission = 3,
  insufficient_credits = 4, rate_limit = 5, network = 6, timeout = 6,
  server = 7, unavailable = 7, server_timeout = 7, job_failed = 7,
  truncated = 8, protocol = 8, cancelled = 130,
}

--- For the help.
exit.LEGEND = [[
Exit codes: 0 done, 1 other errors, 2 wrong usage, 3 no access, 4 no credits,
5 rate limit, 6 network or timeout, 7 server or failed job, 8 incomplete or
unreadable answer, 130 cancelled.]]

-- The next step, where the command knows a better one than the library, by
-- "kind.code" or by kind.
local hints = {
  ["authentication.no_key"] = "set INDOXHUB_API_KEY to your key; to try things "
    .. "without one, start `indoxhub sandbox`",
  ["authentication.bad_key"] = "an API key is one line without blanks; check "
    .. "INDOXHUB_API_KEY",
  ["authentication.insecure"] = "use https",
  authentication = "check the key in INDOXHUB_API_KEY; account commands of "
    .. "some servers also take --auth exchange",
  insufficient_credits = "`indoxhub account` shows what is left",
  ["not_found.model"] = "`indoxhub models` lists what there is",
  ["timeout.total"] = "give it more time with --timeout",
  ["timeout.job"] = "give it more time with --timeout",
  ["timeout.first_byte"] = "try again, or ask a faster model",
  ["timeout.connect"] = "check the connection",
  ["network.dns"] = "check the connection, and the host name in "
    .. "INDOXHUB_BASE_URL",
  ["network.connect"] = "check that the server in INDOXHUB_BASE_URL runs",
  ["protocol.redirect"] = "set INDOXHUB_BASE_URL to where the server points",
  ["protocol.nothing"] = "try again, or ask another model",
  protocol = "check that INDOXHUB_BASE_URL leads to the API and not to a "
    .. "web page",
  truncated = "what came is incomplete",
}

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
  elseif err.kind == "cancelled" then
    return "cancelled"
  end
  local shown = errors.copy(err)
  shown.hint = hints[err.kind .. "." .. tostring(err.code)]
    or hints[err.kind] or err.hint
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
  return codes[err.kind] or 1
end

--- The same for what was raised: the library refuses misuse with a message that
--- names the option; what Lua itself raises is a mistake of ours.
---@param message any
---@return integer
function exit.raised(message)
  local text = tostring(message):gsub("^[^:]+:%d+: ", "")
  if text:find("^attempt to ") or text:find("^bad argument #") then
    output.complain("a mistake of the command itself: " .. tostring(message))
    return 1
  end
  return exit.with(exit.usage(text))
end

return exit
