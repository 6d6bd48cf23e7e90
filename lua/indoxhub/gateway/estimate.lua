--- What a call may use, before it is made, and what it has cost, after it.

local estimate = {}

-- Bytes of text that make a token, and tokens that stand for a picture or a
-- recording in a question. Both are generous.
local BYTES, MEDIA = 3, 1000

-- Where a picture or a recording stands, and where it may, behind "data:".
local IS_MEDIA = { data = true, b64_json = true }
local MAY_BE_MEDIA = { url = true, image_url = true, image = true,
  file_data = true }

-- Tokens of a value of a request: its texts, wherever they stand.
local function tokens_of(value, depth, name)
  if IS_MEDIA[name] or MAY_BE_MEDIA[name] and type(value) == "string"
    and value:find("^data:") then
    return MEDIA
  elseif type(value) == "string" then
    return math.ceil(#value / BYTES)
  elseif type(value) ~= "table" or depth > 12 then
    return 0
  end
  local sum = 0
  for key, part in pairs(value) do
    sum = sum + tokens_of(part, depth + 1, key)
  end
  return sum
end

-- No call uses more tokens; beyond stands nonsense, which the upstream refuses.
local LARGEST = 1e9

-- A number of a request, within bounds; nil for anything else.
local function number_of(value, least, most)
  if type(value) == "number" and value == value then
    return math.max(least, math.min(most, value))
  end
end

local MOST = { "max_completion_tokens", "max_tokens", "max_output_tokens" }

-- Tokens that an answer may have: nobody knows which of these its model heeds.
local function answer_tokens(fields, expected)
  local most
  for _, name in ipairs(MOST) do
    local given = number_of(fields[name], 0, LARGEST)
    most = given and math.max(given, most or 0) or most
  end
  return most or expected
end

local WRITES = { chat = true, completion = true }

--- The cost of a call in US dollars; nil where there is no price.
---@param prices table<string, indoxhub.GatewayPrice>
---@param model? string
---@param prompt number tokens
---@param completion number tokens
---@param count? integer of calls
---@return number?
function estimate.cost(prices, model, prompt, completion, count)
  local price = model and prices[model]
  return price and ((price.prompt or 0) * prompt
    + (price.completion or 0) * completion) / 1e6
    + (price.call or 0) * (count or 1)
end

--- What a call may use at most, as far as that can be told.
---@param options table of the gateway
---@param operation string
---@param model? string
---@param fields table of the request
---@return integer tokens, number? cost
function estimate.of(options, operation, model, fields)
  local prompts = operation == "completion" and type(fields.prompt) == "table"
    and math.max(1, #fields.prompt) or 1
  local count = math.max(number_of(fields.n, 1, 128) or 1,
    number_of(fields.best_of, 1, 128) or 1)
  local prompt = tokens_of(fields, 0)
  local completion = WRITES[operation] and answer_tokens(fields,
    options.expected_tokens) * count * prompts or 0
  return math.ceil(prompt + completion),
    estimate.cost(options.prices, model, prompt, completion, prompts)
end

--- What a call has used, of what the answer tells. Nil where nobody knows.
---@param options table
---@param model? string
---@param usage? indoxhub.Usage of several calls with `calls`: how many
---@return number? tokens, number? cost
function estimate.used(options, model, usage)
  if type(usage) ~= "table" then
    return nil, nil
  end
  local prompt, completion = tonumber(usage.tokens_prompt) or 0,
    tonumber(usage.tokens_completion) or 0
  local cost = tonumber(usage.cost)
  if not cost and (usage.tokens_prompt or usage.tokens_completion) then
    cost = estimate.cost(options.prices, model, prompt, completion,
      tonumber(usage.calls))
  end
  return tonumber(usage.tokens_total) or prompt + completion, cost
end

return estimate
