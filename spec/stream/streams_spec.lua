-- Whole streams, from bytes to reply: the event parser and the decoder
-- together, without a transfer.
local answer_errors = require "indoxhub.api.errors.answer"
local core = require "indoxhub.core"
local dialects = require "indoxhub.api.dialects"
local json = require "indoxhub.base.json"
local redact = require "indoxhub.base.redact"

-- Heavy: every stream cut at every position.
local ALL_CUTS = os.getenv "INDOXHUB_ALL_CUTS" == "1"

-- Keeps what a reading has just handed out.
local function keep(told)
  local reading = told.decoder.reading
  for i = 1, reading.count, 2 do
    local kind, piece = reading.pieces[i], reading.pieces[i + 1]
    if kind == "text" then
      table.insert(told.pieces, piece)
    elseif kind == "reasoning" then
      told.reasoning = told.reasoning .. piece
    end
  end
end

-- Decodes one event. Returns whether the stream has ended with it.
local function decode(told, event)
  local decoder = told.decoder
  decoder:take(event.event, event.data)
  keep(told)
  return decoder.finished or decoder.reading.failure ~= nil
end

-- What a stream amounts to: { text, pieces, reasoning, id } and either `reply`,
-- `error` or `truncated`.
local function play(chunks)
  local parser = core.sse()
  local told = { pieces = {}, reasoning = "", decoder = dialects.new() }
  local ended = false
  for _, chunk in ipairs(chunks) do
    for _, event in ipairs(assert(parser:feed(chunk))) do
      ended = ended or decode(told, event)
    end
  end
  local decoder = told.decoder
  local reading = decoder.reading
  reading:settle()
  keep(told)
  told.text = table.concat(told.pieces)
  told.id = reading:stream_id()
  if reading.failure then
    told.error = answer_errors.from_failure(reading.failure,
      { status = 200, headers = {}, hide = redact.new {} })
  elseif decoder:is_whole() then
    told.reply = reading:reply()
  else
    told.truncated = true
  end
  return told
end

-- Runs a check with a stream in many pieces.
local function each_cut(stream, check)
  check({ stream }, "whole")
  local bytes = {}
  for i = 1, #stream do
    bytes[i] = stream:sub(i, i)
  end
  check(bytes, "byte by byte")
  for i = 1, ALL_CUTS and #stream - 1 or 0 do
    check({ stream:sub(1, i), stream:sub(i + 1) }, "cut after byte " .. i)
  end
end

---------------------------------------------------------------------------
-- our own streams

local function check_error(expected, told, how)
  assert.is_table(told.error, how)
  for name, value in pairs(expected) do
    assert.equal(value, told.error[name], how)
  end
end

local function check_reply(vector, told, how)
  assert.is_nil(told.error, how)
  assert.is_nil(told.truncated, how)
  assert.equal(vector.text, told.reply.data, how)
  assert.is_true(told.reply.success)
  for name, value in pairs(vector.reply or {}) do
    assert.same(value, told.reply[name], how)
  end
  for _, name in ipairs(vector.absent or {}) do
    assert.is_nil(told.reply[name], how .. ": " .. name)
  end
end

local function check_vector(vector, chunks, how)
  local told = play(chunks)
  assert.equal(vector.text, told.text, how)
  assert.equal(vector.reasoning or "", told.reasoning, how)
  if vector.pieces then
    assert.same(vector.pieces, told.pieces, how)
  end
  if vector.id then
    assert.equal(vector.id, told.id, how)
  end
  if vector.error then
    check_error(vector.error, told, how)
  elseif vector.truncated then
    assert.is_true(told.truncated, how)
    assert.is_nil(told.error, how)
  else
    check_reply(vector, told, how)
  end
end

describe("our stream", function()
  local names = {}

  for _, vector in ipairs(dofile "spec/vectors/streams.lua") do
    assert(not names[vector.name], "a name occurs twice")
    names[vector.name] = true

    it(vector.name, function()
      each_cut(vector.stream, function(chunks, how)
        check_vector(vector, chunks, how)
      end)
      for _, eol in ipairs(vector.as_is and {} or { "\r\n", "\r" }) do
        local stream = vector.stream:gsub("\n", eol)
        check_vector(vector, { stream }, "whole, with other line ends")
      end
    end)
  end
end)

---------------------------------------------------------------------------
-- the streams of the vendor's documents

local function fixtures()
  local file = io.open("../shared/spec/fixtures.json")
  if not file then
    return {}
  end
  local all = assert(json.decode(file:read("*a")))
  file:close()
  return all.sse
end

-- What each stream of the fixtures must come to. `text` of an error is what
-- came before it.
local RAINY = "Rainy, Bj\195\184rn\n\240\159\140\167"
local expected = {
  A_responses_text = { text = RAINY, tokens = 23 },
  A_responses_reasoning = { text = "200", reasoning = "count the days",
    tokens = 101 },
  A_responses_image = { text = "A cat:", images = 2, tokens = 1299 },
  B_completed_no_done_marker = { text = "1, 2", tokens = 16 },
  C_gateway_named_events = { text = "Hello", finish_reason = "stop",
    tokens = 17, cost = 3.45e-06 },
  C_plus_A_mixed_must_not_double = { text = "Hello", finish_reason = "stop",
    tokens = 17, cost = 3.45e-06 },
  D_openai_chat_chunks = { text = "Hi", finish_reason = "stop", tokens = 10 },
  D_openai_text_chunks = { text = "fib(n)", finish_reason = "length" },
  E_legacy_data_chunks = { text = "Hi there", images = 1, tokens = 5,
    cost = 1e-06 },
  F_raw_text = { text = "Once upon 427true" },
  G_error_string = { text = "par", kind = "authentication" },
  G_error_object = { text = "", kind = "unavailable" },
  G_error_named = { text = "par", kind = "server" },
  G_failed_status = { text = "", kind = "server" },
  H_truncated = { text = "never fini", truncated = true },
  I_sse_torture = { text = "AB" },
}

local function check_fixture(want, told, how)
  assert.equal(want.text, told.text, how)
  assert.equal(want.kind, told.error and told.error.kind, how)
  assert.equal(want.truncated, told.truncated, how)
  assert.equal(want.reasoning or "", told.reasoning, how)
  if told.reply then
    local usage = told.reply.usage or {}
    assert.equal(want.finish_reason, told.reply.finish_reason, how)
    assert.equal(want.reasoning, told.reply.reasoning_content, how)
    assert.equal(want.tokens, usage.tokens_total, how)
    assert.equal(want.cost, usage.cost, how)
    assert.equal(want.images or 0, #(told.reply.images or {}), how)
  end
end

describe("the documents' stream", function()
  for name, stream in pairs(fixtures()) do
    it(name, function()
      assert.is_table(expected[name], "nobody knows what it must come to")
      each_cut(stream, function(chunks, how)
        check_fixture(expected[name], play(chunks), how)
      end)
    end)
  end
end)
