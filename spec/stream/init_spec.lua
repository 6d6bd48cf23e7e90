-- Streams over real connections: the ways to read one.
local events = require "spec.support.events"
local indoxhub = require "indoxhub"
local misuse = require "spec.support.misuse"
local raw_server = require "spec.support.raw_server"
local servers = require "spec.support.servers"
local streams = require "spec.support.streams"

local MESSAGES = streams.MESSAGES
local collect, whole = streams.collect, streams.whole
local IS_PUC_51 = _VERSION == "Lua 5.1" and not rawget(_G, "jit")

describe("a stream", function()
  local raw = raw_server()
  local open, client_for = streams.of(raw)

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

  it("wants its methods called with a colon", function()
    local stream = open("dot", whole(events.answer("a", "b")))
    for _, method in ipairs { "next", "try_next", "events", "reply",
      "coroutine", "close" } do
      local said = ("call it with a colon, as stream:%s(%s)")
        :format(method, method == "coroutine" and "..." or "")
      misuse(said, function() stream[method]() end)
      misuse(said, function() stream[method]({ wait = false }) end)
      misuse(said, function() stream[method]("a") end)
    end
    assert.equal("ab", stream:reply().data)
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

  it("is read by one task at a time", function()
    local stream = open("shared", { { "body" }, { "send",
      servers.EVENTS_HEAD .. events.created }, { "hold" } })
    local told = {}
    local kept = indoxhub.on_error
    finally(function()
      indoxhub.on_error = kept
    end)
    indoxhub.on_error = function(err)
      told[#told + 1] = err
    end
    local readers = {}
    for i = 1, 2 do
      readers[i] = indoxhub.spawn(function() return stream:next() end)
    end
    -- Which comes first to waiting depends on who is given way to.
    servers.wait_until(function()
      indoxhub.step()
      return #told > 0
    end)
    local is_first = readers[1]:status() == "pending"
    local reading = is_first and readers[1] or readers[2]
    local refused = is_first and readers[2] or readers[1]
    assert.equal("failed", refused:status())
    assert.matches("another task is reading this stream", told[1])
    reading:cancel()
    assert.is_nil((reading:await()))
    assert.equal(1, #told)
  end)
end)
