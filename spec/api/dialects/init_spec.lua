-- Streams of any dialect.
local decoding = require "spec.support.decoding"
local dialects = require "indoxhub.api.dialects"
local json = require "indoxhub.base.json"

local name_and_payload, play = decoding.name_and_payload, decoding.play
local reply_of, created = decoding.reply_of, decoding.created
local part, part_done = decoding.part, decoding.part_done
local item_done, done = decoding.item_done, decoding.done
local content, finish = decoding.content, decoding.finish
local usage_final, chunk = decoding.usage_final, decoding.chunk
local words = decoding.words

describe("a named event without an object", function()
  it("is ignored wherever it stands", function()
    for _, ping in ipairs { { "ping", "ping" }, { "ping", "" },
      { "keep-alive", "12" } } do
      assert.equal("ab", play { ping, part "a", ping, part "b", done() }.text)
      assert.equal("ab", play { ping, "a", ping, "b" }.text)
    end
  end)
end)

describe("raw text", function()
  it("is each payload as it is", function()
    local told = play { "Once ", "upon a time", "", "  ", ", 42", "[DONE]" }
    assert.equal("Once upon a time  , 42", told.text)
    assert.is_true(told.decoder.finished)
  end)

  it("may look like JSON", function()
    for _, first in ipairs { "42", "true", "null", '"quoted"', "[1,2]",
      "[DON", "-", "{curly}", "{ 'a' }", "{1:2}" } do
      local told = play { first, " and", ' {"a":1}', "[]", "{", "{}" }
      assert.is_nil(told.failure, first)
      assert.equal(first .. ' and {"a":1}[]{{}', told.text)
    end
  end)

  it("keeps the blanks before its first word", function()
    assert.equal(" \n word", play { " ", "\n ", "word" }.text)
  end)

  it("may hold objects of ours, which are text", function()
    assert.equal('x{"type":"content","data":"y"}', play { "x",
      '{"type":"content","data":"y"}' }.text)
    assert.equal('x{"error":null}', play { "x", '{"error":null}' }.text)
  end)

  it("ends with an object that tells of an error", function()
    local told = play { "Once ", '{"error":"Status 401: no"}', "more" }
    assert.equal("Once ", told.text)
    assert.equal("Status 401: no", told.failure.body.error)
  end)

  it("has no end but its terminator", function()
    assert.falsy(play({ "Once" }).is_whole)
    assert.is_true(play({ "Once", "[DONE]" }).is_whole)
  end)

  it("is never begun by the beginning of one of our objects", function()
    for _, payload in ipairs { '{"', '{"type":"content","da', "{", "  {  ",
      '{\n"a":', '{"a":1} rest', "{}}" } do
      local told = play { payload }
      assert.is_string(told.failure and told.failure.message, payload)
      assert.equal("", told.text)
    end
  end)
end)

describe("one stream", function()
  -- The same answer in each dialect.
  local speakers = {
    responses = part, content = content, choices = words,
    legacy = function(piece)
      return { success = true, data = piece }
    end,
  }

  it("has one dialect that carries text, the first that does", function()
    for first, speak in pairs(speakers) do
      for second, repeat_it in pairs(speakers) do
        if first ~= second then
          assert.equal("Hello", play { speak "Hel", repeat_it "Hel",
            repeat_it "lo", speak "lo" }.text, first .. " " .. second)
        end
      end
    end
  end)

  it("is not locked by an event without text", function()
    for _, speak in pairs(speakers) do
      assert.equal("Hi", play { created(), part "", content "", words "",
        { data = "" }, { type = "finish" }, speak "Hi" }.text)
    end
  end)

  it("gathers facts from all dialects", function()
    local reply = reply_of { created { id = "resp-1", model = "gpt" },
      content "x", part "x", finish "stop",
      { "usage_final", usage_final() },
      done { usage = { input_tokens = 15, output_tokens = 2 } } }
    assert.equal("x", reply.data)
    assert.equal("gpt", reply.model)
    assert.equal("openai", reply.provider)
    assert.equal("stop", reply.finish_reason)
    assert.equal(0.25, reply.usage.cost)
  end)

  it("has one kind of event that carries reasoning", function()
    local told = play {
      { type = "response.reasoning.delta", delta = "count" },
      chunk { reasoning = "count" }, part "x" }
    assert.equal("count", told.reasoning)
  end)

  it("passes over events that nobody knows", function()
    local told = play { { type = "response.future", x = 1 }, {},
      { object = "ping" }, { "ping", { a = 1 } }, { type = 7 },
      { type = "response.output_item.added", item = { content = {} } },
      { "response.future", { delta = "no" } }, part "x" }
    assert.is_nil(told.failure)
    assert.equal("x", told.text)
    assert.falsy(told.decoder.reading.complete)
  end)

  it("survives fields that are not what they should be", function()
    local told = play { { type = "response.created", response = 7 },
      { type = "response.created" }, { type = "response.done", response = {
        usage = 7, output = 7 } },
      { type = "response.content_part.delta", delta = { no = "no" } },
      { type = "response.content_part.delta" },
      { type = "response.content_part.done", part = "no" },
      { type = "response.output_item.done", item = "no" },
      { type = "response.image_generation_call.completed" },
      { type = "content", data = true, choices = 7 },
      { type = "content", choices = { delta = 7 } },
      { type = "finish", choices = json.array {} }, { type = "usage_final" },
      { type = "usage_start", request_id = 7 }, { images = { 7 } },
      { data = { 1 } }, { choices = { { delta = 7 } } }, words "x" }
    assert.is_nil(told.failure)
    assert.equal("x", told.text)
    assert.equal("chatcmpl-8", told.decoder.reading:stream_id())
  end)
end)

describe("the terminator", function()
  it("ends a stream of any dialect", function()
    for _, event in ipairs { part "x", content "x", words "x",
      { data = "x" }, "x" } do
      local told = play { event, "[DONE]" }
      assert.is_true(told.decoder.finished)
      assert.falsy(told.decoder.reading.complete)
      assert.equal("x", told.text)
    end
  end)

  it("may have blanks around it, and any name", function()
    for _, event in ipairs { " [DONE] ", "\t[DONE]\n", { "done", "[DONE]" },
      { "error", "[DONE]" } } do
      assert.is_true(play({ part "x", event }).decoder.finished)
    end
  end)

  it("ends no answer when it is all there is", function()
    local told = play { "[DONE]" }
    assert.is_true(told.decoder.finished)
    assert.is_false(told.is_whole)
    assert.equal("", told.reply.data)
  end)

  it("is nothing else that looks alike", function()
    for _, payload in ipairs { "[DONE]x", "[done]", "[DONE", "DONE",
      '"[DONE]"', '["DONE"]', "[DONE]\n{}" } do
      local told = play { part "x", payload }
      assert.falsy(told.decoder.finished, payload)
      assert.is_table(told.failure, payload)
    end
  end)
end)

describe("the end of an answer", function()
  it("is told by an event of its dialect", function()
    for _, event in ipairs { done(), finish "stop", { type = "finish" },
      { type = "response.completed", response = {} }, usage_final(),
      chunk({}, "stop") } do
      local told = play { part "x", event }
      assert.is_true(told.decoder.reading.complete)
      assert.falsy(told.decoder.finished)
    end
  end)

  it("is not told by anything before it", function()
    local told = play { created(), part "x", content "x", words "x",
      item_done("x", 0), part_done("x", 0, 0), { type = "usage_start" },
      { data = "x", finish_reason = "null" },
      { choices = json.array {}, usage = { total_tokens = 1 } } }
    assert.falsy(told.decoder.reading.complete)
    assert.falsy(told.is_whole)
  end)
end)

describe("a decoder", function()
  -- In how many strings of an event its text stands; the transfer recognises
  -- further events by it.
  local function holes_of(event)
    local decoder = dialects.new()
    decoder:take(name_and_payload(event))
    assert.is_true(decoder.reading.count > 0)
    return decoder.holes
  end

  it("says in how many strings of an event its text stands", function()
    assert.equal(1, holes_of(part "x"))
    assert.equal(1, holes_of(words "x"))
    assert.equal(1, holes_of { data = "x" })
    assert.equal(2, holes_of(content "x"))
    local bare = content "x"
    bare.choices = nil
    assert.equal(1, holes_of(bare))
    local nested = content "x"
    nested.data = nil
    assert.equal(1, holes_of(nested))
    local two = content "x"
    two.choices[1].delta.content = "y"
    assert.equal(1, holes_of(two))
  end)

  it("says so when an event must not be recognised by its text", function()
    assert.equal(0, holes_of(item_done("x", 0)))
    assert.equal(0, holes_of(part_done("x", 0, 0)))
    assert.equal(0, holes_of "raw")
    assert.equal(0, holes_of { type = "response.reasoning.delta",
      delta = "x" })
    assert.equal(0, holes_of(chunk { reasoning = "x" }))
  end)

  it("says so when an event adds more to the reply than its text", function()
    assert.equal(0, holes_of(chunk { content = "x", reasoning = "y" }))
    assert.equal(0, holes_of(chunk { content = "x", tool_calls = { {
      index = 0, ["function"] = { arguments = "1" } } } }))
    assert.equal(0, holes_of { data = "x", images = { { url = "u" } } })
  end)

  it("gives every event decoded, whether it has text or not", function()
    local decoder = dialects.new()
    local function event_of(event)
      return (decoder:take(name_and_payload(event)))
    end
    for _, event in ipairs { created(), { type = "response.future" },
      { error = "x" }, { "error", "x" }, "[DONE]" } do
      event_of(event)
      assert.equal(0, decoder.reading.count)
    end
    decoder = dialects.new()
    assert.equal("response.created", event_of(created()).type)
    assert.equal("x", event_of(part "x").delta)
    assert.same({ type = "response.future" }, event_of {
      type = "response.future" })
    assert.is_nil(event_of "[DONE]")
    decoder = dialects.new()
    assert.same({ type = "text", data = "raw" }, event_of "raw")
  end)

  it("does not share anything with another", function()
    local one, other = dialects.new(), dialects.new()
    one:take("message", json.encode(created()))
    one:take("message", json.encode(part "x"))
    other:take("message", "raw")
    assert.equal("raw", other.reading:text())
    assert.is_nil(other.reading:stream_id())
    assert.is_nil(other.reading:reply().id)
  end)
end)
