-- Events of Responses objects.
local decoding = require "spec.support.decoding"

local play, reply_of = decoding.play, decoding.reply_of
local created, part = decoding.created, decoding.part
local part_done, item_done = decoding.part_done, decoding.item_done
local done, content, finish = decoding.done, decoding.content, decoding.finish

describe("responses events", function()
  it("carry their text in deltas", function()
    local told = play { created(), part "Rain", part "y", done(), "[DONE]" }
    assert.same({ "Rain", "y" }, told.pieces)
    assert.equal("Rainy", told.text)
    assert.is_true(told.is_whole)
  end)

  it("tell id, model and the rest when they begin or when they end", function()
    local reply = reply_of { created { id = "resp-7", model = "o3",
      created_at = 1780388130 }, part "x", done { id = "resp-7",
      model = "other", provider = "openai", finish_reason = "stop" } }
    assert.equal("resp-7", reply.id)
    assert.equal("resp-7", reply.request_id)
    assert.equal("o3", reply.model)
    assert.equal("openai", reply.provider)
    assert.equal(1780388130, reply.created_at)
    assert.equal("stop", reply.finish_reason)
    assert.equal("x", reply.data)
    assert.is_true(reply.success)
  end)

  it("carry reasoning beside the text", function()
    local told = play { created(),
      { type = "response.reasoning.started", response_id = "resp-1" },
      { type = "response.reasoning.delta", delta = "count " },
      { type = "response.reasoning.delta", delta = "days" },
      part "200", done() }
    assert.equal("count days", told.reasoning)
    assert.equal("200", told.text)
    assert.equal("count days", told.reply.reasoning_content)
  end)

  it("may carry their reasoning in a snapshot only", function()
    local item = item_done("200", 0)
    item.item.reasoning = "count days"
    local told = play { part "200", item, done() }
    assert.equal("count days", told.reasoning)
    assert.equal("count days", told.reply.reasoning_content)
  end)

  it("repeat reasoning in a snapshot that counts as far as it is new",
    function()
      local item = item_done("200", 0)
      item.item.reasoning = "count days"
      local began = { type = "response.reasoning.delta", delta = "count " }
      assert.equal("count days", reply_of {
        began, item, done() }.reasoning_content)
      item.item.reasoning = "another"
      assert.equal("count ", reply_of {
        began, item, done() }.reasoning_content)
    end)

  it("carry images, by address or beside the call", function()
    local kind = "response.image_generation_call."
    local reply = reply_of { part "A cat:",
      { type = kind .. "in_progress", output_index = 1,
        image_generation_call = { id = "i1", status = "in_progress" } },
      { type = kind .. "generating", output_index = 1 },
      { type = kind .. "partial_image", partial_image_b64 = "AAAA" },
      { type = kind .. "completed", output_index = 1,
        image_generation_call = { id = "i1", url = "https://a.test/1.png" } },
      { type = kind .. "completed", output_index = 2,
        image_generation_call = { id = "i2" }, data = "BBBB" },
      { type = kind .. "completed", image_generation_call = { id = "i3" } },
      done() }
    assert.equal("A cat:", reply.data)
    assert.same({ { id = "i1", url = "https://a.test/1.png", index = 0 },
      { id = "i2", b64_json = "BBBB", index = 1 } }, reply.images)
  end)

  it("carry calls of tools", function()
    local reply = reply_of {
      { type = "response.output_item.done", output_index = 0,
        item = { type = "function_call", id = "fc_1", call_id = "c1",
          name = "weather", arguments = '{"city":"Oslo"}' } },
      { type = "response.output_item.done", output_index = 1,
        item = { type = "function_call", id = "fc_2", name = "time" } },
      done() }
    assert.same({
      { id = "c1", name = "weather", arguments = '{"city":"Oslo"}' },
      { id = "fc_2", name = "time", arguments = "{}" },
    }, reply.tool_calls)
    assert.equal("", reply.data)
  end)

  it("may end with response.completed", function()
    local told = play { created(), part "1, 2",
      { type = "response.completed", response = { status = "completed",
        usage = { input_tokens = 12, output_tokens = 4 } } } }
    assert.is_true(told.decoder.reading.complete)
    assert.equal(16, told.reply.usage.tokens_total)
  end)

  it("may be named by their event line alone", function()
    assert.equal("ab", play { { "response.content_part.delta",
      { delta = "a", output_index = 0 } }, part "b" }.text)
  end)
end)

describe("a snapshot", function()
  it("does not repeat the deltas before it", function()
    local told = play { part "Rain", part "y", part_done("Rainy", 0, 0),
      item_done("Rainy", 0), done { output = { { type = "message",
        content = { { text = "Rainy" } } } } } }
    assert.equal("Rainy", told.text)
  end)

  it("is the text of an item when no delta came", function()
    assert.equal("Rainy", play { created(), item_done("Rainy", 0), done() }
      .text)
  end)

  it("is the text of a part when no delta came", function()
    assert.equal("Rainy", play { part_done("Rainy", 0, 0),
      item_done("Rainy", 0), done() }.text)
  end)

  it("is the text of the whole answer when nothing else came", function()
    assert.equal("Rainy", play { created(), done { output = { {
      type = "message", content = { { text = "Rain" }, { text = "y" } } } } },
    }.text)
  end)

  it("of several parts is the text of each", function()
    assert.equal("Rainy", play { part_done("Rain", 0, 0),
      part_done("y", 0, 1), item_done("Rainy", 0) }.text)
  end)

  it("fills the gap of the output that has none", function()
    assert.equal("one two", play { part("one ", 0), item_done("one ", 0),
      item_done("two", 1), done() }.text)
    assert.equal("one two", play { item_done("one ", 0), part("two", 1),
      item_done("two", 1) }.text)
  end)

  it("without the number of its output fills none that may be filled",
    function()
      assert.equal("x", play { part "x", item_done "x" }.text)
      assert.equal("x", play { part_done("x", 0, 0), item_done "x" }.text)
      local bare = part "x"
      bare.output_index = nil
      assert.equal("x", play { bare, item_done("x", 0) }.text)
      assert.equal("x", play { bare, item_done "x" }.text)
      assert.equal("x", play { item_done "x" }.text)
    end)

  it("after one without the number of its output does not repeat it",
    function()
      assert.equal("x", play { part_done("x"), item_done("x", 0) }.text)
      assert.equal("x", play { item_done "x", item_done("x", 0) }.text)
    end)

  it("fills the gap that an empty delta leaves", function()
    assert.equal("Rainy", play { part "", item_done("Rainy", 0) }.text)
  end)

  it("counts for nothing beside another dialect", function()
    assert.equal("Hi", play { content "Hi", item_done("Hi", 0),
      part_done("Hi", 1, 0), finish "stop" }.text)
  end)

  it("locks the stream as a delta does", function()
    assert.equal("Hi", play { item_done("Hi", 0), content "Hi" }.text)
  end)
end)
