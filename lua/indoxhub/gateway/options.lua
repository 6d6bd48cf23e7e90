--- The options of a gateway: indoxhub.GatewayOptions.

local spelling = require "indoxhub.base.spelling"

local options = {}

-- Name -> what it must be, the default, and for numbers the least.
local KNOWN = {
  client = { "indoxhub.Client" },
  upstreams = { "table" },
  redis = { "string" },
  keys = { "table" },
  visitors = { "table" },
  models = { "table" },
  prices = { "table", {} },
  cache = { "table" },
  on_store_failure = { { "closed", "open", "local" }, "closed" },
  key_cache = { "number", 60, 0 },
  expected_tokens = { "number", 1000, 0 },
  longest_answer = { "number", 600, 1 },
  most_streams = { "number", 1000, 1 },
  linger = { "number", 30, 0 },
  stream_bytes = { "number", 4 * 1024 * 1024, 1024 },
  redis_timeout = { "number", 1, 0.001 },
  redis_connections = { "number", 16, 1 },
}

local function refuse(...)
  error("indoxhub.gateway.new: " .. (...):format(select(2, ...)), 4)
end

local function check_choice(name, value, choices)
  for _, choice in ipairs(choices) do
    if value == choice then
      return
    end
  end
  refuse("option %s must be one of %s", name, table.concat(choices, ", "))
end

local function is_client(value)
  return type(value) == "table" and type(value.chat) == "table"
end

local function check_value(name, value, known)
  local kind, _, least = known[1], known[2], known[3]
  if type(kind) == "table" then
    check_choice(name, value, kind)
  elseif name == "client" then
    if not is_client(value) then
      refuse("option client must be what indoxhub.new{...} gave")
    end
  elseif type(value) ~= kind then
    refuse("option %s must be a %s, not a %s", name, kind, type(value))
  elseif least and not (value >= least and value < math.huge) then
    refuse("option %s must be at least %g", name, least)
  end
end

-- Whether something is a list: a field with a name would be passed over, and
-- with it what it asks for.
local function is_list(value)
  if type(value) ~= "table" then
    return false
  end
  local count = 0
  for _ in pairs(value) do
    count = count + 1
  end
  return count == #value
end

local function check_list(name, value, example)
  if not is_list(value) then
    refuse("%s must be a list, such as %s", name, example)
  end
end

local PRICES = { prompt = true, completion = true, call = true }

local function check_prices(prices)
  for model, price in pairs(prices) do
    if type(model) ~= "string" or type(price) ~= "table" then
      refuse('prices must be like { ["provider/model"] = { prompt = 2.5, '
        .. "completion = 10 } }, in US dollars per million tokens")
    end
    for name, value in pairs(price) do
      if not PRICES[name] or type(value) ~= "number" or value ~= value
        or value < 0 then
        refuse("prices[%q] takes the numbers prompt, completion (US dollars "
          .. "per million tokens) and call (US dollars)", model)
      end
    end
  end
end

-- Names of models, as a set.
local function check_models(name, models)
  local set = {}
  if not is_list(models) or not models[1] then
    refuse("%s must be a list of names, such as { \"openai/gpt-4o\" }", name)
  end
  for i, model in ipairs(models) do
    if type(model) ~= "string" then
      refuse("%s[%d] must be a string", name, i)
    end
    set[model] = true
  end
  return set
end

local UPSTREAM = { client = "table", weight = "number", name = "string" }

local function check_upstreams(list)
  local names = {}
  check_list("upstreams", list, "{ { client = ... } }")
  for i, one in ipairs(list) do
    for name, value in pairs(type(one) == "table" and one or {}) do
      if type(value) ~= UPSTREAM[name] then
        refuse("upstreams[%d] takes client, weight (a number) and name", i)
      end
    end
    if type(one) ~= "table" or not is_client(one.client) then
      refuse("upstreams[%d].client must be what indoxhub.new{...} gave", i)
    elseif one.weight and not (one.weight > 0 and one.weight < math.huge) then
      refuse("upstreams[%d].weight must be above 0", i)
    end
    local name = one.name or tostring(i)
    if names[name] then
      refuse("upstreams[%d].name is that of another", i)
    end
    names[name] = true
  end
  if not list[1] then
    refuse("upstreams must be a list, such as { { client = ... } }")
  end
end

local RULES = { seconds = "number", models = "table", shared = "boolean" }

local function check_cache(rules)
  check_list("cache", rules, "{ { seconds = 60 } }")
  for i, rule in ipairs(rules) do
    if type(rule) ~= "table" then
      refuse("cache[%d] must be a table, such as { seconds = 60 }", i)
    end
    for name, value in pairs(rule) do
      if type(value) ~= RULES[name] then
        refuse("cache[%d] takes seconds, models (a list) and shared (true or "
          .. "false)", i)
      end
    end
    if not rule.seconds then
      refuse("cache[%d].seconds is required", i)
    elseif rule.seconds < 0 or rule.seconds ~= rule.seconds then
      refuse("cache[%d].seconds must be a number that is not negative", i)
    elseif rule.models then
      check_models(("cache[%d].models"):format(i), rule.models)
    end
  end
end

--- Checks the options and adds the defaults. Raises what is wrong with them.
---@param given? indoxhub.GatewayOptions
---@return indoxhub.GatewayOptions
function options.check(given)
  given = given == nil and {} or given
  if type(given) ~= "table" then
    refuse("options must be a table, not a %s", type(given))
  end
  local made = {}
  for name, value in pairs(given) do
    if not KNOWN[name] then
      refuse("%s", spelling.unknown(name, KNOWN))
    end
    check_value(name, value, KNOWN[name])
    made[name] = value
  end
  for name, known in pairs(KNOWN) do
    if made[name] == nil then
      made[name] = known[2]
    end
  end
  check_prices(made.prices)
  check_cache(made.cache or {})
  check_list("keys", made.keys or {}, '{ { name = "ada", sha256 = "..." } }')
  if made.upstreams and made.client then
    refuse("upstreams take the place of client: give one of them")
  elseif made.upstreams then
    check_upstreams(made.upstreams)
  end
  made.models = made.models and check_models("models", made.models)
  return made
end

return options
