local answer_errors = require "indoxhub.api.errors.answer"
local dialects = require "indoxhub.api.dialects"
local json = require "indoxhub.base.json"
local redact = require "indoxhub.base.redact"

-- An event is a payload, or { name, payload }. A payload that is a table is
-- sent as JSON.
local function name_and_payload(event)
  local name, payload = "message", event
  if type(event) == "table" and event[1] then
    name, payload = event[1], event[2]
  end
  return name, type(payload) == "table" and json.encode(payload) or payload
end

-- Keeps what a reading has just handed out.
local function keep(told, reading)
  for i = 1, reading.count, 2 do
    local kind, piece = reading.pieces[i], reading.pieces[i + 1]
    table.insert(told.pieces, piece)
    told[kind] = told[kind] .. piece
  end
end

-- What became of a stream: text, reasoning, refusal, pieces, failure, reply,
-- decoder.
local function play(events)
  local decoder = dialects.new()
  local told = { pieces = {}, text = "", reasoning = "", refusal = "",
    decoder = decoder }
  for _, event in ipairs(events) do
    decoder:take(name_and_payload(event))
    keep(told, decoder.reading)
    if decoder.finished or decoder.reading.failure then
      break
    end
  end
  decoder.reading:settle()
  keep(told, decoder.reading)
  told.failure = decoder.reading.failure
  told.is_whole = decoder:is_whole()
  told.reply = not told.failure and decoder.reading:reply() or nil
  return told
end

-- The reply of a stream that did not fail.
local function reply_of(events)
  local told = play(events)
  assert.is_nil(told.failure)
  return told.reply
end

-- The error of a stream that failed.
local function error_of(events)
  local failure = play(events).failure
  assert.is_table(failure)
  return answer_errors.from_failure(failure, { status = 200, headers = {},
    hide = redact.new {} })
end

-- Events as servers write them.

local function created(fields)
  fields = fields or {}
  fields.id, fields.status = fields.id or "resp-1", "in_progress"
  return { type = "response.created", response = fields }
end

local function part(delta, output)
  return { type = "response.content_part.delta", response_id = "resp-1",
    output_index = output or 0, content_index = 0, delta = delta }
end

local function part_done(piece, output, index)
  return { type = "response.content_part.done", output_index = output,
    content_index = index, part = { type = "output_text", text = piece } }
end

local function item_done(piece, output)
  return { type = "response.output_item.done", output_index = output,
    item = { type = "message", role = "assistant", status = "completed",
      content = { { type = "output_text", text = piece } } } }
end

local function done(fields)
  fields = fields or {}
  fields.id, fields.status = fields.id or "resp-1", "completed"
  return { type = "response.done", response = fields }
end

local function content(piece)
  return { type = "content", data = piece, provider = "openai",
    choices = { { delta = { content = piece }, index = 0,
      finish_reason = json.null } } }
end

local function finish(reason)
  return { type = "finish", provider = "openai", finish_reason = reason,
    choices = { { delta = {}, index = 0, finish_reason = reason } } }
end

local function usage_final()
  return { type = "usage_final", input_tokens = 15, output_tokens = 2,
    cost_usd = 0.25, latency_ms = 611 }
end

-- A chunk of OpenAI with one choice.
local function chunk(delta, reason)
  return { id = "chatcmpl-8", object = "chat.completion.chunk",
    created = 1780388130, model = "gpt", choices = { { index = 0,
      delta = delta, finish_reason = reason or json.null } } }
end

local function words(piece)
  return chunk { content = piece }
end

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

describe("a named event without an object", function()
  it("is ignored wherever it stands", function()
    for _, ping in ipairs { { "ping", "ping" }, { "ping", "" },
      { "keep-alive", "12" } } do
      assert.equal("ab", play { ping, part "a", ping, part "b", done() }.text)
      assert.equal("ab", play { ping, "a", ping, "b" }.text)
    end
  end)
end)

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

describe("an error event", function()
  it("is an object with an error in it", function()
    local err = error_of { part "par", { error = "Status 401: rejected" },
      part "no" }
    assert.equal("authentication", err.kind)
    assert.equal("Status 401: rejected", err.message)
    err = error_of { { error = { message = "model overloaded",
      type = "server_error", code = "overloaded" } } }
    assert.equal("unavailable", err.kind)
    assert.equal("overloaded", err.code)
    assert.equal("model overloaded", err.message)
  end)

  it("keeps what was said before it, and nothing after it", function()
    local told = play { part "par", { error = "x" }, part "tial" }
    assert.equal("par", told.text)
    assert.is_table(told.failure)
  end)

  it("is named error, by its line or by its type", function()
    for _, event in ipairs {
      { "error", { message = "reset", code = "provider_error" } },
      { type = "error", message = "reset", code = "provider_error" },
      { "error", { error = { message = "reset", code = "provider_error" } } },
    } do
      local err = error_of { content "par", event }
      assert.equal("server", err.kind)
      assert.equal("reset", err.message)
      assert.equal("provider_error", err.code)
    end
  end)

  it("may be named so and say nothing", function()
    for _, payload in ipairs { "null", "{}", '{"error":null}', "[]" } do
      assert.matches("without a reason",
        error_of({ { "error", payload } }).message)
    end
  end)

  it("may be named so and be a text, a number or what else", function()
    assert.equal("upstream gone",
      error_of({ { "error", '"upstream gone"' } }).message)
    assert.equal("upstream gone",
      error_of({ { "error", "upstream gone" } }).message)
    assert.equal("503", error_of({ { "error", "503" } }).message)
    assert.equal("{broken", error_of({ { "error", "{broken" } }).message)
  end)

  it("is a response that failed, under any name", function()
    for _, kind in ipairs { "response.completed", "response.done",
      "response.failed" } do
      local err = error_of { created(), part "par", { type = kind,
        response = { id = "resp-1", status = "failed",
          error = { message = "quota exceeded" } } } }
      assert.equal("quota exceeded", err.message)
      assert.equal("resp-1", err.request_id)
      assert.equal("server", err.kind)
    end
    assert.matches("without a reason", error_of { {
      type = "response.done", response = { status = "failed" } } }.message)
  end)

  it("is an envelope without success", function()
    local err = error_of { { success = true, data = "a" },
      { success = false, message = "no credits", status_code = 402 } }
    assert.equal("insufficient_credits", err.kind)
    assert.equal(402, err.status)
  end)

  it("is not an error that is null", function()
    local event = part "x"
    event.error = json.null
    local last = done { error = json.null }
    last.error = json.null
    local told = play { event, last }
    assert.is_nil(told.failure)
    assert.equal("x", told.text)
    assert.is_true(told.decoder.reading.complete)
  end)

  it("may come in the first place", function()
    assert.is_table(play({ { error = "x" } }).failure)
    assert.is_table(play({ { "error", "x" } }).failure)
  end)

  it("may be told by a raw text, too", function()
    assert.equal("x", error_of({ "Once ", { "error", "x" } }).message)
  end)
end)

describe("a broken event", function()
  local function is_protocol(events)
    local told = play(events)
    assert.is_string(told.failure and told.failure.message)
    assert.is_nil(told.failure.body)
    return told
  end

  it("is an object that cannot be read", function()
    for _, payload in ipairs { '{"type":"response.content_part.delta","del',
      '{"a":}', "{", '{"a":1}}', '{"a":1} {"b":2}', "{'a':1}" } do
      local told = is_protocol { part "par", payload, part "no" }
      assert.equal("par", told.text)
    end
  end)

  it("is anything but an object after an object", function()
    for _, payload in ipairs { "42", "true", "null", '"text"', "[1]", "[]",
      "word", "[{}]" } do
      assert.equal("par", is_protocol({ part "par", payload }).text)
      is_protocol { created(), payload }
    end
  end)

  it("does not repeat the payload, which may hold secrets", function()
    local told = is_protocol { '{"key":"s3cret' }
    assert.is_nil(told.failure.message:find("s3cret", 1, true))
  end)

  it("is not a blank one before the first", function()
    assert.equal("x", play { "", " ", part "x" }.text)
  end)
end)

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
