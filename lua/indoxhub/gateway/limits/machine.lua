--- The limits of keys in the memory that the workers of one machine share,
--- where there is no Redis, or it is away.
--
-- Every step is one operation of the dictionary, which the workers cannot
-- divide. What a request has taken is given back when a later limit refuses it.
-- Places are entries that expire, should nobody give them back (holders.lua);
-- the tokens and the cost that a killed worker had reserved count until their
-- minute, day and month are over.

local calendar = require "indoxhub.gateway.shared.calendar"

local ngx = rawget(_G, "ngx")

local machine = {}

-- Seconds that counters stay beyond their time.
local LATER = 60

-- Seconds between two times that a worker looks for what has expired.
local BETWEEN = 1
local looked_at = -math.huge

-- Adds what is not there. False and why not: another must not be thrown out for
-- it. By itself the dictionary lets go of what has expired only as long as that
-- is what was used longest ago.
local function safe_add(dict, name, value, lifetime)
  local ok, why = dict:safe_add(name, value, lifetime)
  if why == "no memory" and ngx.now() - looked_at >= BETWEEN then
    looked_at = ngx.now()
    dict:flush_expired()
    ok, why = dict:safe_add(name, value, lifetime)
  end
  return ok, why
end

-- Adds to a counter. Nil and why not.
local function add(dict, name, amount, lifetime)
  local value, message = dict:incr(name, amount)
  if not value and message == "not found" then
    local ok, why = safe_add(dict, name, 0, lifetime)
    if not ok and why ~= "exists" then
      return nil, why
    end
    value, message = dict:incr(name, amount)
  end
  return value, message
end

local function take_place(dict, request, most)
  local from = math.random(most)
  for i = 1, most do
    local name = ("place:%s:%d"):format(request.id, (from + i) % most)
    local ok, why = safe_add(dict, name, request.call, request.lifetime)
    if ok then
      return name
    elseif why ~= "exists" then
      return nil, why
    end
  end
end

-- Counters of the limits that a request has, and the seconds that are left of
-- the minute, the day and the month.
local function counters(request, now)
  local minute, day, month, to_minute, to_day, to_month =
    calendar.windows(now)
  local list = {}
  local function count(limit, letter, window, amount, left)
    local most = request.limits[limit]
    if most then
      list[#list + 1] = { limit = limit, amount = amount, most = most,
        name = ("%s:%s:%d"):format(letter, request.id, window), left = left }
    end
  end
  count("requests_per_minute", "r", minute, 1, to_minute)
  count("tokens_per_minute", "t", minute, request.tokens, to_minute)
  count("cost_per_day", "d", day, request.cost, to_day)
  count("cost_per_month", "o", month, request.cost, to_month)
  return list, to_minute, to_day, to_month
end

-- Whether a counter that has just got more is over its limit.
local function is_over(counter, value)
  return value > counter.most
    or counter.limit:find("^cost") and value - counter.amount >= counter.most
end

local function give_back(dict, taken)
  for _, counter in ipairs(taken) do
    dict:incr(counter.name, -counter.amount)
  end
end

---@class indoxhub.gateway.LimitRequest
---@field id string of the key
---@field call string names the call
---@field lifetime number seconds after which its place is free again
---@field tokens number
---@field cost number US dollars
---@field limits indoxhub.gateway.Key
---@field is_asked? boolean whether Redis is being asked about it

--- Lets a call in or not. Returns what the script in Redis returns, and what
--- was taken; nil and a message when the memory is full.
---@param dict table the shared dictionary
---@param request indoxhub.gateway.LimitRequest
---@return table? told, table|string taken
function machine.admit(dict, request)
  local list, to_minute, to_day, to_month = counters(request, ngx.time())
  local taken, values = {}, {}
  local refused, place = "", nil
  for _, counter in ipairs(list) do
    local value, message = add(dict, counter.name, counter.amount,
      counter.left + LATER)
    if not value then
      give_back(dict, taken)
      return nil, message
    end
    taken[#taken + 1], values[counter.limit] = counter, value
    if is_over(counter, value) then
      refused = counter.limit
      break
    end
  end
  local most = request.limits.calls_at_once
  if refused == "" and most then
    local message
    if most >= 1 then
      place, message = take_place(dict, request, most)
    end
    if message then
      give_back(dict, taken)
      return nil, message
    end
    refused = place and "" or "calls_at_once"
  end
  if refused ~= "" then
    give_back(dict, taken)
    for _, counter in ipairs(taken) do
      values[counter.limit] = values[counter.limit] - counter.amount
    end
  end
  return { refused, values.requests_per_minute or 0,
    values.tokens_per_minute or 0, values.cost_per_day or 0,
    values.cost_per_month or 0, 0, to_minute, to_day, to_month },
    { counters = list, place = place }
end

--- Ends a call: gives back its place, and counts what it used instead of what
--- was reserved.
---@param dict table
---@param taken table
---@param tokens? number nil: nobody told
---@param cost? number
function machine.settle(dict, taken, tokens, cost)
  if taken.place then
    dict:delete(taken.place)
  end
  local used = { tokens_per_minute = tokens, cost_per_day = cost,
    cost_per_month = cost }
  for _, counter in ipairs(taken.counters) do
    if used[counter.limit] then
      dict:incr(counter.name, used[counter.limit] - counter.amount)
    end
  end
end

return machine
