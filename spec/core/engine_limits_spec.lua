-- What bounds the transfers of an engine: sizes, the reader's pace and time.
local core = require "indoxhub.core"
local engines = require "spec.support.engines"
local servers = require "spec.support.servers"

local step, step_until = engines.step, engines.step_until
local finish, read_all = engines.finish, engines.read_all

local MIB = 1024 * 1024

describe("core.engine", function()
  local raw, engine

  engines.for_tests(function(...)
    raw, engine = ...
  end)

  local function submit(url, fields)
    return engines.submit(engine, { method = "GET", url = url, headers = {} },
      fields)
  end

  describe("bounds", function()
    local SIZE = 8 * MIB

    local function big(name)
      return raw:script(name, {
        { "send", servers.head("200 OK", "application/octet-stream", SIZE) },
        { "repeat", SIZE / 8, "abcdefgh" } })
    end

    it("a step by bytes", function()
      local url = big("bounded")
      local transfer = submit(url)
      local before, most = 0, 0
      local deadline = core.now() + 20
      repeat
        engine:step({}, 1, 64 * 1024, 0.05)
        local now = transfer:waiting()
        most = math.max(most, now - before)
        before = now
      until transfer:result() or core.now() > deadline
      assert.equal("complete", transfer:result().ended)
      assert.equal(SIZE, #transfer:read())
      -- The budget may be passed by what one call of libcurl hands over.
      assert.is_true(most <= 64 * 1024 + 16 * 1024, "one step brought " .. most)
    end)

    it("what waits for a slow reader, and loses nothing of it", function()
      local url = big("paced")
      local transfer = submit(url, { paced = true, queue_bytes = 256 * 1024 })
      local function is_full()
        return transfer:waiting() >= 256 * 1024
      end
      step_until(engine, is_full, "a full queue")
      for _ = 1, 50 do
        step(engine, 0)
      end
      assert.is_true(transfer:waiting() <= 256 * 1024 + 16 * 1024)
      local whole = read_all(engine, transfer)
      assert.equal(SIZE, #whole)
      assert.equal(("abcdefgh"):rep(SIZE / 8), whole)
    end)

    it("the size of a body that is read whole", function()
      local result = finish(engine, submit(big("limited"),
        { max_bytes = MIB }))
      assert.equal("body_limit", result.ended)
    end)

    it("the size of a head", function()
      local url = raw:script("head", { { "send", "HTTP/1.1 200 OK\r\n" },
        { "repeat", 100, "X-Filler: " .. ("x"):rep(4000) .. "\r\n" },
        { "send", "\r\n" } })
      assert.equal("head_limit", finish(engine, submit(url)).ended)
    end)
  end)

  it("does not take a pause of its own for silence", function()
    local body = ("x"):rep(300 * 1024)
    local url = raw:script("eager", {
      { "send", servers.reply("200 OK", "text/plain", body) } })
    local transfers = {}
    for i = 1, 8 do
      transfers[i] = submit(url, { paced = true, idle = 0.3 })
    end
    step_until(engine, function()
      for i = 1, 8 do
        if not transfers[i]:status() then
          return false
        end
      end
      return true
    end, "all heads")
    -- Longer than the timeout, and then little at a time.
    os.execute("sleep 0.5")
    local lengths = {}
    local deadline = core.now() + 20
    for i = 1, 8 do
      lengths[i] = 0
      while not (transfers[i]:result() and transfers[i]:waiting() == 0) do
        assert.is_true(core.now() < deadline, "waited too long")
        engine:step({}, nil, 4096, 0.05)
        lengths[i] = lengths[i] + #transfers[i]:read()
      end
      assert.equal("complete", transfers[i]:result().ended)
      assert.equal(#body, lengths[i])
    end
  end)

  it("ends what passes a limit while it is resumed", function()
    local url = raw:script("tiny", {
      { "send", servers.reply("200 OK", "text/plain", "x") }, { "again" } })
    finish(engine, submit(url)) -- a connection to be used again
    raw:script("huge", { { "send", servers.reply("200 OK", "text/plain",
      ("x"):rep(4 * MIB)) }, { "again" } })
    for _ = 1, 5 do
      local transfer = submit(raw:base("huge"), { max_bytes = 20000 })
      local deadline = core.now() + 20
      while not transfer:result() or engine:busy() do
        assert.is_true(core.now() < deadline, "waited too long")
        engine:step({}, nil, 1, 0.05)
      end
      assert.equal("body_limit", transfer:result().ended)
      assert.equal(0, engine:running())
      assert.is_true(transfer:told() > 0)
    end
    assert.equal("complete", finish(engine, submit(url)).ended)
  end)

  describe("timeouts", function()
    it("tell a server that does not begin to answer", function()
      local url = raw:script("mute", { { "hold" } })
      assert.equal("first_byte", finish(engine, submit(url,
        { first_byte = 0.1, idle = 60, connect = 60 })).ended)
    end)

    it("tell a server that stops in the middle", function()
      local url = raw:script("stall", { { "send", servers.CHUNKED_HEAD ..
        servers.chunk("x") }, { "hold" } })
      assert.equal("idle", finish(engine, submit(url,
        { first_byte = 60, idle = 0.1 })).ended)
    end)

    it("count a head without a body as no answer yet", function()
      local url = raw:script("headonly", { { "send", servers.CHUNKED_HEAD },
        { "hold" } })
      assert.equal("first_byte", finish(engine, submit(url,
        { first_byte = 0.1, idle = 60 })).ended)
    end)

    it("bound the whole exchange", function()
      local steps = { { "send", servers.CHUNKED_HEAD } }
      for _ = 1, 2000 do
        steps[#steps + 1] = { "send", servers.chunk("x") }
        steps[#steps + 1] = { "sleep", 10 }
      end
      assert.equal("total", finish(engine, submit(raw:script("drip", steps),
        { total = 0.2, idle = 60 })).ended)
    end)

    it("do not end a slow but living stream", function()
      local steps = { { "send", servers.CHUNKED_HEAD } }
      for _ = 1, 8 do
        steps[#steps + 1] = { "send", servers.chunk("x") }
        steps[#steps + 1] = { "sleep", 50 }
      end
      steps[#steps + 1] = { "send", servers.LAST_CHUNK }
      assert.equal("complete", finish(engine, submit(
        raw:script("living", steps), { idle = 10, first_byte = 10 })).ended)
    end)

    it("do not run while a full queue holds the transfer", function()
      local url = raw:script("patient", {
        { "send", servers.head("200 OK", "text/plain", 4 * MIB) },
        { "repeat", 4 * MIB, "x" } })
      local transfer = submit(url, { paced = true, queue_bytes = 64 * 1024,
        idle = 0.1 })
      step_until(engine, function()
        return transfer:waiting() >= 64 * 1024
      end, "a full queue")
      local until_when = core.now() + 0.5
      repeat
        step(engine, 0.1)
      until core.now() > until_when
      assert.is_nil(transfer:result())
      assert.equal(4 * MIB, #read_all(engine, transfer))
      assert.equal("complete", transfer:result().ended)
    end)

    it("tell a handshake that does not end", function()
      raw:script("tls", { { "hold" } })
      local url = raw:base("any", "https")
      assert.equal("connect", finish(engine, submit(url,
        { connect = 0.2 })).ended)
    end)

    it("let an abandoned transfer run on for a bounded time only", function()
      local transfer = submit(raw:script("linger", { { "hold" } }))
      step(engine)
      transfer:linger(0.1)
      assert.equal("total", finish(engine, transfer).ended)
    end)
  end)
end)
