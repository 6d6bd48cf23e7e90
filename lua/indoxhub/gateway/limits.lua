--- Limits of keys: whether a call may begin, and what it used in the end.
--
-- With Redis each decision is one script there, so that it holds across
-- machines; without, it is made in the memory of the machine. A key without
-- limits asks nobody. `on_store_failure` says what happens while Redis is away:
--   "closed"  nothing passes (503)
--   "open"    known keys pass, and nobody counts
--   "local"   each machine counts by itself
-- Visitors are counted by the machine where known keys pass uncounted.

local holders = require "indoxhub.gateway.limits.holders"
local machine = require "indoxhub.gateway.limits.machine"
local records = require "indoxhub.gateway.shared.records"
local script = require "indoxhub.gateway.limits.script"
local scripts = require "indoxhub.gateway.shared.scripts"

local ngx = rawget(_G, "ngx")

local limits = {}

local admit = scripts.prepare(script.ADMIT)
local settle = scripts.prepare(script.SETTLE)

--- Whether a key has any.
---@param key indoxhub.gateway.Key
---@return boolean
function limits.has_any(key)
  for _, name in ipairs(records.LIMITS) do
    if key[name] then
      return true
    end
  end
  return false
end

local function places(id)
  return { ("indoxhub:{%s}:use"):format(id),
    ("indoxhub:{%s}:calls"):format(id) }
end

---------------------------------------------------------------------------
-- what was used

-- Seconds for which it is tried to tell Redis, between two tries, and after
-- which a timer is asked for again, as nginx drops one where too many run.
local PATIENCE, BETWEEN, AGAIN = 60, 0.5, 1

-- How often it is told again to a Redis that knows nothing of a call it may yet
-- hear of: two connections may overtake each other.
local LOOKS = 4

-- What is still to be told, whether somebody tells it, and when a timer for it
-- was asked for that has not begun.
local queue, is_telling, asked = {}, false, nil

local function tell(gateway, item)
  local ok = gateway.contact:script(settle, places(item.id), { item.call,
    item.tokens or "", item.cost and ("%.17g"):format(item.cost) or "" })
  if ok ~= nil then
    holders.forget(gateway.dicts.limits, item.call)
  end
  if ok == 0 and item.looks > 0 then
    item.looks = item.looks - 1
    return false
  end
  return ok ~= nil
end

-- In one timer of the worker, one after the other.
local function tell_all(_, gateway)
  if is_telling then
    return -- it was asked for twice
  end
  is_telling, asked = true, nil
  while queue[1] do
    local list, left = queue, {}
    queue = {}
    for _, item in ipairs(list) do
      if not tell(gateway, item) and ngx.now() < item.until_then then
        left[#left + 1] = item
      end
    end
    if left[1] then
      ngx.sleep(BETWEEN)
    end
    for _, item in ipairs(left) do
      queue[#queue + 1] = item
    end
  end
  is_telling = false
end

-- Has it told, in any phase.
local function tell_soon(gateway)
  local now = ngx.now()
  if not queue[1] or is_telling or asked and now - asked < AGAIN then
    return
  end
  local ok, message = ngx.timer.at(0, tell_all, gateway)
  asked = ok and now or nil
  if not ok then
    gateway.report("what calls used cannot be told to Redis: " .. message)
  end
end

local function settle_later(gateway, reservation, tokens, cost, looks)
  queue[#queue + 1] = { id = reservation.id, call = reservation.call,
    tokens = tokens, cost = cost, looks = looks,
    until_then = ngx.now() + PATIENCE }
  tell_soon(gateway)
end

---------------------------------------------------------------------------
-- whether a call may begin

-- What Redis says of a call. Where no answer comes it may have let the call in,
-- or do so when it is well again, so that is given back.
local function ask_redis(gateway, request)
  tell_soon(gateway) -- what nginx had no timer for
  local list = { request.call, math.ceil(request.lifetime), request.tokens,
    ("%.17g"):format(request.cost) }
  for _, name in ipairs(records.LIMITS) do
    list[#list + 1] = request.limits[name] or ""
  end
  request.is_asked = true
  local told, message = gateway.contact:script(admit, places(request.id), list)
  if not told and message:find "^away" then
    limits.give_up(gateway, request)
  end
  request.is_asked = false
  return told
end

local function ask_machine(gateway, request)
  local told, taken = machine.admit(gateway.dicts.limits, request)
  if not told then
    gateway.report("the shared memory indoxhub_limits: " .. taken)
    return nil
  end
  return told, { is_local = true, taken = taken }
end

-- Which answer of a store belongs to a limit, and the seconds to its end.
local TOLD = {
  requests_per_minute = { 2, 7 }, tokens_per_minute = { 3, 7 },
  cost_per_day = { 4, 8 }, cost_per_month = { 5, 9 },
}

-- Names of headers, as OpenAI has them and beyond.
local HEADERS = { requests_per_minute = "requests",
  tokens_per_minute = "tokens", cost_per_day = "cost-day",
  cost_per_month = "cost-month" }

local function headers_of(key, told)
  local headers = {}
  for limit, at in pairs(TOLD) do
    if key[limit] then
      local name = HEADERS[limit]
      local left = math.max(0, key[limit] - tonumber(told[at[1]]))
      headers["x-ratelimit-limit-" .. name] = ("%.10g"):format(key[limit])
      headers["x-ratelimit-remaining-" .. name] = ("%.10g"):format(left)
      headers["x-ratelimit-reset-" .. name] = told[at[2]] .. "s"
    end
  end
  return headers
end

local WHAT = {
  requests_per_minute = "%.10g requests in a minute",
  tokens_per_minute = "%.10g tokens in a minute",
  cost_per_day = "%.10g US dollars in a day",
  cost_per_month = "%.10g US dollars in a month",
  calls_at_once = "%.10g calls at the same time",
}

-- Seconds until a place may be free.
local A_WHILE = 1

local function refusal(key, told, headers)
  local limit = told[1]
  local at = TOLD[limit]
  headers["Retry-After"] = at and told[at[2]] or A_WHILE
  return { status = 429, type = "rate_limit_exceeded", code = limit,
    headers = headers, message = ("%s may use %s"):format(
      key.is_visitor and "a visitor" or "this key",
      WHAT[limit]:format(key[limit])) }
end

-- Has another worker give back what a call has, should this one be killed. In
-- the memory of the machine that is a place only.
local function hold(gateway, reservation, lifetime)
  local what = "key:" .. reservation.id
  if reservation.is_local then
    what = reservation.taken.place
  end
  if what then
    holders.note(gateway.dicts.limits, reservation.call, what, lifetime)
  end
end

--- Lets a call in, in a phase that can wait. Returns what is to be settled in
--- the end, and headers that tell what is left; nil and a refusal. The first
--- result is false where nothing is counted.
---@param gateway table
---@param key indoxhub.gateway.Key
---@param request indoxhub.gateway.LimitRequest
---@return table|false|nil reservation, table refusal
function limits.admit(gateway, key, request)
  if not limits.has_any(key) then
    return false, {}
  end
  request.id, request.limits = key.id, key
  local told, reservation
  if gateway.redis then
    told = ask_redis(gateway, request)
    reservation = {}
  end
  local failure = gateway.options.on_store_failure
  if failure == "open" and key.is_visitor then
    failure = "local"
  end
  if not told and gateway.redis and failure == "open" then
    return false, {}
  elseif not told and (not gateway.redis or failure == "local") then
    told, reservation = ask_machine(gateway, request)
  end
  if not told then
    return nil, { status = 503, type = "store_unavailable",
      headers = { ["Retry-After"] = A_WHILE },
      message = "the limits of this key cannot be looked up now" }
  end
  local headers = headers_of(key, told)
  if told[1] ~= "" then
    return nil, refusal(key, told, headers)
  end
  reservation.id, reservation.call = key.id, request.call
  hold(gateway, reservation, request.lifetime)
  return reservation, headers
end

--- Ends what Redis was asked to let in, when nobody waits for its answer.
---@param gateway table
---@param request indoxhub.gateway.LimitRequest
function limits.give_up(gateway, request)
  if request.is_asked then
    settle_later(gateway, request, 0, 0, LOOKS)
  end
end

--- Ends a call that was let in, in any phase.
---@param gateway table
---@param reservation table
---@param tokens? number nil: nobody told
---@param cost? number US dollars
function limits.settle(gateway, reservation, tokens, cost)
  if reservation.is_local then
    holders.forget(gateway.dicts.limits, reservation.call)
    return machine.settle(gateway.dicts.limits, reservation.taken, tokens, cost)
  end
  settle_later(gateway, reservation, tokens, cost, 0)
end

--- In init_worker_by_lua: gives back what workers had that were killed.
---@param gateway table
function limits.init_worker(gateway)
  local dict = gateway.dicts.limits
  for call, what in pairs(holders.take_over(dict)) do
    local id = what:match "^key:(.*)$"
    if not id then
      dict:delete(what)
    elseif gateway.redis then
      limits.settle(gateway, { id = id, call = call }, 0, 0)
    end
  end
end

return limits
