-- OpenAI's chunks.
local decoding = require "spec.support.decoding"
local json = require "indoxhub.base.json"

local play, reply_of, chunk = decoding.play, decoding.reply_of, decoding.chunk
local words = decoding.words

describe("OpenAI chunks", function()
  it("carry the text of a chat", function()
    local told = play { chunk { role = "assistant", content = "" },
      words "Hi", words " there", chunk({}, "stop"),
      { id = "chatcmpl-8", choices = json.array {}, usage = {
        prompt_tokens = 9, completion_tokens = 2, total_tokens = 11 } },
      "[DONE]" }
    assert.same({ "Hi", " there" }, told.pieces)
    assert.equal("stop", told.reply.finish_reason)
    assert.equal("chatcmpl-8", told.reply.id)
    assert.equal("chatcmpl-8", told.reply.request_id)
    assert.equal("gpt", told.reply.model)
    assert.equal(1780388130, told.reply.created_at)
    assert.equal(9, told.reply.usage.tokens_prompt)
    assert.equal(11, told.reply.usage.tokens_total)
  end)

  it("carry the text of a completion", function()
    local told = play {
      { id = "cmpl-5", choices = { { index = 0, text = "fib" } } },
      { choices = { { index = 0, text = "(n)", finish_reason = "length" } } } }
    assert.equal("fib(n)", told.text)
    assert.equal("length", told.reply.finish_reason)
    assert.is_true(told.decoder.reading.complete)
  end)

  it("may have no choice, or no text in it", function()
    local told = play { words "a",
      { choices = json.array {} }, chunk {}, chunk { content = json.null },
      { choices = { json.null } }, { choices = { { index = 0 } } }, words "b" }
    assert.is_nil(told.failure)
    assert.equal("ab", told.text)
    assert.falsy(told.decoder.reading.complete)
  end)

  it("count with their first choice only", function()
    local second = words "x"
    second.choices[1].index = 1
    second.choices[1].finish_reason = "stop"
    local both = words "b"
    table.insert(both.choices, 1, { index = 1, delta = { content = "x" } })
    local told = play { words "a", second, both }
    assert.equal("ab", told.text)
    assert.falsy(told.decoder.reading.complete)
  end)

  it("may leave the number of their choice out", function()
    local bare = words "a"
    bare.choices[1].index = nil
    assert.equal("a", play { bare }.text)
  end)

  it("carry reasoning under either of its names", function()
    local told = play { chunk { reasoning_content = "count " },
      chunk { reasoning = "days", content = json.null },
      chunk { reasoning = "!", content = "" }, words "200" }
    assert.equal("count days!", told.reasoning)
    assert.equal("200", told.text)
    assert.equal("count days!", told.reply.reasoning_content)
  end)

  it("may name the provider", function()
    local event = words "x"
    event.provider = "openai"
    assert.equal("openai", reply_of({ event }).provider)
  end)

  it("carry no reasoning that is no text", function()
    local told = play { chunk { reasoning = "" },
      chunk { reasoning = { a = 1 } }, chunk { reasoning_content = 7 } }
    assert.same({}, told.pieces)
    assert.is_nil(told.reply.reasoning_content)
  end)

  it("may carry reasoning and text at once", function()
    local told = play { chunk { reasoning_content = "hm", content = "200" } }
    assert.equal("200", told.text)
    assert.equal("hm", told.reply.reasoning_content)
  end)

  it("have no end while their reason is empty", function()
    local told = play { chunk({ content = "a" }, ""),
      chunk({ content = "b" }, "stop") }
    assert.equal("stop", told.reply.finish_reason)
    assert.falsy(play { chunk({ content = "a" }, "") }.decoder.reading.complete)
  end)
end)

describe("calls of tools in chunks", function()
  local function call(index, fields)
    return chunk { tool_calls = { { index = index, id = fields.id,
      type = "function", ["function"] = { name = fields.name,
        arguments = fields.arguments } } } }
  end

  it("are put together by their number", function()
    local reply = reply_of {
      call(0, { id = "c1", name = "weather", arguments = "" }),
      call(0, { arguments = '{"city":' }),
      call(1, { id = "c2", name = "time", arguments = "{" }),
      call(0, { arguments = '"Oslo"}' }), call(1, { arguments = "}" }),
      chunk({}, "tool_calls"), "[DONE]" }
    assert.same({
      { id = "c1", name = "weather", arguments = '{"city":"Oslo"}' },
      { id = "c2", name = "time", arguments = "{}" },
    }, reply.tool_calls)
    assert.equal("tool_calls", reply.finish_reason)
    assert.equal("", reply.data)
  end)

  it("may come several in one chunk", function()
    local both = chunk { tool_calls = {
      { index = 0, id = "a", ["function"] = { name = "f", arguments = "1" } },
      { index = 1, id = "b", ["function"] = { name = "g", arguments = "2" } },
    } }
    assert.same({ { id = "a", name = "f", arguments = "1" },
      { id = "b", name = "g", arguments = "2" } },
      reply_of({ both }).tool_calls)
  end)

  it("begin anew with another id and a name", function()
    assert.same({ { id = "c1", name = "f", arguments = "{}" },
      { id = "c2", name = "g", arguments = "{}" } }, reply_of {
      call(0, { id = "c1", name = "f" }),
      call(0, { id = "c2", name = "g", arguments = "{}" }) }.tool_calls)
  end)

  it("keep the id and the name that came first", function()
    assert.same({ { id = "c1", name = "f", arguments = "{}" } }, reply_of {
      call(0, { id = "c1", name = "f" }),
      call(0, { id = "c2", arguments = "{}" }) }.tool_calls)
    assert.same({ { id = "c1", name = "f", arguments = "{}" } }, reply_of {
      call(0, { id = "c1", name = "f" }),
      call(0, { id = "", name = "", arguments = "{}" }) }.tool_calls)
  end)

  it("belong to the last call when they have no number", function()
    assert.same({ { id = "c1", name = "f", arguments = "{}" } }, reply_of {
      call(nil, { id = "c1", name = "f" }), call(nil, { arguments = "{" }),
      call(nil, { arguments = "}" }) }.tool_calls)
    assert.same({ { id = "a", name = "f", arguments = "1" },
      { id = "b", name = "g", arguments = "23" } }, reply_of {
      call(0, { id = "a", name = "f", arguments = "1" }),
      call(1, { id = "b", name = "g", arguments = "2" }),
      call(nil, { arguments = "3" }) }.tool_calls)
  end)

  it("belong to the last call when they repeat its id", function()
    assert.same({ { id = "a", name = "f", arguments = "12" } }, reply_of {
      call(nil, { id = "a", name = "f", arguments = "1" }),
      call(nil, { id = "a", arguments = "2" }) }.tool_calls)
  end)

  it("count however little they tell", function()
    for _, fields in ipairs { { id = "c1" }, { name = "f" },
      { arguments = "{}" } } do
      local calls = reply_of({ call(0, fields) }).tool_calls
      fields.arguments = fields.arguments or "{}"
      assert.same({ fields }, calls)
    end
  end)

  it("are new calls when they have no number, but an id of their own",
    function()
      assert.same({ { id = "a", name = "f", arguments = "1" },
        { id = "b", name = "g", arguments = "2" } }, reply_of {
        call(nil, { id = "a", name = "f", arguments = "1" }),
        call(nil, { id = "b", name = "g", arguments = "2" }) }.tool_calls)
    end)

  it("count however absurd their number is", function()
    for _, index in ipairs { -1, 1.5, 128, 1e9, 1e300 } do
      local reply = reply_of { call(index, { id = "c1", name = "f" }),
        words "x" }
      assert.same({ { id = "c1", name = "f", arguments = "{}" } },
        reply.tool_calls)
      assert.equal("x", reply.data)
    end
  end)

  it("may be as many as a hundred", function()
    local events = {}
    for i = 1, 128 do
      events[i] = call(i - 1, { id = "c" .. i, name = "f", arguments = "{}" })
    end
    local calls = reply_of(events).tool_calls
    assert.equal(128, #calls)
    assert.equal("c128", calls[128].id)
  end)

  it("leave no empty places when numbers are skipped", function()
    assert.same({ { id = "c1", name = "f", arguments = "{}" } }, reply_of {
      call(1, { id = "c1", name = "f", arguments = "{}" }) }.tool_calls)
  end)

  it("survive what is no call at all", function()
    local reply = reply_of { chunk { tool_calls = { json.null, 7, {
      index = 0, id = "c1", ["function"] = 7 } } },
      chunk { tool_calls = "none" },
      call(0, { name = "f", arguments = { city = "Oslo" } }), words "x" }
    assert.equal("x", reply.data)
    assert.equal("c1", reply.tool_calls[1].id)
    assert.equal("f", reply.tool_calls[1].name)
  end)
end)
