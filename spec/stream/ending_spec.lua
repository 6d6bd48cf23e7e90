-- How streams end over real connections: whole, broken, or closed.
local events = require "spec.support.events"
local indoxhub = require "indoxhub"
local loop = require "indoxhub.loop"
local raw_server = require "spec.support.raw_server"
local servers = require "spec.support.servers"
local streams = require "spec.support.streams"

local MESSAGES = streams.MESSAGES
local collect, whole = streams.collect, streams.whole

describe("a stream", function()
  local raw = raw_server()
  local open, client_for = streams.of(raw)

  it("ends for good", function()
    local stream = open("end", whole(events.answer("a")))
    collect(stream)
    assert.is_nil((stream:next()))
    assert.is_nil((stream:try_next()))
    assert.is_nil((stream()))
    assert.equal("a", stream:reply().data)
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
end)
