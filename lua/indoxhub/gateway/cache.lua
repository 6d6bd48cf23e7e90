--- Answers that are given again to equal requests.
--
-- Only where a rule of the options, or the header X-Gateway-Cache, asks for it,
-- and only for whole answers: a stream is asked for anew. Requests are equal
-- when their bytes and their operation are, and their key, unless a rule shares
-- them. Of equal requests at the same time one asks the model, and the others
-- wait for its answer; when it fails or dies, the next of them asks.

local core = require "indoxhub.core"
local scripts = require "indoxhub.gateway.shared.scripts"

local ngx = rawget(_G, "ngx")

local cache = {}

-- Seconds that the one that asks is believed to live, between two times that it
-- says so, and between two looks of those that wait.
local LIFE, SAYING, LOOKING = 6, 2, 0.1

-- The longest that an answer may be kept, and the largest. Seconds, bytes.
local LONGEST, LARGEST = 86400, 1024 * 1024

-- What is worth it. The others make something new each time.
local KEPT = { chat = true, completion = true, embeddings = true,
  image = true, speech = true, transcription = true, translation = true }

---------------------------------------------------------------------------
-- where answers are kept

local KEEP = scripts.prepare [[
return redis.call('GET', KEYS[1]) == ARGV[1]
  and redis.call('PEXPIRE', KEYS[1], ARGV[2]) or 0
]]
local DROP = scripts.prepare [[
return redis.call('GET', KEYS[1]) == ARGV[1]
  and redis.call('DEL', KEYS[1]) or 0
]]

local of_redis, of_dict = {}, {}

-- Each gives nil where it cannot be asked, and false where there is nothing.
function of_redis.get(gateway, name)
  return gateway.contact:call("GET", name)
end

function of_redis.set(gateway, name, value, seconds)
  return gateway.contact:call("SET", name, value, "EX", math.ceil(seconds))
end

function of_redis.lead(gateway, name, who)
  local reply = gateway.contact:call("SET", name, who, "NX", "PX", LIFE * 1000)
  if reply == nil then
    return nil
  end
  return reply == "OK"
end

function of_redis.keep(gateway, name, who)
  return gateway.contact:script(KEEP, { name }, { who, LIFE * 1000 })
end

function of_redis.drop(gateway, name, who)
  return gateway.contact:script(DROP, { name }, { who })
end

function of_dict.get(gateway, name)
  return gateway.dicts.cache:get(name) or false
end

function of_dict.set(gateway, name, value, seconds)
  return gateway.dicts.cache:set(name, value, seconds)
end

function of_dict.lead(gateway, name, who)
  return (gateway.dicts.cache:add(name, who, LIFE)) == true
end

function of_dict.keep(gateway, name, who)
  if gateway.dicts.cache:get(name) == who then
    gateway.dicts.cache:expire(name, LIFE)
  end
end

function of_dict.drop(gateway, name, who)
  if gateway.dicts.cache:get(name) == who then
    gateway.dicts.cache:delete(name)
  end
end

local function store_of(gateway)
  return gateway.redis and of_redis or gateway.dicts.cache and of_dict or nil
end

---------------------------------------------------------------------------
-- what is kept

local function has(list, value)
  for _, one in ipairs(list or {}) do
    if one == value then
      return true
    end
  end
  return list == nil
end

local function rule_of(gateway, context)
  for _, rule in ipairs(gateway.options.cache or {}) do
    if has(rule.models, context.model) then
      return rule
    end
  end
end

--- Notes in the context how long the answer of a request may be kept, and under
--- which name, if at all.
---@param gateway table
---@param context table with the model, and `asked`: what the header says
---@param body string
function cache.note(gateway, context, body)
  local rule = rule_of(gateway, context)
  local seconds = context.cache_asked or rule and rule.seconds or 0
  if seconds <= 0 or context.streams or not KEPT[context.operation]
    or not store_of(gateway) then
    return
  end
  local whose = rule and rule.shared and "all" or context.key.id
  context.cache = { seconds = math.min(seconds, LONGEST),
    name = ("indoxhub:{%s}:answer"):format(core.sha256(table.concat({ whose,
      context.is_native and "native" or "openai", context.operation,
      context.content_type, body }, "\n"))) }
end

local function told(text, how)
  local content_type, body = text:match("^([^\n]*)\n(.*)$")
  return { status = 200, content_type = content_type, body = body,
    headers = { ["X-Gateway-Cache"] = how } }
end

-- Asks, and keeps the answer.
local function ask(gateway, context, store, perform)
  local place = context.cache
  local lead = place.name .. ":lead"
  context.cache_lead = lead
  local keeper = ngx.thread.spawn(function()
    while true do
      ngx.sleep(SAYING)
      store.keep(gateway, lead, context.request_id)
    end
  end)
  local answer, usage = perform()
  ngx.thread.kill(keeper)
  if answer and #answer.body <= LARGEST then
    store.set(gateway, place.name, answer.content_type .. "\n" .. answer.body,
      place.seconds)
    answer.headers = { ["X-Gateway-Cache"] = "miss" }
  end
  context.cache_lead = nil
  store.drop(gateway, lead, context.request_id)
  return answer, usage
end

--- An answer that is there, or comes, or is asked for now. Returns what
--- `perform` returns; for one that was there without usage, as nothing was
--- used.
---@param gateway table
---@param context table
---@param perform fun(): table?, table?
---@return table? answer, table? usage_or_refusal
function cache.answer(gateway, context, perform)
  local store, how = store_of(gateway), "hit"
  local until_then = ngx.now() + gateway.options.longest_answer
  repeat
    local text = store.get(gateway, context.cache.name)
    local leads = text == false and store.lead(gateway,
      context.cache.name .. ":lead", context.request_id)
    if leads then
      text = store.get(gateway, context.cache.name) -- it may be there by now
      if not text then
        return ask(gateway, context, store, perform)
      end
      store.drop(gateway, context.cache.name .. ":lead", context.request_id)
    end
    if text then
      return told(text, how), { tokens_total = 0, cost = 0 }
    elseif text == nil or leads == nil then
      return perform() -- it cannot be looked up
    end
    how = "waited"
    ngx.sleep(LOOKING)
  until ngx.now() > until_then
  return nil, { status = 504, type = "upstream_timeout",
    message = "the answer did not come in time" }
end

--- In the log phase: a request that was ended while it asked lets others ask.
function cache.leave(gateway, context)
  local lead = context.cache_lead
  if lead then
    ngx.timer.at(0, function()
      store_of(gateway).drop(gateway, lead, context.request_id)
    end)
  end
end

return cache
