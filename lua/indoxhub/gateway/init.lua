--- A gateway in nginx: keys of its own, limits and streams in front of models.
--
--     init_by_lua_block {
--       gateway = require("indoxhub.gateway").new { models = { ... } }
--     }
--     init_worker_by_lua_block { gateway.init_worker() }
--     location / {
--       access_by_lua_block { gateway.access() }
--       content_by_lua_block { gateway.content() }
--       log_by_lua_block { gateway.log() }
--     }
--
-- A request goes through the admission, and then calls, models or a source
-- within streams. A face says the answer in the form of the path.
-- examples/gateway has all of the configuration.

local admission = require "indoxhub.gateway.admission"
local cache = require "indoxhub.gateway.cache"
local calls = require "indoxhub.gateway.calls"
local contact = require "indoxhub.gateway.contact"
local dictionaries = require "indoxhub.gateway.dictionaries"
local estimate = require "indoxhub.gateway.estimate"
local failures = require "indoxhub.gateway.failures"
local json = require "indoxhub.base.json"
local keys = require "indoxhub.gateway.keys"
local limits = require "indoxhub.gateway.limits"
local metrics = require "indoxhub.gateway.metrics"
local models = require "indoxhub.gateway.models"
local native = require "indoxhub.gateway.faces.native"
local openai = require "indoxhub.gateway.faces.openai"
local options_of = require "indoxhub.gateway.options"
local redis = require "indoxhub.gateway.redis"
local sources = require "indoxhub.gateway.source"
local streams = require "indoxhub.gateway.streams"
local timers = require "indoxhub.gateway.timers"
local upstreams = require "indoxhub.gateway.upstreams"
local visitors = require "indoxhub.gateway.visitors"

-- Workers may not be able to read what is loaded later.
require "indoxhub.all"

local ngx = rawget(_G, "ngx")

local gateways = {}

-- Seconds between two tellings of how many streams are open.
local TELLING = 10

---@class indoxhub.gateway.Gateway
---@field options indoxhub.GatewayOptions
---@field upstreams indoxhub.gateway.Upstream[]
---@field redis? indoxhub.gateway.Redis
local methods = {}

--- Makes a gateway, in init_by_lua, where the environment still has the key of
--- the upstream and REDIS_URL. Raises what is wrong with the options.
---@param given? indoxhub.GatewayOptions
---@return indoxhub.gateway.Gateway
function gateways.new(given)
  local options = options_of.check(given)
  local url = options.redis or os.getenv "REDIS_URL"
  local has_redis = url ~= nil and url ~= ""
  local gateway = { options = options, made_by = ngx.worker.pid(),
    dicts = dictionaries.find(options, has_redis),
    upstreams = upstreams.new(options), keys = keys.of_options(options.keys),
    visitors = visitors.of_options(options.visitors) }
  if has_redis then
    gateway.redis = redis.new { url = url, timeout = options.redis_timeout,
      connections = options.redis_connections }
    gateway.contact = contact.new(gateway.redis)
  end
  if not options.client and not options.upstreams
    and (os.getenv "INDOXHUB_API_KEY" or "") == "" then
    methods.report(gateway, "the variable INDOXHUB_API_KEY is not set where "
      .. "nginx is started, so all calls of the upstream will fail")
  end
  -- What stands there may be a password.
  options.redis = nil
  gateway.tells_no_cost = upstreams.tell_no_cost(gateway.upstreams)
  for name, method in pairs(methods) do
    gateway[name] = function(...)
      return method(gateway, ...)
    end
  end
  return gateway
end

---------------------------------------------------------------------------
-- answers

--- Logs what the operator has to know.
function methods.report(_, message)
  ngx.log(ngx.ERR, "indoxhub gateway: ", message)
end

--- The face of a request.
function methods.face(_, context)
  return context.is_native and native or openai
end

--- A refusal as an answer.
function methods.answer_of(gateway, context, refusal)
  return { status = refusal.status, headers = refusal.headers,
    content_type = "application/json",
    body = json.encode(gateway.face(context).failure(refusal)) }
end

--- Ends a request with an answer.
function methods.answer(_, context, answer)
  ngx.status = answer.status
  ngx.header["Content-Type"] = answer.content_type or "application/json"
  ngx.header["Cache-Control"] = "no-store"
  ngx.header["X-Request-Id"] = context.request_id or ngx.var.request_id
  for name, value in pairs(answer.headers or {}) do
    ngx.header[name] = value
  end
  ngx.print(answer.body)
  return ngx.exit(ngx.HTTP_OK)
end

--- Ends a request with a refusal.
function methods.refuse(gateway, context, status, kind, message)
  return gateway.answer(context, gateway.answer_of(context, {
    status = status, type = kind, message = message }))
end

-- The least that a call may take, as no time at all is no limit. Seconds.
local LEAST = 0.001

--- Options of every call of a request. All of them together may take as long
--- as its place lasts.
function methods.call_options(gateway, context)
  local left = gateway.options.longest_answer - (ngx.now() - context.started)
  return { timeout = { total = math.max(LEAST, left) },
    headers = { traceparent = context.traceparent } }
end

--- Notes that a call of the upstream has failed. Why is for the log.
function methods.tell_failure(gateway, context, err)
  metrics.count(gateway, "errors_total", { kind = err.kind,
    upstream = context.upstream and context.upstream.name })
  if err.kind ~= "cancelled" then
    ngx.log(ngx.WARN, "indoxhub gateway: request ", context.request_id, ": ",
      tostring(err))
  end
end

-- What a call has used that no model has taken up.
local NOTHING = { tokens_total = 0, cost = 0 }

--- Settles what a call has used, once. Where nobody tells, that is what was
--- reserved.
function methods.finish(gateway, context, usage)
  if not usage and not context.may_have_used then
    usage = NOTHING
  end
  local tokens, cost = estimate.used(gateway.options, context.model, usage)
  if context.is_finished then
    return
  end
  context.is_finished = true
  -- Anybody can ask for a model that there is not.
  if (tokens or 0) > 0 and context.model then
    metrics.count(gateway, "tokens_total", { model = context.model }, tokens)
  end
  if (cost or 0) > 0 and context.model then
    metrics.count(gateway, "cost_dollars_total", { model = context.model },
      cost)
  end
  if context.reservation then
    limits.settle(gateway, context.reservation, tokens, cost)
  end
end

---------------------------------------------------------------------------
-- phases

local function tell_streams(_, gateway)
  metrics.tell_streams(gateway, streams.count())
end

-- So that the log says at once that Redis is not where it is looked for.
local function try_redis(_, gateway)
  gateway.contact:call "PING"
end

--- In init_worker_by_lua.
function methods.init_worker(gateway)
  gateway.has_begun = true
  if gateway.redis and ngx.worker.id() == 0 then
    timers.start(gateway, ngx.timer.at, 0, try_redis, gateway)
  end
  timers.init_worker(gateway)
  timers.start(gateway, ngx.timer.at, 0, tell_streams, gateway)
  timers.start(gateway, ngx.timer.every, TELLING, tell_streams, gateway)
  limits.init_worker(gateway)
  streams.init_worker(gateway)
end

local function end_with(gateway, context, refusal)
  return gateway.answer(context, gateway.answer_of(context, refusal))
end

-- Tells that nginx.conf lacks a line, which would be a fault that shows late.
local function miss(gateway, context, line)
  gateway.report("nginx.conf needs " .. line)
  return end_with(gateway, context, failures.FAULT)
end

--- In access_by_lua: refuses what may not be answered.
function methods.access(gateway)
  -- Where a worker has made it itself the code cache is off, or there is one
  -- process only: then nobody can tell.
  if not gateway.has_begun and gateway.made_by ~= ngx.worker.pid() then
    return miss(gateway, {}, "init_worker_by_lua_block { gateway.init_worker() "
      .. "} in the block http")
  end
  local ok, context, refusal = admission.request(gateway)
  if not ok then
    return end_with(gateway, context, refusal)
  end
end

local function answer_call(gateway, context)
  local function perform()
    return calls.perform(gateway, context, context.fields)
  end
  local answer, usage
  if context.cache then
    answer, usage = cache.answer(gateway, context, perform)
  else
    answer, usage = perform()
  end
  gateway.finish(context, answer and usage or nil)
  if not answer then
    return end_with(gateway, context, usage)
  end
  return gateway.answer(context, answer)
end

local function answer_stream(gateway, context)
  ngx.header["X-Request-Id"] = context.request_id
  return streams.start(gateway, context, sources.new(gateway, context,
    context.fields))
end

--- In content_by_lua: answers.
function methods.content(gateway)
  local context = ngx.ctx.indoxhub
  if not context then
    return miss(gateway, {}, "access_by_lua_block { gateway.access() } where "
      .. "it has gateway.content()")
  elseif context.operation == "stream" then
    return streams.serve(gateway, context, context.argument)
  elseif context.operation == "models" or context.operation == "model" then
    local answer, refusal = models.answer(gateway, context)
    if not answer then
      return end_with(gateway, context, refusal)
    end
    return gateway.answer(context, answer)
  elseif context.streams then
    return answer_stream(gateway, context)
  end
  return answer_call(gateway, context)
end

--- In log_by_lua: counts, and settles with what a request that was cut off has
--- left open.
function methods.log(gateway)
  local context = ngx.ctx.indoxhub
  if not context then
    return
  end
  metrics.count(gateway, "requests_total", { operation = context.operation,
    status = ngx.status })
  if not context.streams then
    metrics.time(gateway, "request_seconds", ngx.now() - context.started)
  end
  cache.leave(gateway, context)
  calls.leave(context)
  if context.limits then
    limits.give_up(gateway, context.limits)
  end
  if not context.is_opened then -- a source settles by itself
    gateway.finish(context, nil)
  end
  streams.leave()
end

--- In content_by_lua of what nginx itself refuses as too large.
function methods.too_large(gateway)
  return gateway.refuse({}, 413, "invalid_request_error",
    "the request is too large")
end

--- In content_by_lua of /metrics.
function methods.metrics(gateway)
  ngx.header["Content-Type"] = "text/plain; version=0.0.4; charset=utf-8"
  ngx.print(metrics.text(gateway))
end

--- In content_by_lua of /health: 200 when requests can be answered.
function methods.health(gateway)
  local store = "none"
  if gateway.redis then
    store = gateway.redis:call("PING") == "PONG" and "ok" or "away"
  end
  local lacking = timers.lacking(gateway)
  local is_well = not lacking and (store ~= "away"
    or gateway.options.on_store_failure ~= "closed")
  ngx.status = is_well and 200 or 503
  ngx.header["Content-Type"] = "application/json"
  ngx.say(json.encode { status = is_well and "ok" or "unavailable",
    store = store, streams = streams.count(),
    timers = lacking and "raise " .. lacking or "ok" })
end

return gateways
