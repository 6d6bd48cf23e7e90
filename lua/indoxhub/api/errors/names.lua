--- What a failing body or event says to machines: status numbers, names, and
-- the kind of error that they stand for.

local body = require "indoxhub.api.errors.body"
local reason = require "indoxhub.api.errors.reason"

local machine_name = reason.machine_name

local names = {}

local kind_of_status = {
  [400] = "invalid_request", [401] = "authentication",
  [402] = "insufficient_credits", [403] = "permission", [404] = "not_found",
  [407] = "network", -- a proxy said so
  [408] = "server_timeout", [422] = "validation", [429] = "rate_limit",
  [503] = "unavailable", [504] = "server_timeout", [529] = "unavailable",
}

-- Names as `plain` writes them.
local kind_of_name = {
  overloaded = "unavailable", serviceunavailable = "unavailable",
  unavailable = "unavailable", engineoverloaded = "unavailable",
  ratelimit = "rate_limit", ratelimitexceeded = "rate_limit",
  ratelimited = "rate_limit", toomanyrequests = "rate_limit",
  resourceexhausted = "rate_limit", throttling = "rate_limit",
  badrequest = "invalid_request", invalidrequest = "invalid_request",
  invalidargument = "invalid_request",
  failedprecondition = "invalid_request",
  contextlengthexceeded = "invalid_request",
  unauthorized = "authentication", unauthenticated = "authentication",
  invalidtoken = "authentication", authentication = "authentication",
  invalidapikey = "authentication",
  permission = "permission", permissiondenied = "permission",
  forbidden = "permission", accessdenied = "permission",
  modelnotfound = "not_found", providernotfound = "not_found",
  notfound = "not_found",
  validation = "validation", unprocessableentity = "validation",
  timeout = "server_timeout", requesttimeout = "server_timeout",
  gatewaytimeout = "server_timeout", apitimeout = "server_timeout",
  deadlineexceeded = "server_timeout",
}

-- Of plain names: the account does not pay for the call.
local ACCOUNT_NAMES = { "insufficient.*quota", "insufficient.*credit",
  "insufficient.*balance", "insufficient.*fund", "^billing",
  "paymentrequired", "creditbalance", "outofcredit", "creditsexhausted",
  "^arrearage", "exceededcurrentquota" }
-- The same where it is only told to people, in lower case.
local ACCOUNT_TEXTS = { "credit balance", "insufficient credit",
  "insufficient[%a ]* balance", "balance[%a ]* insufficient",
  "insufficient funds", "not enough credit", "out of credit" }
local ACCOUNT_NUMBERS = { [402] = true, [1113] = true }

local STATUS_FIELDS = { "status_code", "statusCode", "status", "code" }

local CANCELLED = { cancelled = true, canceled = true,
  ["response.cancelled"] = true, ["response.canceled"] = true }

-- A server's body may be nested, and long, without end.
local DEEPEST, MOST = 6, 32

---------------------------------------------------------------------------
-- where

local add

local function add_list(levels, list, depth)
  for i = 1, math.min(#list, MOST) do
    add(levels, list[i], depth, true)
  end
end

-- Adds the tables in which a body may name its failure, best first. What names
-- a place in the request says what is wrong there, not what failed.
function add(levels, value, depth, is_error)
  value = body.nested(value) or value
  if type(value) ~= "table" or value.loc ~= nil or depth > DEEPEST
    or #levels >= MOST then
    return
  elseif value[1] ~= nil then
    return add_list(levels, value, depth + 1)
  end
  add(levels, value.error, depth + 1, true)
  levels[#levels + 1] = { fields = value, is_error = is_error }
  add(levels, value.response, depth + 1)
  for _, choice in ipairs(type(value.choices) == "table" and value.choices
    or {}) do
    add(levels, type(choice) == "table" and choice.error, depth + 1, true)
  end
  for _, name in ipairs { "detail", "errors", "base_resp" } do
    add(levels, value[name], depth + 1, true)
  end
  add(levels, type(value.metadata) == "table" and value.metadata.raw,
    depth + 1, true)
  add(levels, body.nested(value.message), depth + 1, true)
end

---@class indoxhub.FailureLevel a table of a body that may name its failure
---@field fields table
---@field is_error? boolean it describes an error and nothing else

--- The tables of a decoded body or event that may name its failure, best first.
---@param value any
---@return indoxhub.FailureLevel[]
function names.levels(value)
  local levels = {}
  add(levels, value, 0)
  return levels
end

---------------------------------------------------------------------------
-- names

-- "RateLimitError" and "rate_limit_error" are one name.
local function plain(name)
  return (name:lower():gsub("[^a-z0-9]", ""):gsub("error$", "")
    :gsub("exception$", ""))
end

-- The type of an event, or of an answer, is no name of a failure.
local function name_of_type(level)
  local name = machine_name(level.fields.type)
  if not name or name == "error" then
    return nil
  elseif level.is_error or level.fields.object == "error"
    or kind_of_name[plain(name)] or plain(name) ~= name:lower()
    and name:find("[Ee]rror$") and not name:find("%.") then
    return name
  end
end

-- All machine names of some levels, the best first.
local function all_names(levels)
  local found = {}
  for _, level in ipairs(levels) do
    local fields = level.fields
    local status = machine_name(fields.status)
    found[#found + 1] = machine_name(fields.error)
    found[#found + 1] = machine_name(fields.code)
    found[#found + 1] = name_of_type(level)
    found[#found + 1] = status and status:find("^[A-Z_]+$") and status or nil
  end
  return found
end

--- The machine name to show.
---@param levels indoxhub.FailureLevel[]
---@return string?
function names.code(levels)
  return all_names(levels)[1]
end

--- The kind that the first known name stands for.
---@param levels indoxhub.FailureLevel[]
---@return string?
function names.kind(levels)
  for _, name in ipairs(all_names(levels)) do
    -- "Throttling.RateQuota" is one of several that are a throttling.
    local kind = kind_of_name[plain(name)]
      or kind_of_name[plain(name:match("^[^.]*"))]
    if kind then
      return kind
    end
  end
end

---------------------------------------------------------------------------
-- numbers

-- A number, be it written as text.
local function number_of(value)
  if type(value) == "string" and value:find("^%d+$") then
    return tonumber(value)
  end
  return type(value) == "number" and value or nil
end

local function failing(status)
  return status and status >= 400 and status <= 599 and status or nil
end

--- The failing HTTP status that a body tells.
---@param levels indoxhub.FailureLevel[]
---@param message? string its reason; the old server wrote it there
---@return integer?
function names.status(levels, message)
  for _, level in ipairs(levels) do
    for _, name in ipairs(STATUS_FIELDS) do
      local status = failing(number_of(level.fields[name]))
      if status then
        return status
      end
    end
  end
  return failing(tonumber((message or "")
    :match("%f[%a][Ss]tatus (%d%d%d)%f[%D]") or nil))
end

---@param status integer 400 or above
---@return string kind
function names.kind_of_status(status)
  return kind_of_status[status]
    or (status >= 500 and "server" or "invalid_request")
end

---------------------------------------------------------------------------
-- what is more than a kind

local function matches_any(text, patterns)
  for _, pattern in ipairs(patterns) do
    if text:find(pattern) then
      return true
    end
  end
  return false
end

--- Whether the account does not pay for the call: waiting does not help.
---@param levels indoxhub.FailureLevel[]
---@param message? string the reason
---@return boolean
function names.is_unpaid(levels, message)
  for _, level in ipairs(levels) do
    for _, name in ipairs(STATUS_FIELDS) do
      if ACCOUNT_NUMBERS[number_of(level.fields[name]) or 0] then
        return true
      end
    end
  end
  for _, name in ipairs(all_names(levels)) do
    if matches_any(plain(name), ACCOUNT_NAMES) then
      return true
    end
  end
  return matches_any((message or ""):lower(), ACCOUNT_TEXTS)
end

--- Whether the server, and not the program, has ended the answer.
---@param value any decoded
---@return boolean
function names.is_cancelled(value)
  local event = type(value) == "table" and value or {}
  local response = type(event.response) == "table" and event.response or {}
  for _, word in pairs { event.status, response.status, event.type } do
    if type(word) == "string" and CANCELLED[word:lower()] then
      return true
    end
  end
  return false
end

return names
