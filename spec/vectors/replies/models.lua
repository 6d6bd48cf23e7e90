-- Lists of models, and single ones.
local null = require("indoxhub.base.json").null

local kit = dofile "spec/vectors/replies/kit.lua"
local add, add_to_each = kit.add, kit.add_to_each

local MODEL = [[{ "number": "3", "modelName": "fjell-2", "name": "Fjell 2",
  "id": "Fjell 2", "provider": "nordlys", "type": "Text Generation",
  "description": "Writes.", "capabilities": ["chat", null, "vision"],
  "specs": { "context_window": 64000, "output_tokens": 4096 },
  "pricing": { "input": 0.25, "output": 0.5, "currency": "USD",
    "unit": "1M tokens" }, "metadata": {}, "byok": true, "is_disabled": false,
  "inputPricePer1KTokens": 0.25, "outputPricePer1KTokens": 0.5,
  "contextWindows": "64k Tokens", "output": "4096 Tokens", "recommended": true,
  "commercial": true, "pricey": false, "comments": "",
  "companyModelName": "Nordlys : Fjell 2", "promptTemplate": null,
  "systemPrompt": "" }]]

local function of_model(expect)
  expect.number, expect.modelName, expect.name = "3", "fjell-2", "Fjell 2"
  expect.id, expect.provider = "Fjell 2", "nordlys"
  expect.capabilities = { "chat", null, "vision" }
  expect.specs = { context_window = 64000, output_tokens = 4096 }
  expect.pricing = { input = 0.25, output = 0.5, currency = "USD",
    unit = "1M tokens" }
  expect.metadata = {}
  expect.byok, expect.is_disabled, expect.pricey = true, false, false
  expect.contextWindows, expect.output = "64k Tokens", "4096 Tokens"
  return expect
end

local BY_CATEGORY = [[{ "id": "nordlys", "name": "Nordlys",
  "file": "nordlys.json", "description": "From the north",
  "text_completions": [{ "modelName": "t" }],
  "embeddings": [{ "modelName": "e", "specs": { "dimensions": 384 } }],
  "image_generation": [{ "modelName": "i" }], "text_to_speech": [],
  "speech_to_text": [{ "modelName": "s" }, { "modelName": "s2" }],
  "video_generation": [{ "modelName": "v" }] }]]

local function of_categories()
  return { id = "nordlys", name = "Nordlys", file = "nordlys.json",
    description = "From the north", models = {
      { modelName = "t", category = "text_completions" },
      { modelName = "e", category = "embeddings",
        specs = { dimensions = 384 } },
      { modelName = "i", category = "image_generation" },
      { modelName = "s", category = "speech_to_text" },
      { modelName = "s2", category = "speech_to_text" },
      { modelName = "v", category = "video_generation" } },
    text_completions = { { modelName = "t" } } }
end

local FLAT = [[{ "id": "nordlys", "name": "Nordlys", "description": null,
  "capabilities": ["chat"], "metadata": {}, "models": [{ "id": "fjell-2",
    "name": "fjell-2", "provider": "nordlys", "capabilities": ["chat"],
    "max_tokens": 64000 }] }]]

local function of_flat()
  return { id = "nordlys", name = "Nordlys", capabilities = { "chat" },
    models = { { id = "fjell-2", name = "fjell-2", provider = "nordlys",
      capabilities = { "chat" }, max_tokens = 64000 } } }
end

add "get_providers" {
  {
    name = "providers with lists by category",
    body = "[" .. BY_CATEGORY .. [[, { "id": "empty", "name": "Empty" }] ]],
    expect = { of_categories(), { id = "empty", name = "Empty",
      models = {} } },
  },
  {
    name = "providers with models",
    body = "[" .. FLAT .. "]",
    expect = { of_flat() },
  },
  {
    name = "models alone",
    body = [[{ "models": [
      { "id": "a-1", "object": "model", "created": 1680000001,
        "owned_by": "alpha", "provider": "alpha", "capabilities": ["chat"],
        "context_length": 4096, "pricing": { "prompt": 0.5,
          "completion": 1.5, "unit": "1K tokens" } },
      { "id": "b-1", "object": "model", "owned_by": "beta" },
      { "id": "a-2", "object": "model", "provider": "alpha" }] }]],
    expect = {
      { id = "alpha", models = {
        { id = "a-1", created = 1680000001, context_length = 4096,
          pricing = { prompt = 0.5, completion = 1.5, unit = "1K tokens" } },
        { id = "a-2" } } },
      { id = "beta", models = { { id = "b-1" } } } },
  },
  {
    name = "OpenAI list",
    body = [[{ "object": "list", "data": [{ "id": "c-1", "object": "model",
      "owned_by": "gamma" }] }]],
    expect = { { id = "gamma", models = { { id = "c-1" } } } },
  },
  {
    name = "providers in an envelope",
    body = [[{ "success": true, "data": []] .. FLAT .. "] }",
    expect = { of_flat() },
  },
  {
    name = "providers with lists by category, in an envelope",
    body = [[{ "success": true, "data": { "providers": []] .. BY_CATEGORY
      .. "] } }",
    expect = { of_categories() },
  },
  {
    name = "models alone, in an envelope",
    body = [[{ "success": true, "data": { "models": [
      { "id": "b-1", "owned_by": "beta" }] } }]],
    expect = { { id = "beta", models = { { id = "b-1" } } } },
  },
  { name = "nothing", body = "[]", expect = {}, absent = { 1 } },
  { name = "nothing in an envelope", body = '{ "data": [] }', expect = {},
    absent = { 1 } },
}

add "get_provider_info" {
  { name = "lists by category", body = BY_CATEGORY, expect = of_categories() },
  { name = "models", body = FLAT, expect = of_flat() },
}

add "get_trending_models_data" {
  {
    name = "array",
    body = [[[{ "provider": "nordlys", "model": "fjell-2", "calls": 8,
      "trend": [1, null, 2.5] }, { "provider": "alpha", "rank": 2 }] ]],
    expect = { { provider = "nordlys", model = "fjell-2", calls = 8,
      trend = { 1, null, 2.5 } }, { provider = "alpha", rank = 2 } },
  },
  {
    name = "object",
    body = [[{ "days": 30, "limit": 1, "models": [{ "model": "fjell-2",
      "calls": 8 }] }]],
    expect = { days = 30, limit = 1, { model = "fjell-2", calls = 8 } },
  },
}

add_to_each({ "get_text_completion_models", "get_embedding_models",
  "get_image_generation_models", "get_text_to_speech_models",
  "get_speech_to_text_models", "get_video_generation_models" }, function()
  return {
    { name = "list", body = "[" .. MODEL .. [[, { "modelName": "fjell-3" }] ]],
      expect = { of_model {}, { modelName = "fjell-3" } } },
    { name = "nothing", body = "[]", expect = {}, absent = { 1 } },
  }
end)

add "get_model_info" {
  {
    name = "model",
    body = MODEL,
    expect = of_model { type = "Text Generation", description = "Writes.",
      inputPricePer1KTokens = 0.25, recommended = true,
      companyModelName = "Nordlys : Fjell 2", systemPrompt = "" },
    absent = { "promptTemplate" },
  },
  {
    name = "model of a provider's list",
    body = [[{ "id": "fjell-2", "name": "fjell-2", "provider": "nordlys",
      "capabilities": [], "max_tokens": null, "pricing": null,
      "metadata": { "family": "fjell" } }]],
    expect = { id = "fjell-2", provider = "nordlys", capabilities = {},
      metadata = { family = "fjell" } },
    absent = { "max_tokens", "pricing" },
  },
}

return kit.replies
