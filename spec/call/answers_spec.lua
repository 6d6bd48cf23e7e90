-- What answers mean: each vector of spec/vectors/answers, served over a real
-- connection. A stream must mean the same to stream(), in whatever pieces it
-- comes, and to create(); a whole body must mean the same to both.
--
-- A vector:
--
--   name        what it shows
--   events      the events of a stream: JSON, or whole lines of an event
--   body        or: the bytes of a whole answer
--   bytes       or: those of an answer of either kind
--   type        its content type, false for none; status, when it is not 200
--   ask         "create" or "stream", when only one of them is asked
--
-- and what it must come to:
--
--   data        its text, or the table that it is
--   pieces      what a stream hands out, piece by piece: a text, or { kind,
--               text }. Joined by their kinds they are the reply in any case
--   reasoning_content, refusal, finish_reason, tool_calls, images,
--   function_call   of the reply, which must not have those that are not named
--   reply       more fields of it
--   late        a kind of pieces that a stream may leave to its reply
--   error       instead: { kind =, code =, message =, partial =, usage =,
--               says = }; of several kinds each is as good as the next, and
--               `says` must stand in the message
--
-- Tables must hold what is named and may hold more; lists have exactly these
-- elements.
local dialects = require "spec.support.dialects"
local during_tests = require "spec.support.during_tests"
local indoxhub = require "indoxhub"
local servers = require "spec.support.servers"

-- Heavy: every answer in pieces of these many bytes, too. Cuts at every
-- position are for spec/stream/streams_spec.lua, which needs no connections.
local SIZES = os.getenv "INDOXHUB_ALL_CUTS" == "1"
  and { 2, 3, 5, 7, 13, 29, 61, 127, 251 } or {}

local SUBJECTS = { "ends", "failures", "incomplete", "places", "refusals",
  "reasoning", "tools", "images", "halves", "usage", "choices", "labels" }

local MESSAGES = { { role = "user", content = "go" } }

---------------------------------------------------------------------------
-- serving

local function bytes_of(vector)
  if not vector.events then
    return vector.bytes or vector.body
  end
  local frames = {}
  for i, event in ipairs(vector.events) do
    frames[i] = event:find "^[%[{]" and "data: " .. event or event
  end
  return table.concat(frames, "\n\n") .. "\n\n"
end

local function head_of(vector)
  local content_type = vector.type
  if content_type == nil then
    content_type = vector.body and "application/json" or "text/event-stream"
  end
  return ("HTTP/1.1 %s\r\n%sConnection: close\r\n\r\n"):format(
    vector.status or "200 OK",
    content_type and "Content-Type: " .. content_type .. "\r\n" or "")
end

-- The ways to bring the same bytes, by what they are called.
local function ways(vector)
  local head, bytes = head_of(vector), bytes_of(vector)
  local found = {
    { "whole", { { "body" }, { "send", head .. bytes } } },
    { "byte by byte", { { "body" }, { "send", head }, { "each", bytes } } },
  }
  for _, size in ipairs(SIZES) do
    local steps = { { "body" }, { "send", head } }
    for at = 1, #bytes, size do
      steps[#steps + 1] = { "send", bytes:sub(at, at + size - 1) }
    end
    found[#found + 1] = { ("in pieces of %d bytes"):format(size), steps }
  end
  return found
end

---------------------------------------------------------------------------
-- asking: { reply =, err =, pieces = }

local function read(stream)
  local got = { pieces = {} }
  while true do
    local piece, kind = stream:next()
    if not piece then
      break
    end
    table.insert(got.pieces, { kind, piece })
  end
  got.reply, got.err = stream:reply()
  return got
end

local asks = {}

function asks.stream(client)
  local stream, err = client.chat:stream({ messages = MESSAGES },
    { reasoning = true })
  return stream and read(stream) or { err = err }
end

function asks.create(client)
  local reply, err = client.chat:create { messages = MESSAGES }
  return { reply = reply, err = err }
end

---------------------------------------------------------------------------
-- checking

-- Whether `got` holds all that is expected.
local function holds(expected, got, path)
  if type(expected) ~= "table" then
    assert.equal(expected, got, path)
    return
  end
  assert.is_table(got, path)
  assert.equal(#expected, #got, "length of " .. path)
  for name, value in pairs(expected) do
    holds(value, got[name], path .. "." .. name)
  end
end

-- Calls are compared whole: an id that none told must not be there.
local function check_calls(expected, calls, how)
  holds(expected, calls, how .. ": tool_calls")
  for i, call in ipairs(expected or {}) do
    assert.equal(call.id, calls[i].id, how .. ": id of call " .. i)
  end
end

local function joined(pieces, kind)
  local texts = {}
  for _, piece in ipairs(pieces) do
    if piece[1] == kind then
      texts[#texts + 1] = piece[2]
    end
  end
  return table.concat(texts)
end

local FIELD_OF_KIND = { text = "data", reasoning = "reasoning_content",
  refusal = "refusal" }

local function check_pieces(vector, pieces, how)
  for kind, field in pairs(FIELD_OF_KIND) do
    local text = type(vector[field]) == "string" and vector[field] or ""
    if vector.late ~= kind then
      assert.equal(text, joined(pieces, kind), how .. ": pieces of " .. kind)
    end
  end
  local expected = {}
  for i, piece in ipairs(vector.pieces or {}) do
    expected[i] = type(piece) == "table" and piece or { "text", piece }
  end
  if vector.pieces then
    assert.same(expected, pieces, how)
  end
end

local function check_reply(vector, got, how)
  assert.is_nil(got.err, how)
  holds(vector.data, got.reply.data, how .. ": data")
  for _, name in ipairs { "reasoning_content", "refusal", "finish_reason",
    "images", "function_call" } do
    holds(vector[name], got.reply[name], how .. ": " .. name)
  end
  check_calls(vector.tool_calls, got.reply.tool_calls, how)
  holds(vector.reply or {}, got.reply, how .. ": reply")
  if got.pieces then
    check_pieces(vector, got.pieces, how)
  end
end

local function check_error(expected, got, how)
  assert.is_nil(got.reply, how)
  assert.is_table(got.err, how)
  local kinds = type(expected.kind) == "table" and table.concat(expected.kind,
    " ") or expected.kind or got.err.kind
  assert.truthy((" " .. kinds .. " "):find(" " .. got.err.kind .. " ", 1, true),
    how .. ": kind " .. got.err.kind .. " in place of " .. kinds)
  for _, name in ipairs { "code", "message", "partial", "usage" } do
    holds(expected[name] or got.err[name], got.err[name], how .. ": " .. name)
  end
  if expected.says then
    assert.truthy(got.err.message:find(expected.says, 1, true),
      how .. ": " .. got.err.message)
  end
  if expected.partial and got.pieces and got.pieces[1] then
    assert.equal(expected.partial, joined(got.pieces, "text"), how)
  end
end

---------------------------------------------------------------------------

describe("an answer", function()
  local raw = during_tests(servers.raw)

  local served = 0

  local function check(vector, mode, way)
    served = served + 1
    local got = asks[mode](indoxhub.new { api_key = "indox-test",
      max_retries = 0, base_url = raw:script("a" .. served, way[2]) })
    local how = mode .. ", " .. way[1]
    if vector.error then
      check_error(vector.error, got, how)
    else
      check_reply(vector, got, how)
    end
  end

  for _, subject in ipairs(SUBJECTS) do
    describe("(" .. subject .. ")", function()
      local names = {}

      for _, vector in ipairs(dofile("spec/vectors/answers/" .. subject
        .. ".lua")(dialects)) do
        assert(not names[vector.name], "a name occurs twice: " .. vector.name)
        names[vector.name] = true

        it(vector.name, function()
          for _, way in ipairs(ways(vector)) do
            if vector.ask ~= "create" then
              check(vector, "stream", way)
            end
          end
          if vector.ask ~= "stream" then
            check(vector, "create", ways(vector)[1])
          end
        end)
      end
    end)
  end
end)

---------------------------------------------------------------------------
-- ways to read a stream

describe("the pieces of an answer", function()
  local raw = during_tests(servers.raw)

  -- Thoughts, text and a refusal in one event.
  local EVENTS = { dialects.chunk('{"reasoning_content":"so","content":"Rime",'
    .. '"refusal":"No."}'), dialects.chunk('{"content":" ice"}', "stop"),
    "[DONE]" }
  local ALL = { "reasoning:so", "text:Rime", "refusal:No.", "text: ice" }

  local opened = 0

  local function open(options)
    opened = opened + 1
    local client = indoxhub.new { api_key = "indox-test", max_retries = 0,
      base_url = raw:script("pieces" .. opened,
        ways { events = EVENTS }[1][2]) }
    return indoxhub.assert(client.chat:stream({ messages = MESSAGES },
      options or { reasoning = true }))
  end

  -- Reads with a function that returns a piece and its kind; nil at the end.
  local function collect(next_piece)
    local found = {}
    while true do
      local piece, kind = next_piece()
      if kind ~= "pending" then
        if not piece then
          assert.is_nil(kind)
          return found
        end
        found[#found + 1] = kind .. ":" .. piece
      end
    end
  end

  it("come one by one, however they are read", function()
    local stream = open()
    assert.same(ALL, collect(function() return stream:next() end))
    stream = open()
    assert.same(ALL, collect(function() return stream:try_next() end))
    local found = {}
    for piece, kind in open() do
      found[#found + 1] = kind .. ":" .. piece
    end
    assert.same(ALL, found)
    local thread = open():coroutine()
    assert.same(ALL, collect(function()
      local _, piece, kind = coroutine.resume(thread)
      if coroutine.status(thread) == "suspended" then
        return piece, kind
      end
    end))
  end)

  it("come without thoughts where nobody asked for them", function()
    local stream = open {}
    assert.same({ "text:Rime", "refusal:No.", "text: ice" },
      collect(function() return stream:next() end))
    local reply = stream:reply()
    assert.equal("so", reply.reasoning_content)
    assert.equal("No.", reply.refusal)
    assert.equal("Rime ice", reply.data)
  end)

  it("are left with what they took when the stream is closed", function()
    local client = indoxhub.new { api_key = "indox-test", max_retries = 0,
      base_url = raw:script("closed", { { "body" }, { "send",
        servers.EVENTS_HEAD .. "data: " .. dialects.chunk('{"content":"Rime"}',
          nil, nil, '"usage":{"prompt_tokens":5,"completion_tokens":1}')
        .. "\n\n" }, { "hold" } }) }
    local stream = indoxhub.assert(client.chat:stream { messages = MESSAGES })
    assert.equal("Rime", stream:next())
    stream:close()
    local _, err = stream:reply()
    assert.equal("cancelled", err.kind)
    assert.equal("Rime", err.partial)
    assert.equal(5, err.usage.tokens_prompt)
    assert.equal(1, err.usage.tokens_completion)
  end)

  it("are not lost when the connection of `create` breaks", function()
    local client = indoxhub.new { api_key = "indox-test", max_retries = 0,
      base_url = raw:script("broken",
        servers.CHUNKED_HEAD .. servers.chunk("data: "
          .. dialects.chunk('{"content":"Rime"}', nil, nil,
            '"usage":{"prompt_tokens":5,"completion_tokens":1}')
          .. "\n\ndata: {")) }
    local _, err = client.chat:create { messages = MESSAGES }
    assert.equal("truncated", err.kind)
    assert.equal("closed", err.code)
    assert.equal("Rime", err.partial)
    assert.equal(5, err.usage.tokens_prompt)
  end)

  it("end `create` as they end a stream, when their end is missing", function()
    local script = { { "body" }, { "send", servers.reply("200 OK",
      "text/event-stream", "data: " .. dialects.chunk('{"content":"Rime"}')
        .. "\n\n") } }
    local client = indoxhub.new { api_key = "indox-test", max_retries = 0,
      base_url = raw:script("endless", script) }
    local _, err = client.chat:create { messages = MESSAGES }
    local stream = indoxhub.assert(client.chat:stream { messages = MESSAGES })
    local _, why = stream:reply()
    assert.equal("truncated", err.kind)
    assert.equal("Rime", err.partial)
    for _, field in ipairs { "kind", "code", "message", "partial" } do
      assert.equal(why[field], err[field])
    end
  end)
end)
