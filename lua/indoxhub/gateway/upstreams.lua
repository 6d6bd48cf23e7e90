--- The servers that are asked: which first, and which when one does not answer.
--
-- Each call begins at one of those that are well, by weight. One that is not
-- reached, is overloaded, fails, or refuses the gateway itself is left alone
-- for a while, which doubles each time, and the call goes to the next, before
-- any piece of an answer: by the rules by which a client asks another model
-- (see call/fallback.lua). When all are unwell they are asked all the same.
-- Health is what each worker has seen.

local callers = require "indoxhub.client.callers"
local fallback = require "indoxhub.call.fallback"
local indoxhub = require "indoxhub"

local ngx = rawget(_G, "ngx")

local upstreams = {}

-- Seconds that one is left alone, at first and at most.
local FIRST_PAUSE, LONGEST_PAUSE = 1, 60

---@class indoxhub.gateway.Upstream
---@field name string
---@field client indoxhub.Client
---@field weight number
---@field is_compatible boolean whether it speaks OpenAI's form, which tells no
--- cost
---@field pause number seconds that it is left alone when it fails next
---@field well_at number when it may be asked again

local function new(client, name, weight)
  return { client = client, name = name, weight = weight,
    is_compatible = callers.of(client).settings.base.compatible,
    pause = FIRST_PAUSE, well_at = 0 }
end

--- Makes the list of the options.
---@param options indoxhub.GatewayOptions
---@return indoxhub.gateway.Upstream[]
function upstreams.new(options)
  if not options.upstreams then
    return { new(options.client or indoxhub.new(), "upstream", 1) }
  end
  local list = {}
  for i, one in ipairs(options.upstreams) do
    list[i] = new(one.client, one.name or tostring(i), one.weight or 1)
  end
  return list
end

--- Whether some tell no cost.
---@param list indoxhub.gateway.Upstream[]
---@return boolean
function upstreams.tell_no_cost(list)
  for _, one in ipairs(list) do
    if one.is_compatible then
      return true
    end
  end
  return false
end

-- One of some, by weight.
local function pick(list)
  local sum = 0
  for _, one in ipairs(list) do
    sum = sum + one.weight
  end
  local at = math.random() * sum
  for i, one in ipairs(list) do
    at = at - one.weight
    if at < 0 or i == #list then
      return table.remove(list, i)
    end
  end
end

-- All of them in the order in which they are to be asked.
local function order(list)
  if not list[2] then
    return list
  end
  local now, well, unwell, found = ngx.now(), {}, {}, {}
  for _, one in ipairs(list) do
    table.insert(one.well_at <= now and well or unwell, one)
  end
  while well[1] do
    found[#found + 1] = pick(well)
  end
  while unwell[1] do
    found[#found + 1] = pick(unwell)
  end
  return found
end

-- Codes of network errors before anything was sent.
local UNSENT = { connect = true, dns = true, tls = true, proxy = true }

-- What refuses the gateway and no request of its clients.
local OF_GATEWAY = { authentication = true, permission = true,
  insufficient_credits = true }

-- Whether the next may be asked.
local function may_help(err)
  return fallback.helps(err) or OF_GATEWAY[err.kind]
    or err.kind == "network" and UNSENT[err.code]
end

-- Whether it is the request, and not the server, that fails.
local function is_unwell(err)
  return may_help(err) and err.kind ~= "not_found"
    and err.kind ~= "invalid_request"
end

-- Whether nothing was used by a call that failed: it was refused, or not sent.
local function is_unused(err)
  local status = err.status or 0
  return status >= 400 and status < 500 or status == 503 or status == 529
    or err.kind == "network" and UNSENT[err.code] ~= nil
end

local function note(one, err)
  if not err then
    one.pause, one.well_at = FIRST_PAUSE, 0
  elseif is_unwell(err) then
    one.well_at = ngx.now() + one.pause
    one.pause = math.min(one.pause * 2, LONGEST_PAUSE)
  end
end

-- Asks one, and notes whether tokens may have been used. What raises has asked
-- nobody.
local function ask_one(context, ask, one)
  local before = context.may_have_used
  context.may_have_used = true
  local ok, reply, err = pcall(ask, one)
  if not ok or err and is_unused(err) then
    context.may_have_used = before
  end
  if not ok then
    error(reply, 0)
  end
  return reply, err
end

--- Asks one after the other, until one answers or it is no use. Returns what
--- the function returned last, and raises what it raises.
---@param gateway table
---@param context table in which `upstream` is noted, and `may_have_used`
---@param ask fun(one: indoxhub.gateway.Upstream): any, indoxhub.Error?
---@return any reply, indoxhub.Error? err
function upstreams.ask(gateway, context, ask)
  local reply, err
  local list = context.upstream and { context.upstream }
    or order(gateway.upstreams)
  for i, one in ipairs(list) do
    context.upstream = one
    reply, err = ask_one(context, ask, one)
    note(one, err)
    if not err or not may_help(err) or i == #list then
      break
    end
    gateway.tell_failure(context, err)
    context.upstream = nil
  end
  return reply, err
end

--- The one of a name; nil when there is none any more.
---@param gateway table
---@param name string
---@return indoxhub.gateway.Upstream?
function upstreams.find(gateway, name)
  for _, one in ipairs(gateway.upstreams) do
    if one.name == name then
      return one
    end
  end
end

return upstreams
