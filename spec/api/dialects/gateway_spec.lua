-- The gateway's own events: named frames, and pieces of its envelope.
local decoding = require "spec.support.decoding"

local play, reply_of = decoding.play, decoding.reply_of
local content, finish = decoding.content, decoding.finish
local usage_final = decoding.usage_final

describe("gateway frames", function()
  it("carry their text twice, which counts once", function()
    local told = play { { "usage_start", { type = "usage_start",
      request_id = "7c1e", provider = "openai", model = "gpt",
      input_tokens = 15 } }, content "Hel", content "lo", finish "stop",
      { "usage_final", usage_final() }, "[DONE]" }
    assert.equal("Hello", told.text)
    assert.equal("7c1e", told.reply.request_id)
    assert.equal("openai", told.reply.provider)
    assert.equal("gpt", told.reply.model)
    assert.equal("stop", told.reply.finish_reason)
    assert.equal(17, told.reply.usage.tokens_total)
    assert.equal(0.25, told.reply.usage.cost)
  end)

  it("may tell provider and model in their first frame only", function()
    local reply = reply_of { { type = "usage_start", provider = "xai",
      model = "grok" }, { type = "content", data = "x" } }
    assert.equal("xai", reply.provider)
    assert.equal("grok", reply.model)
  end)

  it("may carry their text in either place", function()
    local bare = content "b"
    bare.choices = nil
    local nested = content "c"
    nested.data = nil
    local blank = content "d"
    blank.data = ""
    assert.equal("abcd", play { content "a", bare, nested, blank }.text)
  end)

  it("take the first place when the two differ", function()
    local frame = content "right"
    frame.choices[1].delta.content = "wrong"
    assert.equal("right", play { frame }.text)
  end)

  it("may be named by their event line alone", function()
    local frame = content "a"
    frame.type = nil
    local last = finish "stop"
    last.type = nil
    local told = play { { "content", frame }, { "finish", last } }
    assert.equal("a", told.text)
    assert.is_true(told.decoder.reading.complete)
    assert.equal("stop", told.reply.finish_reason)
  end)

  it("may tell why they end in their choices", function()
    local frame = finish "length"
    frame.finish_reason = nil
    assert.equal("length", reply_of { content "a", frame }.finish_reason)
  end)

  it("may tell why they end with their last text", function()
    local frame = content "a"
    frame.choices[1].finish_reason = "stop"
    local told = play { frame }
    assert.equal("a", told.text)
    assert.is_true(told.decoder.reading.complete)
    assert.equal("stop", told.reply.finish_reason)
  end)
end)

describe("legacy pieces of the envelope", function()
  it("carry text, usage and images", function()
    local reply = reply_of { { success = true, data = "Hi " },
      { success = true, data = "there", request_id = "7c1e",
        finish_reason = "stop",
        usage = { tokens_prompt = 3, tokens_total = 5, cost = 1e-06 } },
      { images = { { url = "https://a.test/1.png" },
        { b64_json = "AAAA", index = 7 } } }, "[DONE]" }
    assert.equal("Hi there", reply.data)
    assert.equal(5, reply.usage.tokens_total)
    assert.equal("7c1e", reply.request_id)
    assert.equal("stop", reply.finish_reason)
    assert.same({ { url = "https://a.test/1.png", index = 0 },
      { b64_json = "AAAA", index = 7 } }, reply.images)
  end)

  it("may have base64 under another name, as a whole reply may", function()
    assert.equal("AAAA", reply_of({ { images = { { data = "AAAA" } } } })
      .images[1].b64_json)
  end)

  it("may be usage alone", function()
    assert.equal(3, reply_of({ { data = "x" },
      { usage = { total_tokens = 3 } } }).usage.tokens_total)
  end)

  it("end with their terminator only", function()
    assert.falsy(play({ { success = true, data = "Hi" } }).is_whole)
  end)

  it("are not events of an unknown type that have data", function()
    assert.equal("a", play { { data = "a" },
      { type = "response.future", data = "b" } }.text)
  end)
end)
