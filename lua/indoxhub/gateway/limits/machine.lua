--- The limits of keys in the memory that the workers of one machine share,
--- where there is no Redis, or it is away.
--
-- Every step is one operation of the dictionary, which the workers cannot
-- divide. What a request has taken is given back when a later limit refuses it.
-- Places are entries that expire; the tokens and the cost that a killed worker
-- had reserved count until their minute, day and month are over.

local calendar = require "indoxhub.gateway.shared.calendar"

local ngx = rawget(_G, "ngx")

local machine = {}

-- Seconds that counters stay beyond their time.
local LATER = 60

-- Adds to a counter. Nil and why not: another must not be thrown out for it.
local function add(dict, name, amount, lifetime)
  local value, message = dict:incr(name, amount)
  if not value and message == "not found" then
    local ok, why = dict:safe_add(name, 0, lifetime)
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
    local ok, why = dict:safe_add(name, request.call, request.lifetime)
    if ok then
      return name
    elseif why ~= "exists" then
      return nil, why
    end
  end
end

-- Counters of a request: name, what it takes, the most, seconds, and the limit.
local function counters(request, now)
  local minute, day, month, to_minute, to_day, to_month =
    calendar.windows(now)
  local id, limits = request.id, request.limits
  local function counter(limit, letter, window, amount, left)
    return { limit = limit, amount = amount, most = limits[limit],
      name = ("%s:%s:%d"):format(letter, id, window), left = left }
  end
  return {
    counter("requests_per_minute", "r", minute, 1, to_minute),
    counter("tokens_per_minute", "t", minute, request.tokens, to_minute),
    counter("cost_per_day", "d", day, request.cost, to_day),
    counter("cost_per_month", "o", month, request.cost, to_month),
  }
end

-- Whether a counter that has just got more is over its limit.
local function is_over(counter, value)
  local most = counter.most
  if not most then
    return false
  end
  return value > most
    or counter.limit:find("^cost") and value - counter.amount >= most
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

--- Lets a call in or not. Returns what the script in Redis returns, and what
--- was taken; nil and a message when the memory is full.
---@param dict table the shared dictionary
---@param request indoxhub.gateway.LimitRequest
---@return table? told, table|string taken
function machine.admit(dict, request)
  local list, taken, values = counters(request, ngx.time()), {}, {}
  local refused, place = "", nil
  for i, counter in ipairs(list) do
    local value, message = add(dict, counter.name, counter.amount,
      counter.left + LATER)
    if not value then
      give_back(dict, taken)
      return nil, message
    end
    taken[#taken + 1], values[i] = counter, value
    if is_over(counter, value) then
      refused = counter.limit
      break
    end
  end
  local most = request.limits.calls_at_once
  if refused == "" and most then
    local message
    place, message = most >= 1 and take_place(dict, request, most) or nil, nil
    if not place and message then
      give_back(dict, taken)
      return nil, message
    end
    refused = place and "" or "calls_at_once"
  end
  if refused ~= "" then
    give_back(dict, taken)
    for i, counter in ipairs(taken) do
      values[i] = values[i] - counter.amount
    end
  end
  return { refused, values[1], values[2] or 0, values[3] or 0, values[4] or 0,
    0, list[1].left, list[3].left, list[4].left },
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
  local list = taken.counters
  if tokens then
    dict:incr(list[2].name, tokens - list[2].amount)
  end
  for i = 3, 4 do
    if cost then
      dict:incr(list[i].name, cost - list[i].amount)
    end
  end
end

return machine
