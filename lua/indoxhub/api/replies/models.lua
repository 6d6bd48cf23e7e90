--- The model catalogue, in the three shapes servers send.

local models = {}

local CATEGORIES = { "text_completions", "embeddings", "image_generation",
  "text_to_speech", "speech_to_text", "video_generation" }

-- Models kept in lists by category become one list, each with its category.
local function flatten(provider)
  local flat = {}
  for _, category in ipairs(CATEGORIES) do
    for _, model in ipairs(type(provider[category]) == "table"
      and provider[category] or {}) do
      if type(model) == "table" then
        model.category = model.category or category
        flat[#flat + 1] = model
      end
    end
  end
  return flat
end

-- A flat list of models, grouped by the provider each names.
local function group(list)
  local providers, by_id = {}, {}
  for _, model in ipairs(list) do
    if type(model) == "table" then
      local id = model.provider or model.owned_by or "unknown"
      if not by_id[id] then
        by_id[id] = { id = id, name = id, models = {} }
        providers[#providers + 1] = by_id[id]
      end
      table.insert(by_id[id].models, model)
    end
  end
  return providers
end

-- A list wherever a body has it.
local function list_of(body)
  if body[1] ~= nil or next(body) == nil then
    return body
  end
  for _, name in ipairs { "models", "data", "results", "trending" } do
    if type(body[name]) == "table" then
      return body[name]
    end
  end
end

--- Whether a body is a list of models.
---@param body table
---@return boolean
function models.is_model_list(body)
  return list_of(body) ~= nil
end

--- A list of models; fields beside it stay with it.
---@param body table
---@return table
function models.model_list(body)
  local list = list_of(body)
  if list ~= body then
    for name, value in pairs(body) do
      if value ~= list then
        list[name] = value
      end
    end
  end
  return list
end

local function table_of(value)
  return type(value) == "table" and value or nil
end

-- What describes one thing, also within an envelope.
local function one_of(body, name)
  local inner = table_of(body[name]) or table_of(body.data)
  return body.id == nil and body.name == nil and body.modelName == nil
    and inner and (table_of(inner[1]) or inner[1] == nil and inner) or body
end

--- A provider with `models`, a flat list.
---@param body table
---@return table
function models.provider(body)
  local provider = one_of(table_of(body[1]) or body, "provider")
  if type(provider.models) ~= "table" then
    provider.models = flatten(provider)
  end
  return provider
end

--- A model.
---@param body table
---@return table
function models.model(body)
  return one_of(table_of(body[1]) or body, "model")
end

--- Whether a body describes a provider or a model.
---@param body table
---@return boolean
function models.is_one(body)
  local one = models.model(body)
  return type(one) == "table" and (one.id or one.name or one.modelName) ~= nil
    or type(body.models) == "table"
end

-- The list of a catalogue, of providers or of models, wherever a body or its
-- envelope has it; nil where there is none.
local function catalogue_of(body)
  local data = table_of(body.data)
  for _, level in ipairs { body, data } do
    if level[1] ~= nil or next(level) == nil then
      return level
    end
    local list = table_of(level.providers) or table_of(level.models)
    if list then
      return list
    end
  end
end

--- Whether a body is a catalogue.
---@param body table
---@return boolean
function models.is_list(body)
  return catalogue_of(body) ~= nil
end

local function is_provider(item)
  if type(item) ~= "table" then
    return false
  end
  for _, category in ipairs(CATEGORIES) do
    if type(item[category]) == "table" then
      return true
    end
  end
  return type(item.models) == "table"
end

--- A list of providers, each with `models`, a flat list.
---@param body table
---@return table
function models.providers(body)
  local list = catalogue_of(body)
  if list ~= body and list ~= body.providers and not is_provider(list[1]) then
    list = group(list)
  end
  for _, provider in ipairs(list) do
    if type(provider) == "table" and type(provider.models) ~= "table" then
      provider.models = flatten(provider)
    end
  end
  return list
end

return models
