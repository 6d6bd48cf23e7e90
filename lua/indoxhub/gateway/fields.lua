--- From the fields of a request to those of a call, and whether its key may
--- make it.
--
-- The model that is asked is what a key is allowed to ask: fields that would
-- have the upstream ask another are refused.

local json = require "indoxhub.base.json"

local fields = {}

local function wrong(param, message)
  return nil, { status = 400, type = "invalid_request_error", param = param,
    message = message }
end

-- Fields that name models besides `model`.
local OTHERS = { "models", "fallback", "fallbacks", "route" }
local HIDDEN = { "model", "models", "provider", "fallback", "fallbacks",
  "route", "stream", "n", "max_tokens", "max_completion_tokens",
  "max_output_tokens" }

local function check_hidden(given)
  for _, name in ipairs(OTHERS) do
    if given[name] ~= nil then
      return name
    end
  end
  local more = given.additional_params
  if more ~= nil and type(more) ~= "table" then
    return "additional_params"
  end
  for _, name in ipairs(HIDDEN) do
    if more and more[name] ~= nil then
      return "additional_params." .. name
    end
  end
end

-- The model by its whole name.
local function model_of(given)
  local model, provider = given.model, given.provider
  if type(model) ~= "string" then
    return nil
  elseif type(provider) == "string" and not model:find("/", 1, true) then
    return provider .. "/" .. model
  end
  return model
end

local function is_allowed(options, key, model)
  return (not options.models or options.models[model])
    and (not key.models or key.models[model])
end

local NO_STREAM = { embeddings = true, image = true, speech = true,
  transcription = true, translation = true, video = true }

local function check_stream(context, given)
  local streams, told = given.stream, given.stream_options
  given.stream, given.stream_options = nil, nil
  if streams ~= nil and type(streams) ~= "boolean" then
    return wrong("stream", "stream must be true or false")
  elseif streams and NO_STREAM[context.operation] then
    return wrong("stream", "this answer does not come as a stream")
  end
  context.streams = streams == true
  context.tells_usage = type(told) == "table" and told.include_usage == true
  return true
end

-- A list of one prompt is that prompt. Only one can be streamed.
local function check_prompt(context, given)
  local prompts = given.prompt
  if context.operation ~= "completion" or type(prompts) ~= "table"
    or type(prompts[1]) ~= "string" then
    return true
  elseif prompts[2] == nil then
    given.prompt = prompts[1]
  elseif context.streams then
    return wrong("prompt", "a stream answers one prompt")
  end
  return true
end

-- Names that OpenAI has for fields that are called otherwise here.
local function rename(context, given)
  if context.operation == "embeddings" and given.text == nil then
    given.text, given.input = given.input, nil
  end
  if context.operation == "embeddings" then
    context.fields_format = given.encoding_format
    given.encoding_format = nil
  elseif context.body_kind == "form" then
    context.fields_format = given.response_format
  elseif context.operation == "speech" then
    context.fields_format = given.response_format
    given.stream_format = nil
  end
end

-- A key whose cost is limited may only ask what has a price.
local function needs_price(gateway, key)
  return (key.cost_per_day or key.cost_per_month) and gateway.tells_no_cost
end

--- Makes the fields of a request those of a call, and notes in the context what
--- is to be known of them: `model`, `streams`, `tells_usage`. Nil and a
--- refusal.
---@param gateway table
---@param context table
---@param key indoxhub.gateway.Key
---@param given table fields
---@return table? fields, table? refusal
function fields.check(gateway, context, key, given)
  local options = gateway.options
  local hidden = check_hidden(given)
  if hidden then
    return wrong(hidden, hidden .. " is not taken here")
  elseif given.model ~= nil and type(given.model) ~= "string" then
    return wrong("model", "model must be a string")
  elseif given.provider ~= nil and type(given.provider) ~= "string" then
    return wrong("provider", "provider must be a string")
  end
  local ok, refusal = check_stream(context, given)
  if ok then
    ok, refusal = check_prompt(context, given)
  end
  if not ok then
    return nil, refusal
  end
  rename(context, given)
  context.model = model_of(given)
  local is_limited = options.models or key.models or needs_price(gateway, key)
  if not context.model and is_limited then
    return wrong("model", "model is required")
  elseif context.model and not is_allowed(options, key, context.model) then
    return nil, { status = 403, type = "invalid_request_error",
      code = "model_not_allowed", param = "model",
      message = "this key may not ask the model " .. context.model }
  elseif needs_price(gateway, key) and not options.prices[context.model] then
    return nil, { status = 403, type = "invalid_request_error",
      code = "no_price", param = "model", message = "the cost of this key is "
        .. "limited, and no price is known for " .. context.model }
  end
  return given
end

--- A copy of fields that a call may change.
---@param given table
---@return table
function fields.copy(given)
  return json.decode(json.encode(given))
end

return fields
