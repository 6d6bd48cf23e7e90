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

--- Whether a body is a catalogue in one of the three shapes.
---@param body table
---@return boolean
function models.is_list(body)
  return body[1] ~= nil or next(body) == nil or type(body.providers) == "table"
    or type(body.models) == "table" or type(body.data) == "table"
end

--- A list of providers, each with `models`, a flat list.
---@param body table
---@return table
function models.providers(body)
  local list = body
  if body[1] == nil then
    list = type(body.providers) == "table" and body.providers
      or group(type(body.models) == "table" and body.models
        or type(body.data) == "table" and body.data or {})
  end
  for _, provider in ipairs(list) do
    if type(provider) == "table" and type(provider.models) ~= "table" then
      provider.models = flatten(provider)
    end
  end
  return list
end

return models
