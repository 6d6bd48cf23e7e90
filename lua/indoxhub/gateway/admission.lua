--- Lets requests in, or not: routes (what is asked for), keys and visitors (who
--- asks), requests and fields (with what), and limits (whether now).

local cache = require "indoxhub.gateway.cache"
local estimate = require "indoxhub.gateway.estimate"
local fields_of = require "indoxhub.gateway.fields"
local keys = require "indoxhub.gateway.keys"
local limits = require "indoxhub.gateway.limits"
local metrics = require "indoxhub.gateway.metrics"
local requests = require "indoxhub.gateway.requests"
local routes = require "indoxhub.gateway.routes"
local visitors = require "indoxhub.gateway.visitors"

local ngx = rawget(_G, "ngx")

local admission = {}

-- Seconds that a place is kept beyond the longest answer.
local BEYOND = 60

-- For the access log, where nginx.conf declares these variables.
local function say_in_log(context)
  pcall(function()
    ngx.var.indoxhub_key = context.key and context.key.name or ""
    ngx.var.indoxhub_operation = context.operation or ""
  end)
end

-- Reads the fields of a request, where it has some. Nil and a refusal.
local function read_fields(gateway, context)
  local fields, refusal = requests.fields(context)
  local body = refusal
  if fields then
    fields, refusal = fields_of.check(gateway, context, context.key, fields)
  end
  if not fields then
    return nil, refusal
  end
  context.fields = fields
  cache.note(gateway, context, body)
  return true
end

-- Lets a request in, or not. Who goes on reading a stream has been let in.
local function admit(gateway, context)
  local ok, refusal = true, nil
  if context.body_kind then
    ok, refusal = read_fields(gateway, context)
  end
  if not ok or context.operation == "stream" then
    return ok, refusal
  end
  local tokens, cost = estimate.of(gateway.options, context.operation,
    context.model, context.fields or {})
  context.limits = { call = context.request_id, tokens = tokens,
    cost = cost or 0, lifetime = gateway.options.longest_answer + BEYOND }
  local reservation, headers = limits.admit(gateway, context.key,
    context.limits)
  if reservation == nil then
    if headers.status == 429 then
      metrics.count(gateway, "limits_hit_total", { limit = headers.code })
    end
    return nil, headers
  end
  context.reservation = reservation or nil
  for name, value in pairs(headers) do
    ngx.header[name] = value
  end
  return true
end

-- The key of a request; nil and a refusal.
local function who_asks(gateway, context)
  local token = requests.token()
  if token then
    return keys.find(gateway, token)
  elseif token == nil and gateway.visitors then
    return visitors.find(gateway, context.body_kind ~= nil)
  end
  return nil, { status = 401, type = "invalid_request_error",
    code = "invalid_api_key", message = "give an API key of this gateway: "
      .. "Authorization: Bearer ihg-..." }
end

-- What a request is about; nil when it was refused.
local function begin(gateway)
  local route, other_method = routes.find(ngx.req.get_method(), ngx.var.uri)
  local context = route and requests.context(route)
    or { operation = "none", request_id = ngx.var.request_id,
      started = ngx.now() }
  ngx.ctx.indoxhub = context
  if not route then
    return nil, context, other_method
      and { status = 405, type = "invalid_request_error",
        code = "method_not_supported", message = "this path takes another "
          .. "method" }
      or { status = 404, type = "invalid_request_error", code = "not_found",
        message = "there is nothing here" }
  end
  local key, refusal = who_asks(gateway, context)
  context.key = key
  return key and route, context, refusal
end

--- Lets the request that runs in, or not.
---@param gateway indoxhub.gateway.Gateway
---@return boolean? ok, table context, table? refusal
function admission.request(gateway)
  local route, context, refusal = begin(gateway)
  local ok = route ~= nil
  if ok then
    ok, refusal = admit(gateway, context)
  end
  say_in_log(context)
  return ok, context, refusal
end

return admission
