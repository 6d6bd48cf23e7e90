-- Embeddings: vectors that follow from the text.
-- On two interpreters: the sandbox is another program, on lua5.4.
local ask = require "spec.sandbox.ask"
local during_tests = require "spec.support.during_tests"

describe("the sandbox's embeddings", function()
  local sandbox = during_tests(ask.start)

  local function vectors(text, params, headers)
    return sandbox:post("embeddings", { text = text,
      additional_params = params }, headers)
  end

  local function dot(a, b)
    local sum = 0
    for i, value in ipairs(a) do
      sum = sum + value * b[i]
    end
    return sum
  end

  it("are as long as was asked for, and of length one", function()
    for _, asked in ipairs { 1, 8, 20, 64, 1536, 4096 } do
      local reply = vectors("grey heron", { dimensions = asked })
      assert.equal(asked, reply.dimensions)
      assert.equal(asked, #reply.data[1])
      assert.is_true(math.abs(dot(reply.data[1], reply.data[1]) - 1) < 1e-4)
    end
    assert.equal(32, vectors("grey heron").dimensions)
    for _, asked in ipairs { 0, -1, 1.5, 4097, "x" } do
      local status = sandbox:refused("POST", "embeddings", { text = "x",
        additional_params = { dimensions = asked } })
      assert.equal(422, status)
    end
  end)

  it("are alike for texts that are alike", function()
    local data = vectors { "a grey heron in the reeds",
      "the grey herons in a reed", "quarterly tax statement 2026",
      "a grey heron in the reeds" }.data
    assert.equal(4, #data)
    assert.same(data[1], data[4])
    assert.is_true(dot(data[1], data[2]) > dot(data[1], data[3]) + 0.2)
  end)

  it("come in three shapes", function()
    local flat = { ["X-Sandbox-Shape"] = "flat" }
    assert.equal(32, #vectors("one", nil, flat).data)
    assert.equal(2, #vectors({ "one", "two" }, nil, flat).data)
    local openai = vectors({ "one", "two" }, nil,
      { ["X-Sandbox-Shape"] = "openai" })
    assert.is_nil(openai.dimensions)
    assert.equal(1, openai.data[2].index)
    assert.same(vectors("two").data[1], openai.data[2].embedding)
    assert.equal(2, openai.usage.prompt_tokens)
    local reply = sandbox:curl_json("/v1/embeddings", "-d",
      '{"input":["two"],"dimensions":8}')
    assert.equal(8, #reply.data[1].embedding)
  end)

  -- So clients ask that count the tokens of a text themselves.
  it("may be asked of tokens, as OpenAI's may", function()
    local function of(input)
      return sandbox:curl_json("/v1/embeddings", "-d",
        ('{"input":%s,"dimensions":8}'):format(input))
    end
    local two = of "[[9906,1917],[4]]"
    assert.equal(2, #two.data)
    assert.equal(8, #two.data[1].embedding)
    assert.equal(3, two.usage.prompt_tokens)
    local one = of "[9906,1917]"
    assert.equal(1, #one.data)
    assert.same(two.data[1].embedding, one.data[1].embedding)
    for _, wrong in ipairs { "[]", "[[]]", '["a",1]', "[1.5]", "7", "{}",
      '[[1],"a"]' } do
      local reply = of(wrong)
      assert.matches("^input must be a text, tokens", reply.error.message)
    end
  end)

  it("are counted by the tokens of the texts", function()
    assert.equal(5, vectors({ "eightlet", "twelveletter" }).usage.tokens_total)
  end)
end)
