-- The catalogue of models.
local ask = require "spec.sandbox.ask"
local catalogue = require "indoxhub.sandbox.catalogue"
local during_tests = require "spec.support.during_tests"

describe("the sandbox's models", function()
  local sandbox = during_tests(ask.start)

  local function shaped(name)
    return { ["X-Sandbox-Shape"] = name }
  end

  it("come from several providers, by category", function()
    local ids = {}
    for i, provider in ipairs(sandbox:get("models/")) do
      ids[i] = provider.id
      assert.equal(provider.id .. ".json", provider.file)
      assert.is_table(provider.text_completions)
    end
    assert.same({ "openai", "anthropic", "google", "mistral" }, ids)
    local provider = sandbox:get("models/google")
    assert.equal("Google", provider.name)
    assert.equal("veo-3.0-generate-001",
      provider.video_generation[1].modelName)
  end)

  it("are listed by what they can do", function()
    for _, category in ipairs(catalogue.categories) do
      local list = sandbox:get("models/openai/" .. category)
      assert.is_string(list[1].modelName)
      assert.equal("openai", list[1].provider)
      assert.is_number(list[1].pricing.input or list[1].pricing.output)
    end
    assert.same({}, sandbox:get("models/anthropic/embeddings"))
  end)

  it("are described one by one", function()
    local model = sandbox:get("models/openai/text-embedding-3-small")
    assert.equal(1536, model.specs.dimensions)
    assert.equal("gpt-4o-mini",
      sandbox:get("models/openai/GPT-4o-mini").modelName)
  end)

  it("come in the other two forms", function()
    local by_list = sandbox:get("models/", nil, shaped "list")
    assert.equal("gpt-4o-mini", by_list[1].models[1].id)
    assert.equal(128000, by_list[1].models[1].max_tokens)
    assert.is_nil(by_list[1].text_completions)
    local wrapped = sandbox:get("models/", nil, shaped "wrapped").models
    assert.equal("model", wrapped[1].object)
    assert.equal("openai", wrapped[1].owned_by)
    assert.equal("mistral", wrapped[#wrapped].provider)
    assert.is_table(sandbox:get("models/openai", nil, shaped "list").models)
  end)

  it("that do not exist are not found", function()
    for path, why in pairs { ["models/nope"] = "Provider 'nope' not found",
      ["models/nope/embeddings"] = "Provider 'nope' not found",
      ["models/nope/x"] = "Provider 'nope' not found",
      ["models/openai/x"] = "Model 'x' not found for provider 'openai'" } do
      local status, message = sandbox:refused("GET", path)
      assert.equal(404, status)
      assert.equal(why, message)
    end
  end)
end)
