-- Streams over real connections: what a reader gets, and what it gets when
-- things break.
local events = require "spec.support.events"
local indoxhub = require "indoxhub"
local loop = require "indoxhub.loop"
local servers = require "spec.support.servers"

local MESSAGES = { { role = "user", content = "go" } }
local IS_PUC_51 = _VERSION == "Lua 5.1" and not rawget(_G, "jit")

describe("a stream", function()
  local raw

  setup(function()
    raw = servers.raw()
  end)

  teardown(function()
    raw:stop()
  end)

  -- A client whose every call runs a script.
  local function client_for(name, steps, options)
    local settings = { api_key = "indox-test" }
    for option, value in pairs(options or {}) do
      settings[option] = value
    end
    settings.base_url = raw:script(name, steps)
    return indoxhub.new(settings)
  end

  local function open(name, steps, options, call_options)
    return indoxhub.assert(client_for(name, steps, options).chat:stream(
      { messages = MESSAGES }, call_options))
  end

  local function collect(stream)
    local pieces = {}
    while true do
      local piece, err = stream:next()
      if not piece then
        return pieces, err
      end
      pieces[#pieces + 1] = piece
    end
  end

  -- A chunked stream that ends as it should.
  local function whole(text)
    return { { "body" }, { "send", servers.CHUNKED_HEAD ..
      servers.chunk(text) .. servers.LAST_CHUNK } }
  end

  it("asks for a stream and hands out its pieces", function()
    local stream = open("plain", whole(events.answer("Hel", "lo", " you")))
    assert.same({ "Hel", "lo", " you" }, (collect(stream)))
    local got = raw:got("plain")
    assert.truthy(got:find("POST /plain/chat/completions ", 1, true))
    assert.truthy(got:find('"stream":true', 1, true))
    assert.truthy(got:find("Accept: text/event-stream", 1, true))
  end)

  it("can be looped over", function()
    local pieces = {}
    for delta, kind in open("for", whole(events.answer("a", "b"))) do
      pieces[#pieces + 1] = delta .. ":" .. kind
    end
    assert.same({ "a:text", "b:text" }, pieces)
  end)

  it("ends for good", function()
    local stream = open("end", whole(events.answer("a")))
    collect(stream)
    assert.is_nil((stream:next()))
    assert.is_nil((stream:try_next()))
    assert.is_nil((stream()))
    assert.equal("a", stream:reply().data)
  end)

  it("amounts to the reply of create", function()
    local reply = open("reply", whole(events.answer("Hel", "lo"))):reply()
    assert.equal("Hello", reply.data)
    assert.equal("m", reply.model)
    assert.equal("r-1", reply.request_id)
    assert.equal(7, reply.usage.tokens_total)
    assert.is_true(reply.success)
    assert.equal(200, indoxhub.meta(reply).status)
  end)

  it("knows its id once the server told it", function()
    local stream = open("id", whole(events.answer("a")))
    assert.is_nil(stream.id)
    stream:next()
    assert.equal("r-1", stream.id)
  end)

  it("arrives whole however it is cut on the way", function()
    local text = events.answer("Rain", " and", " \\u00e6\\ud83c\\udf27",
      "\\n\\\"quoted\\\"", " end")
    local stream = open("bytes", { { "body" },
      { "send", servers.EVENTS_HEAD }, { "each", text } })
    assert.equal("Rain and \195\166\240\159\140\167\n\"quoted\" end",
      stream:reply().data)
  end)

  it("decodes escapes the same way in the first event and in later ones",
    function()
      local piece = "\\u00e9\\t\\/\\\\\\ud83d\\ude00 x"
      local decoded = "\195\169\t/\\\240\159\152\128 x"
      local pieces = collect(open("escapes",
        whole(events.answer(piece, piece, piece, "y", piece))))
      assert.same({ decoded, decoded, decoded, "y", decoded }, pieces)
    end)

  it("keeps order and text when every event differs", function()
    local frames, expected = {}, {}
    for i = 1, 300 do
      frames[i] = events.frame(('{"type":"response.content_part.delta",' ..
        '"sequence_number":%d,"delta":"%d "}'):format(i, i))
      expected[i] = i .. " "
    end
    local stream = open("numbered",
      whole(table.concat(frames) .. events.completed .. events.done))
    assert.equal(table.concat(expected), stream:reply().data)
  end)

  it("mixes events that differ with ones that do not", function()
    local frames = {}
    for i = 1, 200 do
      frames[#frames + 1] = events.delta(i % 7 == 0 and "" or "t" .. i .. " ")
      if i % 50 == 0 then
        frames[#frames + 1] = events.frame('{"type":"response.new.thing"}')
          .. ": a comment\n\n"
      end
    end
    local expected = {}
    for i = 1, 200 do
      expected[#expected + 1] = i % 7 == 0 and "" or "t" .. i .. " "
    end
    local stream = open("mixed",
      whole(table.concat(frames) .. events.completed .. events.done))
    assert.equal(table.concat(expected), stream:reply().data)
  end)

  it("stops at the terminator and keeps the connection for the next call",
    function()
      local text = events.answer("a") .. events.delta("AFTER")
      local client = client_for("keep", { { "body" }, { "send",
        servers.CHUNKED_HEAD .. servers.chunk(text) .. servers.LAST_CHUNK },
        { "again" } })
      for _ = 1, 3 do
        local stream = indoxhub.assert(
          client.chat:stream { messages = MESSAGES })
        assert.equal("a", stream:reply().data)
      end
      local _, connections = raw:got("keep"):gsub("POST ", "")
      assert.equal(3, connections)
    end)

  it("does not wait for the server to close after the terminator", function()
    local stream = open("linger", { { "body" }, { "send",
      servers.CHUNKED_HEAD .. servers.chunk(events.answer("a")) },
      { "hold" } })
    assert.equal("a", stream:reply().data)
    assert.is_nil((stream:next()))
  end)

  it("is whole when the connection ends after a terminal event", function()
    local stream = open("noterminator", { { "body" }, { "send",
      servers.EVENTS_HEAD .. events.delta("a") .. events.completed } })
    assert.equal("a", stream:reply().data)
  end)

  it("is whole when the connection breaks after a terminal event", function()
    local stream = open("brokenlate", { { "body" }, { "send",
      servers.CHUNKED_HEAD .. servers.chunk(events.delta("a")
        .. events.completed) }, { "sleep", 50 }, { "reset" } })
    assert.equal("a", stream:reply().data)
  end)

  it("that breaks counts as a try", function()
    local stream = open("counted", { { "body" }, { "send",
      servers.EVENTS_HEAD .. events.delta("a") } })
    local _, err = stream:reply()
    assert.equal("truncated", err.kind)
    assert.equal(1, #err.attempts)
    assert.equal("closed", err.attempts[1].code)
  end)

  it("of a server that does not stream has one piece", function()
    local stream = open("json", { { "body" }, { "send", servers.reply("200 OK",
      "application/json", '{"request_id":"q","data":"All at once.",' ..
      '"usage":{"tokens_total":3}}') } })
    assert.same({ "All at once." }, (collect(stream)))
    assert.equal(3, stream:reply().usage.tokens_total)
  end)

  it("hands out reasoning when asked to", function()
    local text = events.created .. events.reasoning("hm ")
      .. events.reasoning("yes") .. events.delta("Answer")
      .. events.completed .. events.done
    local quiet = open("quiet", whole(text))
    assert.same({ "Answer" }, (collect(quiet)))
    assert.equal("hm yes", quiet:reply().reasoning_content)
    local loud = open("loud", whole(text), nil, { reasoning = true })
    local seen = {}
    for delta, kind in loud do
      seen[#seen + 1] = kind .. "=" .. delta
    end
    assert.same({ "reasoning=hm ", "reasoning=yes", "text=Answer" }, seen)
    assert.equal("Answer", loud:reply().data)
  end)

  describe("read event by event", function()
    it("shows every decoded event", function()
      local types = {}
      for event in open("events", whole(events.answer("a", "b"))):events() do
        types[#types + 1] = event.type .. (event.delta or "")
      end
      assert.same({ "response.created", "response.content_part.deltaa",
        "response.content_part.deltab", "response.done" }, types)
    end)

    it("still amounts to a reply", function()
      local stream = open("events2", whole(events.answer("a", "b")))
      for _ in stream:events() do
        assert.is_true(true)
      end
      assert.equal("ab", stream:reply().data)
    end)

    it("raises when it breaks", function()
      local stream = open("events3", { { "body" }, { "send",
        servers.EVENTS_HEAD .. events.delta("a") } })
      local ok, err = pcall(function()
        for _ in stream:events() do
          assert.is_true(true)
        end
      end)
      assert.is_false(ok)
      assert.truthy(tostring(err):find("truncated", 1, true))
    end)
  end)

  describe("that breaks", function()
    local function broken(name, steps, options, call_options)
      local stream = open(name, steps, options, call_options)
      local pieces, err = collect(stream)
      assert.is_table(err)
      local _, again = stream:next()
      assert.equal(err, again) -- and it stays broken
      local reply, why = stream:reply()
      assert.is_nil(reply)
      assert.equal(err, why)
      return err, table.concat(pieces)
    end

    local BEGIN = events.created .. events.delta("par") .. events.delta("tial")

    it("by ending early is truncated and keeps the text so far", function()
      local err, text = broken("cut", { { "body" },
        { "send", servers.EVENTS_HEAD .. BEGIN } })
      assert.equal("truncated", err.kind)
      assert.equal("partial", err.partial)
      assert.equal("partial", text)
      assert.equal("chat.stream", err.operation)
    end)

    it("by ending inside a chunk is truncated", function()
      local err = broken("chunk", { { "body" }, { "send",
        servers.CHUNKED_HEAD .. servers.chunk(BEGIN) .. "ff\r\ndata: {" } })
      assert.equal("truncated", err.kind)
      assert.equal("partial", err.partial)
    end)

    it("by ending inside an event discards that event", function()
      local err, text = broken("event", { { "body" }, { "send",
        servers.EVENTS_HEAD .. BEGIN .. events.delta("never"):sub(1, -2) } })
      assert.equal("truncated", err.kind)
      assert.equal("partial", text)
    end)

    it("by a reset is truncated", function()
      local err = broken("reset", { { "body" }, { "send",
        servers.CHUNKED_HEAD .. servers.chunk(BEGIN) }, { "sleep", 50 },
        { "reset" } })
      assert.equal("truncated", err.kind)
      assert.equal("reset", err.code)
      assert.equal("partial", err.partial)
    end)

    it("by silence is a timeout", function()
      local err = broken("silent", { { "body" }, { "send",
        servers.CHUNKED_HEAD .. servers.chunk(BEGIN) }, { "hold" } },
        { timeout = { idle = 0.15 } })
      assert.equal("timeout", err.kind)
      assert.equal("idle", err.code)
      assert.equal("partial", err.partial)
    end)

    it("by an error event tells it", function()
      local err = broken("error", whole(BEGIN ..
        events.frame('{"error":{"message":"no more","code":"overloaded"}}')))
      assert.equal("unavailable", err.kind)
      assert.equal("overloaded", err.code)
      assert.truthy(tostring(err):find("no more", 1, true))
      assert.equal("partial", err.partial)
    end)

    it("by an unreadable event is a protocol error", function()
      local err = broken("garbled", whole(BEGIN ..
        events.frame('{"type":"response.content_part.delta","delta":"x')))
      assert.equal("protocol", err.kind)
      assert.equal("partial", err.partial)
    end)

    it("by an event beyond the limit says which limit", function()
      local err = broken("huge", { { "body" }, { "send", servers.CHUNKED_HEAD
        .. servers.chunk(BEGIN) }, { "send", ("%x\r\ndata: "):format(10006) },
        { "repeat", 10000, "x" } }, { max_event_bytes = 5000 })
      assert.equal("limit", err.kind)
      assert.equal("event", err.code)
      assert.equal("partial", err.partial)
    end)

    it("raises out of a loop, with a line that says so", function()
      local stream = open("raise", { { "body" },
        { "send", servers.EVENTS_HEAD .. BEGIN } })
      local text = {}
      local ok, err = pcall(function()
        for delta in stream do
          text[#text + 1] = delta
        end
      end)
      assert.is_false(ok)
      assert.equal("partial", table.concat(text))
      assert.truthy(tostring(err):find("^chat.stream: truncated: "))
    end)

    it("closes the connection", function()
      broken("left", { { "body" }, { "send", servers.CHUNKED_HEAD
        .. servers.chunk(BEGIN .. events.frame('{"error":"x"}')) },
        { "hold" } })
      servers.wait_until(function()
        return raw:gone("left") == 1
      end, "the server to notice")
    end)
  end)

  it("tells that the server died, and what came before", function()
    local sandbox = servers.sandbox("--pace 0.02")
    local client = indoxhub.new { api_key = "indox-test",
      base_url = sandbox.url }
    local stream = indoxhub.assert(client.chat:stream {
      messages = { { role = "user", content = "count to 1000" } } })
    local text = {}
    for i = 1, 5 do
      text[i] = assert(stream:next())
    end
    servers.kill(sandbox)
    local reply, err = stream:reply()
    assert.is_nil(reply)
    assert.equal("truncated", err.kind)
    assert.equal(table.concat(text), err.partial:sub(1, #table.concat(text)))
    assert.truthy(tostring(err):find("truncated", 1, true))
  end)

  describe("closed by its reader", function()
    local function running(name)
      return open(name, { { "body" }, { "send", servers.CHUNKED_HEAD ..
        servers.chunk(events.created .. events.delta("a")) }, { "hold" } })
    end

    it("ends the transfer at once", function()
      local stream = running("closed")
      assert.equal("a", stream:next())
      stream:close()
      local piece, err = stream:next()
      assert.is_nil(piece)
      assert.equal("cancelled", err.kind)
      assert.equal("a", err.partial)
      stream:close()
      servers.wait_until(function()
        return raw:gone("closed") == 1
      end, "the server to notice")
    end)

    it("tells the server to stop", function()
      local stream = running("stopping")
      stream:next()
      stream:close()
      servers.wait_until(function()
        loop.look()
        return raw:got("stopping"):find(
          "POST /stopping/chat/stop-stream/r-1 ", 1, true) ~= nil
      end, "the stop call")
    end)

    it("is what dropping it does, without a stop call", function()
      local stream = running("collected")
      stream:next()
      stream = nil -- luacheck: ignore 311
      collectgarbage()
      collectgarbage()
      servers.wait_until(function()
        return raw:gone("collected") == 1
      end, "the server to notice")
      assert.is_nil(raw:got("collected"):find("stop-stream", 1, true))
    end)

    it("does not change one that has ended", function()
      local stream = open("ended", whole(events.answer("a")))
      local reply = stream:reply()
      stream:close()
      assert.equal(reply, stream:reply())
    end)
  end)

  describe("read without waiting", function()
    it("says that nothing is there yet", function()
      local stream = open("pending", { { "body" }, { "send",
        servers.CHUNKED_HEAD }, { "send", servers.chunk(events.created) },
        { "sleep", 100 }, { "send", servers.chunk(events.delta("late")) },
        { "sleep", 100 }, { "send", servers.chunk(events.completed
          .. events.done) .. servers.LAST_CHUNK } })
      local seen, pendings = {}, 0
      servers.wait_until(function()
        local piece, kind = stream:try_next()
        if kind == "pending" then
          pendings = pendings + 1
        elseif piece then
          seen[#seen + 1] = piece
        end
        return not piece and kind ~= "pending"
      end, "the end")
      assert.same({ "late" }, seen)
      assert.is_true(pendings > 0)
      assert.equal("late", stream:reply().data)
    end)

    it("tells of the break like any other reader", function()
      local stream = open("pendingbreak", { { "body" },
        { "send", servers.EVENTS_HEAD .. events.delta("a") } })
      local failure
      servers.wait_until(function()
        local piece, kind = stream:try_next()
        failure = not piece and kind ~= "pending" and kind
        return failure
      end, "the break")
      assert.equal("truncated", failure.kind)
    end)
  end)

  describe("as a coroutine", function()
    it("yields deltas and returns the reply", function()
      local co = open("co", whole(events.answer("a", "b"))):coroutine()
      assert.same({ true, "a", "text" }, { coroutine.resume(co) })
      assert.same({ true, "b", "text" }, { coroutine.resume(co) })
      local ok, reply = coroutine.resume(co)
      assert.is_true(ok)
      assert.equal("ab", reply.data)
      assert.equal("dead", coroutine.status(co))
    end)

    it("never makes a frame loop wait", function()
      local stream = open("frames", { { "body" }, { "send",
        servers.CHUNKED_HEAD .. servers.chunk(events.created) },
        { "sleep", 60 }, { "send", servers.chunk(events.delta("a")) },
        { "sleep", 60 }, { "send", servers.chunk(events.delta("b")
          .. events.completed .. events.done) .. servers.LAST_CHUNK } })
      local co = stream:coroutine { wait = false }
      local text, frames, reply = {}, 0, nil
      servers.wait_until(function()
        indoxhub.step(0.002)
        frames = frames + 1
        local ok, delta, kind = coroutine.resume(co)
        assert.is_true(ok)
        if coroutine.status(co) == "dead" then
          reply = delta
        elseif kind ~= "pending" then
          text[#text + 1] = delta
        end
        return reply
      end, "the reply")
      assert.same({ "a", "b" }, text)
      assert.equal("ab", reply.data)
      assert.is_true(frames > 3)
    end)

    it("gives the error of a broken stream", function()
      local co = open("cobreak", { { "body" },
        { "send", servers.EVENTS_HEAD .. events.delta("a") } }):coroutine()
      coroutine.resume(co)
      local ok, err = coroutine.resume(co)
      assert.is_false(ok)
      assert.equal("truncated", err.kind)
    end)
  end)

  describe("in a task", function()
    it("lets others run while it waits", function()
      local slow = client_for("slow", { { "body" }, { "send",
        servers.CHUNKED_HEAD .. servers.chunk(events.created) },
        { "sleep", 150 }, { "send", servers.chunk(events.delta("slow")
          .. events.completed .. events.done) .. servers.LAST_CHUNK } })
      local quick = client_for("quick", whole(events.answer("quick")))
      local order = {}
      local function ask(client)
        return function()
          local reply = indoxhub.assert(indoxhub.assert(client.chat:stream {
            messages = MESSAGES })):reply()
          order[#order + 1] = reply.data
          return reply.data
        end
      end
      local results = indoxhub.gather { ask(slow), ask(quick) }
      assert.same({ "slow", "quick" }, results)
      assert.same({ "quick", "slow" }, order)
    end)

    it("ends with the task's cancellation", function()
      local client = client_for("cancel", { { "body" }, { "send",
        servers.CHUNKED_HEAD .. servers.chunk(events.delta("a")) },
        { "hold" } })
      local is_open = false
      local task = indoxhub.spawn(function()
        local stream = indoxhub.assert(
          client.chat:stream { messages = MESSAGES })
        is_open = true
        local pieces, err = collect(stream)
        local late, refused = client.user:health()
        return { pieces = pieces, err = err, late = late, refused = refused }
      end)
      servers.wait_until(function()
        indoxhub.step()
        return is_open
      end, "the stream")
      task:cancel()
      local seen = task:await()
      assert.equal("cancelled", seen.err.kind)
      assert.is_nil(seen.late)
      assert.equal("cancelled", seen.refused.kind)
      servers.wait_until(function()
        return raw:gone("cancel") == 1
      end, "the server to notice")
    end)

    it("can be looped over where the interpreter allows it", function()
      local client = client_for("taskfor", whole(events.answer("a", "b")))
      local ok, result = pcall(indoxhub.run, function()
        local text = {}
        for delta in indoxhub.assert(
          client.chat:stream { messages = MESSAGES }) do
          text[#text + 1] = delta
        end
        return table.concat(text)
      end)
      if IS_PUC_51 then
        assert.is_false(ok)
        assert.truthy(result:find("use `while true do local delta = ...`", 1,
          true))
      else
        assert.is_true(ok)
        assert.equal("ab", result)
      end
    end)
  end)

  it("is none when the server sent something else", function()
    local client = client_for("denied", { { "body" }, { "send",
      servers.reply("200 OK", "text/plain", "Access denied") } })
    local stream, err = client.chat:stream { messages = MESSAGES }
    assert.is_nil(stream)
    assert.equal("protocol", err.kind)
  end)

  it("is broken by an error that nobody framed as an event", function()
    for _, rest in ipairs { "", "data: [DONE]\n\n" } do
      local stream = open("unframed", whole(events.created
        .. events.delta "Hel" .. '{"error":{"message":"the worker crashed",'
        .. '"code":503}}\n\n' .. rest))
      local reply, err = stream:reply()
      assert.is_nil(reply)
      assert.equal("unavailable", err.kind)
      assert.equal("the worker crashed", err.message)
      assert.equal("Hel", err.partial)
    end
  end)

  it("is read by one task at a time", function()
    local stream = open("shared", { { "body" }, { "send",
      servers.EVENTS_HEAD .. events.created }, { "hold" } })
    local first = indoxhub.spawn(function() return stream:next() end)
    local second = indoxhub.spawn(function() return stream:next() end)
    assert.matches("another task is reading this stream",
      select(2, pcall(second.await, second)))
    first:cancel()
    assert.is_nil((first:await()))
  end)

  it("lets others go on when all that has come is taken each time", function()
    local stream = open("without_end", { { "body" }, { "send",
      servers.EVENTS_HEAD .. events.created },
      { "repeat", 1e9, events.delta("0123456789") } })
    local count, slept = 0, false
    indoxhub.run(function()
      indoxhub.spawn(function()
        indoxhub.sleep(0.01)
        slept = true
      end)
      for _ = 1, 100 do -- so that no round ends where a batch does
        assert(stream:next())
      end
      while not slept and count < 3e6 do
        assert(stream:next())
        local taken = 1
        while taken < 256 and stream:try_next() do
          taken = taken + 1
        end
        count = count + taken
      end
      stream:close()
    end)
    assert.is_true(slept, count .. " pieces")
  end)

  it("does not grow memory for a slow reader", function()
    local stream = open("flood", { { "body" }, { "send", servers.EVENTS_HEAD ..
      events.created }, { "repeat", 100000, events.delta("0123456789") },
      { "send", events.completed .. events.done } })
    local count, most = 0, 0
    while stream:next() do
      count = count + 1
      if count % 1000 == 0 then
        loop.look() -- much more could arrive than is read
        most = math.max(most, stream._transfer:waiting())
      end
    end
    assert.equal(100000, count)
    assert.is_true(most <= 512 * 1024 + 16 * 1024, "waiting: " .. most)
    assert.equal(1000000, #stream:reply().data)
  end)
end)
