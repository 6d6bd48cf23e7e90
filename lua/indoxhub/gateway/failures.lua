--- What a client of the gateway is told when the upstream fails.
--
-- A refusal of the upstream that is about the request is passed on. What is
-- between the gateway and the upstream (its key, its credits, its limits, its
-- health) is nothing that the client could change, and no detail of it leaves.

local ngx = rawget(_G, "ngx")

local failures = {}

---@class indoxhub.gateway.Refusal
---@field status integer
---@field type string
---@field message string
---@field code? string
---@field headers? table<string, string|number>

local A_WHILE = 5

-- Kind of the library -> status, type.
local OF_REQUEST = {
  invalid_request = { 400, "invalid_request_error" },
  validation = { 400, "invalid_request_error" },
  not_found = { 404, "invalid_request_error" },
}
local OF_UPSTREAM = {
  rate_limit = { 503, "upstream_busy", "the model is busy" },
  unavailable = { 503, "upstream_busy", "the model is busy" },
  timeout = { 504, "upstream_timeout", "the answer did not come in time" },
  server_timeout = { 504, "upstream_timeout",
    "the answer did not come in time" },
  cancelled = { 499, "cancelled", "the call was cancelled" },
}

--- Makes a refusal of an error of the library.
---@param err indoxhub.Error
---@return indoxhub.gateway.Refusal
function failures.of(err)
  local own = OF_REQUEST[err.kind]
  if own then
    local code = err.kind == "not_found" and "model_not_found" or err.code
    return { status = own[1], type = own[2],
      code = type(code) == "string" and code ~= own[2] and code or nil,
      message = tostring(err.message or "the request is refused") }
  end
  local told = OF_UPSTREAM[err.kind]
    or { 502, "upstream_error", "the model gave no answer" }
  return { status = told[1], type = told[2], message = told[3],
    code = err.kind, headers = told[1] == 503
      and { ["Retry-After"] = math.ceil(err.retry_after or A_WHILE) } or nil }
end

--- What is told of a fault of the gateway's own.
failures.FAULT = { status = 500, type = "server_error",
  message = "the gateway has a fault, which its log tells" }

-- What is told when nginx runs no more timers.
local OVERLOADED = { status = 503, type = "overloaded",
  headers = { ["Retry-After"] = A_WHILE },
  message = "the gateway has too much to do; try again soon" }

--- Makes a refusal of what the client raised: the request is wrong, but for one
--- for which nginx has no timer.
---@param raised any
---@param context table of the request
---@return indoxhub.gateway.Refusal
function failures.misuse(raised, context)
  local message = tostring(raised):gsub("^%[?[^%s%]]*%]?:%d+: ", "")
    :gsub("^%w+%.%w+: ", "")
  if message:find "lua_max_%l+_timers" then
    ngx.log(ngx.ERR, "indoxhub gateway: ", message)
    return OVERLOADED
  end
  -- As the request says it, and without what is meant for programs in Lua.
  message = message:gsub("^(%S+ is required): .*$", "%1")
  if not context.is_native and context.operation == "embeddings" then
    message = message:gsub("^text%f[^%w_]", "input")
  end
  local field, verb = message:match "^([%a_][%w_]*)[%[%w_%].]*.- (%l+) "
  return { status = 400, type = "invalid_request_error", message = message,
    param = (verb == "is" or verb == "must") and field or nil }
end

return failures
