local json = require "indoxhub.base.json"
local models = require "indoxhub.api.replies.models"

local function providers(source)
  return models.providers(assert(json.decode(source)))
end

-- "id: model, model" for each provider.
local function summary(list)
  local lines = {}
  for i, provider in ipairs(list) do
    local names = {}
    for j, model in ipairs(provider.models) do
      names[j] = model.id or model.modelName
    end
    lines[i] = provider.id .. ": " .. table.concat(names, ", ")
  end
  return lines
end

describe("a catalogue by category (variant A)", function()
  local SOURCE = [=[[
    {"id":"openai","name":"OpenAI","file":"openai.json",
     "video_generation":[{"modelName":"sora"}],
     "speech_to_text":[{"modelName":"whisper"}],
     "text_to_speech":[{"modelName":"tts"}],
     "image_generation":[{"modelName":"dall"}],
     "embeddings":[{"modelName":"ada"},{"modelName":"emb"}],
     "text_completions":[{"modelName":"gpt","specs":{"dimensions":1}}]},
    {"id":"xai","name":"xAI","text_completions":[],"embeddings":null}]]=]

  it("has a flat list of models at each provider", function()
    assert.same({ "openai: gpt, ada, emb, dall, tts, whisper, sora", "xai: " },
      summary(providers(SOURCE)))
  end)

  it("names the category of each model", function()
    local found = {}
    for _, model in ipairs(providers(SOURCE)[1].models) do
      found[model.modelName] = model.category
    end
    assert.same({ gpt = "text_completions", ada = "embeddings",
      emb = "embeddings", dall = "image_generation", tts = "text_to_speech",
      whisper = "speech_to_text", sora = "video_generation" }, found)
  end)

  it("keeps the provider's own fields, the categories among them", function()
    local provider = providers(SOURCE)[1]
    assert.equal("OpenAI", provider.name)
    assert.equal("openai.json", provider.file)
    assert.equal("ada", provider.embeddings[1].modelName)
    assert.equal(provider.models[1], provider.text_completions[1])
    assert.equal(1, provider.models[1].specs.dimensions)
  end)

  it("keeps a category that the server named", function()
    local list = providers [=[[{"id":"a","embeddings":[
      {"id":"m","category":"own"}]}]]=]
    assert.equal("own", list[1].models[1].category)
  end)

  it("passes over what is no model", function()
    assert.same({ "a: m" }, summary(providers
      [=[[{"id":"a","text_completions":[null,"x",{"id":"m"}],
        "embeddings":"none"}]]=]))
  end)
end)

describe("a flat catalogue (variant B)", function()
  it("stays as it is", function()
    local source = [=[[{"id":"openai","name":"OpenAI","capabilities":["chat"],
      "metadata":{"a":1},"models":[{"id":"gpt","name":"GPT",
      "provider":"openai","capabilities":["chat"]},{"id":"ada"}]},
      {"id":"xai","models":[]}]]=]
    assert.same(json.decode(source), providers(source))
    assert.same({ "openai: gpt, ada", "xai: " }, summary(providers(source)))
  end)
end)

describe("a wrapped catalogue (variant C)", function()
  it("is grouped by the providers that the models name", function()
    local list = providers [[{"models":[
      {"id":"gpt","object":"model","provider":"openai"},
      {"id":"claude","provider":"anthropic","owned_by":"someone"},
      {"id":"ada","owned_by":"openai"}, {"id":"odd"}]}]]
    assert.same({ "openai: gpt, ada", "anthropic: claude", "unknown: odd" },
      summary(list))
    assert.equal("openai", list[1].name)
    assert.equal("model", list[1].models[1].object)
  end)

  it("may be called data, as OpenAI does", function()
    assert.same({ "openai: gpt" }, summary(providers
      '{"object":"list","data":[{"id":"gpt","owned_by":"openai"}]}'))
  end)

  it("may hold providers", function()
    local list = providers [[{"providers":[{"id":"openai",
      "embeddings":[{"id":"ada"}]},{"id":"xai","models":[{"id":"grok"}]}]}]]
    assert.same({ "openai: ada", "xai: grok" }, summary(list))
  end)

  it("passes over what is no model", function()
    assert.same({ "a: m" }, summary(providers
      '{"models":[null,7,{"id":"m","provider":"a"}]}'))
  end)
end)

describe("an empty catalogue", function()
  it("is an empty list, however it is written", function()
    for _, source in ipairs { "[]", "{}", '{"models":[]}', '{"data":[]}',
      '{"providers":[]}', '{"models":null}' } do
      assert.same({}, providers(source))
    end
  end)
end)
