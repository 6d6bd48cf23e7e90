--- The models the sandbox says it has.

local catalogue = {}

--- The lists of a provider, in the order of the vendor's documents.
catalogue.categories = { "text_completions", "embeddings", "image_generation",
  "text_to_speech", "speech_to_text", "video_generation" }

-- Category -> what its models are, can do and cost.
local KINDS = {
  text_completions = { "Text Generation", { "chat", "completion" },
    { input = 0.00015, output = 0.0006, unit = "1K tokens" } },
  embeddings = { "Embedding", { "embedding" },
    { input = 0.00002, unit = "1K tokens" } },
  image_generation = { "Image Generation", { "image" },
    { output = 0.04, unit = "image" } },
  text_to_speech = { "Text to Speech", { "speech" },
    { input = 0.015, unit = "1K characters" } },
  speech_to_text = { "Speech to Text", { "transcription", "translation" },
    { input = 0.006, unit = "minute" } },
  video_generation = { "Video Generation", { "video" },
    { output = 0.1, unit = "second" } },
}

local function text(name, title, context)
  return { name, title, { context_window = context, output_tokens = 16384 } }
end

local function vectors(name, title, dimensions)
  return { name, title, { dimensions = dimensions } }
end

local SOURCES = {
  { "openai", "OpenAI", {
    text_completions = { text("gpt-4o-mini", "GPT-4o-mini", 128000),
      text("gpt-4o", "GPT-4o", 128000),
      text("gpt-4.1", "GPT-4.1", 1000000) },
    embeddings = {
      vectors("text-embedding-3-small", "Embedding 3 small", 1536),
      vectors("text-embedding-3-large", "Embedding 3 large", 3072) },
    image_generation = { { "gpt-image-1", "GPT Image 1" } },
    text_to_speech = { { "tts-1", "TTS 1" } },
    speech_to_text = { { "whisper-1", "Whisper 1" } },
    video_generation = { { "sora-2", "Sora 2" } },
  } },
  { "anthropic", "Anthropic", {
    text_completions = { text("claude-haiku-4.5", "Claude Haiku 4.5", 200000),
      text("claude-sonnet-4:thinking", "Claude Sonnet 4", 200000) },
  } },
  { "google", "Google", {
    text_completions = { text("gemini-2.5-flash", "Gemini 2.5 Flash",
      1000000) },
    embeddings = { vectors("gemini-embedding-001", "Gemini Embedding", 3072) },
    image_generation = { { "imagen-4.0", "Imagen 4" } },
    video_generation = { { "veo-3.0-generate-001", "Veo 3" } },
  } },
  { "mistral", "Mistral", {
    text_completions = { text("mistral-small-latest", "Mistral Small", 32000) },
    embeddings = { vectors("mistral-embed", "Mistral Embed", 1024) },
  } },
}

local function model_of(provider, category, source, number)
  local kind = KINDS[category]
  local pricing = { currency = "USD" }
  for name, value in pairs(kind[3]) do
    pricing[name] = value
  end
  return { number = ("%d"):format(number), modelName = source[1],
    id = source[2], name = source[2], provider = provider, type = kind[1],
    capabilities = kind[2], specs = source[3], pricing = pricing, byok = true,
    is_disabled = false }
end

--- Providers, each with a list of models by category.
---@type table[]
catalogue.providers = {}

for _, source in ipairs(SOURCES) do
  local id, name = source[1], source[2]
  local provider = { id = id, name = name, file = id .. ".json",
    description = name .. " models" }
  for _, category in ipairs(catalogue.categories) do
    local models = {}
    for i, model in ipairs(source[3][category] or {}) do
      models[i] = model_of(id, category, model, i)
    end
    provider[category] = models[1] and models
  end
  table.insert(catalogue.providers, provider)
end

--- All models of a provider.
---@param provider table
---@return table[]
function catalogue.models(provider)
  local all = {}
  for _, category in ipairs(catalogue.categories) do
    for _, model in ipairs(provider[category] or {}) do
      all[#all + 1] = model
    end
  end
  return all
end

--- The list that a model stands in; nil when there is no such model.
---@param provider_id string
---@param name string
---@return string?
function catalogue.category(provider_id, name)
  for _, provider in ipairs(catalogue.providers) do
    for _, category in ipairs(provider.id == provider_id
      and catalogue.categories or {}) do
      for _, model in ipairs(provider[category] or {}) do
        if model.modelName == name then
          return category
        end
      end
    end
  end
end

--- The first provider that has a model; nil when none has.
---@param name string
---@return string?
function catalogue.provider_of(name)
  for _, provider in ipairs(catalogue.providers) do
    if catalogue.category(provider.id, name) then
      return provider.id
    end
  end
end

return catalogue
