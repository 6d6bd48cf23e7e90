--- Rows of providers and their models. What a row says stands in init.lua.

local reference = require("indoxhub.api.endpoints.shared").reference

-- The rows that list the models of a provider that can do one thing.
local function category(name, operation, what)
  local title = what:gsub("%f[%a]%l", string.upper)
  return {
    resource = "models", name = name, operation = operation, http = "GET",
    path = "models/{provider_id}/" .. name, key = "optional",
    reply = "model_list", returns = "indoxhub.Model[]",
    summary = ("Lists the %s models of a provider."):format(what),
    source = reference(("Get %s Models"):format(title)),
  }
end

return {
  {
    resource = "models", name = "list", operation = "get_providers",
    http = "GET", path = "models/", key = "optional", reply = "providers",
    summary = "Lists providers, each with its models.",
    returns = "indoxhub.Provider[]",
    source = "client-methods.txt (Models)",
  },
  {
    resource = "models", name = "trending",
    operation = "get_trending_models_data",
    http = "GET", path = "models/trending", key = "optional", place = "query",
    params = {
      { "days", "integer", about = "days to look back" },
      { "limit", "integer", about = "most models to list" },
    },
    reply = "trending", summary = "Lists the models that are used most.",
    returns = "indoxhub.TrendingModel[]",
    source = reference("Get Trending Models Data"),
  },
  {
    resource = "models", name = "provider", operation = "get_provider_info",
    http = "GET", path = "models/{provider_id}", key = "optional",
    reply = "provider", summary = "Describes a provider and its models.",
    returns = "indoxhub.Provider", source = reference("Get Provider Info"),
  },
  {
    resource = "models", name = "get", operation = "get_model_info",
    http = "GET", path = "models/{provider_id}/{model_id}", joined = true,
    key = "optional", reply = "model",
    summary = "Describes a model, named in two arguments or as " ..
      '"provider/model".',
    returns = "indoxhub.Model", source = "client-methods.txt (Models)",
  },
  category("text_completions", "get_text_completion_models", "text completion"),
  category("embeddings", "get_embedding_models", "embedding"),
  category("image_generation", "get_image_generation_models",
    "image generation"),
  category("text_to_speech", "get_text_to_speech_models", "text to speech"),
  category("speech_to_text", "get_speech_to_text_models", "speech to text"),
  category("video_generation", "get_video_generation_models",
    "video generation"),
}
