-- What a stream tells beside its text.
local decoding = require "spec.support.decoding"
local dialects = require "indoxhub.api.dialects"
local json = require "indoxhub.base.json"

local play, reply_of = decoding.play, decoding.reply_of
local created, part, done = decoding.created, decoding.part, decoding.done
local content, usage_final = decoding.content, decoding.usage_final
local words = decoding.words

describe("usage", function()
  local RESPONSES = { input_tokens = 1, output_tokens = 2, total_tokens = 3 }
  local CHUNK = { choices = json.array {}, usage = { prompt_tokens = 10,
    completion_tokens = 20, total_tokens = 30 } }

  it("is that of the end of a response before all others", function()
    for _, events in ipairs {
      { part "x", CHUNK, usage_final(), done { usage = RESPONSES } },
      { part "x", done { usage = RESPONSES }, usage_final(), CHUNK },
    } do
      local usage = reply_of(events).usage
      assert.equal(3, usage.tokens_total)
      assert.equal(0.25, usage.cost)
      assert.equal(0.25, usage.cost_usd)
      assert.equal(611, usage.latency_ms)
    end
  end)

  it("is that of the last frame before that of chunks", function()
    for _, events in ipairs { { words "x", usage_final(), CHUNK },
      { words "x", CHUNK, usage_final() } } do
      assert.equal(17, reply_of(events).usage.tokens_total)
    end
  end)

  it("is that of chunks when there is no other", function()
    assert.equal(30, reply_of({ words "x", CHUNK }).usage.tokens_total)
  end)

  it("is the last that chunks told", function()
    local first = words "x"
    first.usage = { prompt_tokens = 1, completion_tokens = 1 }
    local null = words "y"
    null.usage = json.null
    assert.equal(30, reply_of({ first, CHUNK, null }).usage.tokens_total)
  end)

  it("keeps the cost that a response names itself", function()
    assert.equal(9, reply_of({ usage_final(), done { usage = {
      input_tokens = 1, output_tokens = 1, cost = 9 } } }).usage.cost)
  end)

  it("is what the first frame told when nothing else did", function()
    local usage = reply_of { { type = "usage_start", input_tokens = 15 },
      content "x" }.usage
    assert.equal(15, usage.tokens_prompt)
    assert.is_nil(usage.tokens_total)
  end)

  it("is absent when nobody told it", function()
    assert.is_nil(reply_of({ part "x", done() }).usage)
    assert.is_nil(reply_of({ "raw", "[DONE]" }).usage)
  end)
end)

describe("the id of a stream", function()
  local function id_of(events)
    return play(events).decoder.reading:stream_id()
  end

  it("is that of the response, the frame or the chunk", function()
    assert.equal("resp-1", id_of { created(), part "x" })
    assert.equal("resp-1", id_of { part "x" })
    assert.equal("resp-1", id_of { { type = "response.reasoning.delta",
      response_id = "resp-1", delta = "x" } })
    assert.equal("7c1e", id_of { { type = "usage_start",
      request_id = "7c1e" }, content "x" })
    assert.equal("chatcmpl-8", id_of { words "x" })
    assert.is_nil(id_of { "raw" })
    assert.is_nil(id_of { { data = "x" } })
  end)

  it("is that of the response when a stream tells two", function()
    local frame = { type = "usage_start", request_id = "7c1e" }
    assert.equal("resp-1", id_of { created(), frame })
    assert.equal("resp-1", id_of { frame, created() })
  end)
end)

describe("the reply of a stream", function()
  it("has the id of the headers when the events tell none", function()
    local decoder = dialects.new()
    decoder:take("message", "raw")
    local reply = decoder.reading:reply("header")
    assert.equal("header", reply.request_id)
    assert.equal("raw", reply.data)
  end)

  it("prefers the id that the events tell", function()
    local decoder = dialects.new()
    decoder:take("message", json.encode(created()))
    assert.equal("resp-1", decoder.reading:reply("header").request_id)
  end)

  it("has only what was told", function()
    assert.same({ data = "raw", success = true },
      reply_of { "raw", "[DONE]" })
  end)
end)
