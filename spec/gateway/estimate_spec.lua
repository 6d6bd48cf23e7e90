-- What calls may use, and what they have cost.
local estimate = require "indoxhub.gateway.estimate"

local OPTIONS = { expected_tokens = 100, prices = {
  ["a/b"] = { prompt = 3, completion = 9 }, ["a/draw"] = { call = 0.04 } } }

describe("gateway/estimate", function()
  local function of(operation, model, fields)
    return estimate.of(OPTIONS, operation, model, fields)
  end

  it("counts the texts of a question, and the answer that may come", function()
    local tokens, cost = of("chat", "a/b", { messages = {
      { content = ("x"):rep(300) } }, max_tokens = 50 })
    assert.equal(150, tokens)
    assert.is_true(math.abs(cost - (100 * 3 + 50 * 9) / 1e6) < 1e-12)
    assert.equal(200, (of("chat", "a/b", { prompt = ("x"):rep(300) })))
    assert.equal(1000, (of("chat", "a/b", { n = 10 })))
  end)

  it("takes no picture for a text", function()
    local picture = "data:image/png;base64," .. ("A"):rep(1e6)
    assert.is_true(of("chat", nil, { messages = { { content = { { image_url =
      { url = picture } } } } } }) < 2000)
    assert.is_true(of("chat", nil, { messages = { { content = {
      { input_audio = { data = ("A"):rep(1e6) } } } } } }) < 2000)
  end)

  it("takes no text for a picture", function()
    local text = "data:image/png;base64," .. ("x"):rep(30000)
    for _, fields in ipairs { { prompt = text }, { prompt = { text } },
      { messages = { { content = text } } },
      { messages = { { content = { { type = "text", text = text } } } } } } do
      fields.max_tokens = 0
      assert.is_true(of("chat", nil, fields) > 10000)
    end
  end)

  it("counts every answer that was asked for", function()
    assert.equal(202, (of("completion", nil, { prompt = { "a", "b" } })))
    assert.equal(602, (of("completion", nil, { prompt = { "a", "b" }, n = 3 })))
    assert.equal(501, (of("completion", nil, { prompt = "a", best_of = 5 })))
    assert.equal(90, (of("chat", nil, { max_completion_tokens = 1,
      max_tokens = 90, max_output_tokens = 2 })))
    local function cost(fields)
      return select(2, of("completion", "a/draw", fields))
    end
    assert.equal(0.04, cost { prompt = "a" })
    assert.equal(0.12, cost { prompt = { "a", "b", "c" } })
    assert.equal(0.12, select(2, estimate.used(OPTIONS, "a/draw",
      { tokens_prompt = 1, calls = 3 })))
  end)

  it("is not led astray by nonsense", function()
    assert.equal(0, (of("chat", "a/b", { max_tokens = -5 })))
    assert.equal(1e9, (of("chat", "a/b", { max_tokens = 1e300 })))
    assert.equal(100, (of("chat", "a/b", { max_tokens = 0 / 0 })))
    for _, fields in ipairs { { max_tokens = "inf" }, { max_tokens = "x" },
      { n = -1 }, { n = 1e9 }, { n = 0 / 0 } } do
      local tokens = of("chat", "a/b", fields)
      assert.is_true(tokens >= 100 and tokens <= 100 * 128 + 10)
    end
  end)

  it("knows the cost that is told, or counts it", function()
    local function used(model, usage)
      return estimate.used(OPTIONS, model, usage)
    end
    assert.same({ 30, 0.5 }, { used("a/b", { tokens_prompt = 10,
      tokens_completion = 20, tokens_total = 30, cost = 0.5 }) })
    local tokens, cost = used("a/b", { tokens_prompt = 1e6,
      tokens_completion = 1e6 })
    assert.equal(2e6, tokens)
    assert.equal(12, cost)
    assert.same({ nil, nil }, { used("a/b", nil) })
    assert.equal(0.04, estimate.cost(OPTIONS.prices, "a/draw", 0, 0))
    assert.is_nil(estimate.cost(OPTIONS.prices, "a/c", 1, 1))
  end)
end)
