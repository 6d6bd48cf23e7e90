--- The catalogue of models, in the three forms that servers send, and the
--- models that are asked most.

local catalogue = require "indoxhub.sandbox.catalogue"
local json = require "indoxhub.base.json"
local refusals = require "indoxhub.sandbox.refusals"
local replies = require "indoxhub.sandbox.replies"

local models = {}

local SECONDS_PER_DAY = 86400

-- A provider with one flat list, as older servers send it.
local function as_list(provider)
  local list = {}
  for i, model in ipairs(catalogue.models(provider)) do
    list[i] = { id = model.modelName, name = model.modelName,
      provider = provider.id, capabilities = model.capabilities,
      pricing = model.pricing, metadata = {},
      max_tokens = (model.specs or {}).context_window }
  end
  return { id = provider.id, name = provider.name,
    description = provider.description, capabilities = { "chat" },
    models = list, metadata = {} }
end

-- All models in one object, as OpenAI sends them.
local function wrapped()
  local list = {}
  for _, provider in ipairs(catalogue.providers) do
    for _, model in ipairs(catalogue.models(provider)) do
      list[#list + 1] = { id = model.modelName, object = "model",
        created = 1677610602, owned_by = provider.id, provider = provider.id,
        capabilities = model.capabilities, pricing = model.pricing,
        context_length = (model.specs or {}).context_window }
    end
  end
  return { models = list }
end

local function find(providers, id)
  for _, provider in ipairs(providers) do
    if provider.id == id then
      return provider
    end
  end
end

-- The provider a path names; nil when there is none, and the refusal sent.
local function provider_of(state, request)
  local id = request.arguments.provider_id
  local provider = find(catalogue.providers, id)
  if not provider then
    refusals.refuse(state, request, 404,
      ("Provider '%s' not found"):format(id))
  end
  return provider
end

--- GET /models/
function models.list(_, request)
  local shape = request.context.shape
  local body = catalogue.providers
  if shape.wrapped then
    body = wrapped()
  elseif shape.list then
    body = {}
    for i, provider in ipairs(catalogue.providers) do
      body[i] = as_list(provider)
    end
  end
  replies.json(request, body)
end

-- A model in OpenAI's own list, which names providers in the id.
local function as_openai(provider, model)
  return { id = provider.id .. "/" .. model.modelName, object = "model",
    created = 1677610602, owned_by = provider.id }
end

--- GET /v1/models
function models.openai_list(_, request)
  local list = {}
  for _, provider in ipairs(catalogue.providers) do
    for _, model in ipairs(catalogue.models(provider)) do
      list[#list + 1] = as_openai(provider, model)
    end
  end
  replies.json(request, { object = "list", data = list })
end

--- GET /v1/models/{model}
function models.openai_model(state, request)
  local id = request.arguments.model
  for _, provider in ipairs(catalogue.providers) do
    for _, model in ipairs(catalogue.models(provider)) do
      local one = as_openai(provider, model)
      if one.id == id or model.modelName == id then
        one.id = id
        return replies.json(request, one)
      end
    end
  end
  refusals.refuse(state, request, 404,
    ("The model '%s' does not exist"):format(id), nil, "model_not_found")
end

--- GET /models/{provider_id}
function models.provider(state, request)
  local provider = provider_of(state, request)
  if provider then
    replies.json(request, request.context.shape.list and as_list(provider)
      or provider)
  end
end

--- GET /models/{provider_id}/{category}
function models.category(state, request)
  local provider = provider_of(state, request)
  if provider then
    replies.json(request, provider[request.row.name] or json.array())
  end
end

--- GET /models/{provider_id}/{model_id}
function models.model(state, request)
  local provider = provider_of(state, request)
  if not provider then
    return
  end
  local id = request.arguments.model_id
  for _, model in ipairs(catalogue.models(provider)) do
    if model.modelName == id or model.id == id then
      return replies.json(request, model)
    end
  end
  refusals.refuse(state, request, 404,
    ("Model '%s' not found for provider '%s'"):format(id, provider.id))
end

-- How often each model was asked since a time, the most asked first.
local function count(asked, since)
  local list, by_name = {}, {}
  for _, call in ipairs(asked) do
    local name = call.provider .. "/" .. call.model
    local entry = by_name[name]
    if not entry then
      entry = { provider = call.provider, model = call.model,
        request_count = 0, total_tokens = 0 }
      by_name[name] = entry
    end
    if call.time >= since then
      list[#list + 1] = entry.request_count == 0 and entry or nil
      entry.request_count = entry.request_count + 1
      entry.total_tokens = entry.total_tokens + call.tokens
    end
  end
  table.sort(list, function(a, b)
    if a.request_count ~= b.request_count then
      return a.request_count > b.request_count
    end
    return a.provider .. "/" .. a.model < b.provider .. "/" .. b.model
  end)
  return list
end

--- GET /models/trending: what this process was asked, whoever asked.
function models.trending(state, request)
  local days, limit = request.fields.days or 7, request.fields.limit or 10
  local list = count(state.asked, os.time() - days * SECONDS_PER_DAY)
  for i = #list, limit + 1, -1 do
    list[i] = nil
  end
  replies.json(request, request.context.shape.wrapped
    and { days = days, limit = limit, models = json.array(list) }
    or json.array(list))
end

return models
