--- The two scripts that keep the limits of a key in Redis.
--
-- Each runs as a whole, by Redis's own clock. What a key has used stands in one
-- hash, for the minute m, the day d and the month o: mr requests, mt tokens, dc
-- and oc cost in US dollars. A call that was let in has a place in a sorted set
-- until its time is over, and what was reserved for it stands in the field
-- r:CALL. Both keys of one key of the gateway have the same hash tag.
--
-- KEYS: the hash, the set. ARGV of admit: the call, seconds until its place and
-- its reservation expire, tokens and cost to be reserved, and five limits, ""
-- for none. ARGV of settle: the call, what it used in tokens and in cost, ""
-- for what nobody told.

local calendar = require "indoxhub.gateway.shared.calendar"

local script = {}

local SHARED = calendar.TEXT .. [==[
local use, calls, call = KEYS[1], KEYS[2], ARGV[1]
local now = tonumber(redis.call('TIME')[1])
local minute, day, month, to_minute, to_day, to_month = windows(now)

local names = { 'm', 'mr', 'mt', 'd', 'dc', 'o', 'oc' }
local state = {}
for i, value in ipairs(redis.call('HMGET', use, unpack(names))) do
  state[names[i]] = tonumber(value or 0)
end
if state.m ~= minute then
  state.m, state.mr, state.mt = minute, 0, 0
end
if state.d ~= day then
  state.d, state.dc = day, 0
end
if state.o ~= month then
  state.o, state.oc = month, 0
end

-- Ends what a call had reserved. Returns its tokens and cost, and whether these
-- were of this minute, day and month.
local function release(name)
  local text = redis.call('HGET', use, 'r:' .. name)
  redis.call('ZREM', calls, name)
  if not text then
    return nil
  end
  redis.call('HDEL', use, 'r:' .. name)
  local m, d, o, tokens, cost = text:match('^(%S+) (%S+) (%S+) (%S+) (%S+)$')
  tokens, cost = tonumber(tokens), tonumber(cost)
  if tonumber(m) == minute then
    state.mt = state.mt - tokens
  end
  if tonumber(d) == day then
    state.dc = state.dc - cost
  end
  if tonumber(o) == month then
    state.oc = state.oc - cost
  end
  return tokens, cost, tonumber(m) == minute
end

local function keep()
  local list = {}
  for _, name in ipairs(names) do
    list[#list + 1] = name
    list[#list + 1] = string.format('%.17g', math.max(0, state[name]))
  end
  redis.call('HSET', use, unpack(list))
  redis.call('EXPIRE', use, to_month + 86400)
end
]==]

script.ADMIT = SHARED .. [==[
local lifetime, tokens, cost = tonumber(ARGV[2]), tonumber(ARGV[3]),
  tonumber(ARGV[4])
local requests_most, tokens_most, day_most, month_most, calls_most =
  tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7]), tonumber(ARGV[8]),
  tonumber(ARGV[9])

for _, name in ipairs(redis.call('ZRANGEBYSCORE', calls, '-inf', now,
  'LIMIT', 0, 1000)) do
  release(name)
end
local running = redis.call('ZCARD', calls)

local refused
if requests_most and state.mr + 1 > requests_most then
  refused = 'requests_per_minute'
elseif tokens_most and state.mt + tokens > tokens_most then
  refused = 'tokens_per_minute'
elseif day_most and (state.dc >= day_most or state.dc + cost > day_most) then
  refused = 'cost_per_day'
elseif month_most
  and (state.oc >= month_most or state.oc + cost > month_most) then
  refused = 'cost_per_month'
elseif calls_most and running + 1 > calls_most then
  refused = 'calls_at_once'
else
  state.mr, state.mt = state.mr + 1, state.mt + tokens
  state.dc, state.oc = state.dc + cost, state.oc + cost
  running = running + 1
  redis.call('HSET', use, 'r:' .. call, string.format('%d %d %d %.17g %.17g',
    minute, day, month, tokens, cost))
  redis.call('ZADD', calls, now + lifetime, call)
  -- Another gateway may have set places for longer.
  redis.call('EXPIRE', calls, to_month + 86400 + lifetime)
end
keep()
return { refused or '', state.mr, state.mt, string.format('%.17g', state.dc),
  string.format('%.17g', state.oc), running, to_minute, to_day, to_month }
]==]

script.SETTLE = SHARED .. [==[
local tokens, cost = tonumber(ARGV[2]), tonumber(ARGV[3])
local reserved_tokens, reserved_cost, is_same_minute = release(call)
if not reserved_tokens then
  return 0
end
tokens, cost = tokens or reserved_tokens, cost or reserved_cost
-- What was used in a minute that is over counts in this one as far as it was
-- more than was expected.
state.mt = state.mt
  + (is_same_minute and tokens or math.max(0, tokens - reserved_tokens))
state.dc, state.oc = state.dc + cost, state.oc + cost
keep()
return 1
]==]

return script
