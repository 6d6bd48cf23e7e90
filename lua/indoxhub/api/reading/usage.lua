--- What an answer has used, in the one form: the schema's names, and numbers.

local values = require "indoxhub.api.reading.values"

local usage = {}

-- Our name and the name of another dialect in turn, best first.
local NAMES = {
  "tokens_prompt", "input_tokens", "tokens_prompt", "prompt_tokens",
  "tokens_completion", "output_tokens",
  "tokens_completion", "completion_tokens",
  "tokens_total", "total_tokens", "cost", "cost_usd",
}

-- Our name, and a table and its field in another dialect.
local DETAILS = {
  "cache_read_tokens", "input_tokens_details", "cached_tokens",
  "cache_read_tokens", "prompt_tokens_details", "cached_tokens",
  "reasoning_tokens", "output_tokens_details", "reasoning_tokens",
  "reasoning_tokens", "completion_tokens_details", "reasoning_tokens",
}

local function take_names(from)
  for i = 1, #NAMES, 2 do
    local value = from[NAMES[i + 1]]
    if value ~= nil and from[NAMES[i]] == nil then
      from[NAMES[i]] = values.number_or_nil(value)
    end
  end
  for i = 1, #DETAILS, 3 do
    local details = from[DETAILS[i + 1]]
    if type(details) == "table" and from[DETAILS[i]] == nil then
      from[DETAILS[i]] = values.number_or_nil(details[DETAILS[i + 2]])
    end
  end
end

local function add_total(to)
  local prompt, completion = to.tokens_prompt, to.tokens_completion
  if to.tokens_total == nil and type(prompt) == "number"
    and type(completion) == "number" then
    to.tokens_total = prompt + completion
  end
end

--- Gives a usage table the schema's names. What is unknown stays absent.
---@param from any
---@return table? usage the same table
function usage.of(from)
  if type(from) ~= "table" then
    return nil
  end
  for name, value in pairs(from) do
    if type(value) == "string" then
      from[name] = values.number_or_nil(value) or value
    end
  end
  take_names(from)
  add_total(from)
  return from
end

-- Figures that are told later are better, but for zeros.
local function is_better(value, than)
  return than == nil or values.says_something(value)
end

--- Adds what was told later to what is known.
---@param known? table
---@param told any as a server says it
---@return table? known
function usage.add(known, told)
  told = usage.of(told)
  if not told or not known then
    return told or known
  end
  for name, value in pairs(told) do
    if is_better(value, known[name]) then
      known[name] = value
    end
  end
  local prompt, completion = known.tokens_prompt, known.tokens_completion
  if type(prompt) == "number" and type(completion) == "number" then
    known.tokens_total = math.max(prompt + completion,
      values.number_or_nil(known.tokens_total) or 0)
  end
  return known
end

-- Names of other dialects, which mean nothing beside figures of one's own.
local FOREIGN = { input_tokens_details = true, prompt_tokens_details = true,
  output_tokens_details = true, completion_tokens_details = true }
for i = 2, #NAMES, 2 do
  FOREIGN[NAMES[i]] = NAMES[i] ~= "cost_usd"
end

--- Fills what the better of two does not tell, or tells as zero.
---@param better? table
---@param other? table
---@return table?
function usage.fill(better, other)
  if not better or not other then
    return better or other
  end
  for name, value in pairs(other) do
    if not FOREIGN[name] and not values.says_something(better[name]) then
      better[name] = value
    end
  end
  return better
end

--- What several answers used together: figures as sums, all else of the last
--- that tells it.
---@param list (table|false|nil)[] figures of each
---@param count integer how many there are in the list
---@return table? sum nil when none was told
function usage.sum(list, count)
  local sum
  for i = 1, count do
    for name, value in pairs(list[i] or {}) do
      sum = sum or {}
      local is_figure = type(value) == "number" and type(sum[name]) == "number"
      sum[name] = is_figure and sum[name] + value or value
    end
  end
  return sum
end

return usage
