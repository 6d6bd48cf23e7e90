--- Which models there are, as far as a key may ask them.

local failures = require "indoxhub.gateway.failures"
local json = require "indoxhub.base.json"
local upstreams = require "indoxhub.gateway.upstreams"

local models = {}

local function is_shown(gateway, key, name)
  local options = gateway.options
  return (not options.models or options.models[name] ~= nil)
    and (not key.models or key.models[name] ~= nil)
end

-- All models of an upstream in OpenAI's form. Nil and an error.
local function list_of(one, options)
  if one.is_compatible then
    local reply, err = one.client:request({ path = "models" }, options)
    return reply and (type(reply.data) == "table" and reply.data or {}), err
  end
  local providers, err = one.client.models:list(options)
  if not providers then
    return nil, err
  end
  local list = {}
  for _, provider in ipairs(providers) do
    for _, model in ipairs(provider.models or {}) do
      list[#list + 1] = { object = "model", owned_by = provider.id,
        created = 0, category = model.category, id = ("%s/%s"):format(
          provider.id, model.modelName or model.name or "") }
    end
  end
  return list
end

local function openai(gateway, context)
  local list, err = upstreams.ask(gateway, context, function(one)
    return list_of(one, gateway.call_options(context))
  end)
  if not list then
    gateway.tell_failure(context, err)
    -- Where there is no list of models, it is not a model that is missing.
    return nil, failures.of(err.kind == "not_found" and { kind = "server" }
      or err)
  end
  local shown = json.array()
  for _, model in ipairs(list) do
    if type(model) == "table" and is_shown(gateway, context.key, model.id) then
      if model.id == context.argument then
        return model
      end
      shown[#shown + 1] = model
    end
  end
  if context.argument then
    return nil, { status = 404, type = "invalid_request_error",
      code = "model_not_found", message = "there is no such model" }
  end
  return { object = "list", data = shown }
end

-- As the first upstream that speaks so says it.
local function native(gateway, context)
  for _, one in ipairs(gateway.upstreams) do
    if not one.is_compatible then
      local reply, err = one.client:request({ path = "models/"
        .. (context.argument or "") }, gateway.call_options(context))
      if err then
        gateway.tell_failure(context, err)
      end
      return reply, err and failures.of(err)
    end
  end
  return openai(gateway, context)
end

--- The models, or one. Nil and a refusal.
---@param gateway table
---@param context table
---@return table? answer, table? refusal
function models.answer(gateway, context)
  local tell = context.is_native and native or openai
  local body, refusal = tell(gateway, context)
  if not body then
    return nil, refusal
  end
  return { status = 200, content_type = "application/json",
    body = json.encode(body) }
end

return models
