-- The engine through its Lua binding, against a server that does as it is told.
local core = require "indoxhub.core"
local servers = require "spec.support.servers"

local has_cqueues, cqueues = pcall(require, "cqueues")

local MIB = 1024 * 1024

-- Whether the engine's descriptor is readable, as another event loop sees it.
local function is_readable(engine)
  local self = { pollfd = engine:fd(), events = "r" }
  return cqueues.poll(self, 0) == self
end

local function step(engine, wait)
  return engine:step({}, nil, nil, wait or 0.05)
end

-- Steps until a condition holds.
local function step_until(engine, condition, what)
  local deadline = core.now() + 20
  while not condition() do
    assert.is_true(core.now() < deadline, "waited too long for " .. what)
    step(engine)
  end
end

-- Reads a paced transfer to its end.
local function read_all(engine, transfer)
  local pieces = {}
  step_until(engine, function()
    pieces[#pieces + 1] = transfer:read()
    return transfer:result() and transfer:waiting() == 0
  end, "the whole body")
  return table.concat(pieces)
end

local function finish(engine, transfer)
  step_until(engine, function()
    return transfer:result()
  end, "the end of a transfer")
  return transfer:result()
end

-- Sockets and the like of this process; pipes come and go with each look.
local function count_descriptors()
  local pipe = io.popen("for fd in /proc/$PPID/fd/*; do readlink $fd; " ..
    "done | grep -cE 'socket|anon_inode'")
  local n = tonumber(pipe:read("*a"))
  pipe:close()
  return n
end

describe("core.engine", function()
  local raw, engine

  setup(function()
    raw = servers.raw()
  end)

  teardown(function()
    raw:stop()
  end)

  before_each(function()
    engine = assert(core.engine())
  end)

  after_each(function()
    engine:close()
  end)

  local function submit(url, fields)
    local request = { method = "GET", url = url, headers = {} }
    for name, value in pairs(fields or {}) do
      request[name] = value
    end
    return assert(engine:submit(request))
  end

  it("carries a request out and an answer back", function()
    local url = raw:script("plain", {
      { "body" },
      { "send", servers.reply("201 Created", "text/plain", "hello") },
    })
    local transfer = submit(url .. "/x?y=1", { method = "POST",
      headers = { "X-One: 1", "Content-Type: text/plain" }, body = "a\0b" })
    assert.is_nil(transfer:status())
    local result = finish(engine, transfer)
    assert.equal("complete", result.ended)
    assert.equal(201, transfer:status())
    assert.equal("hello", transfer:read())
    assert.equal("", transfer:read())
    assert.equal(5, result.bytes_in)
    assert.equal(3, result.bytes_out)
    assert.equal(0, engine:running())
    local got = raw:got("plain")
    assert.truthy(got:find("^POST /plain/x%?y=1 HTTP/1.1\r\n"))
    assert.truthy(got:find("\r\nX-One: 1\r\n", 1, true))
    assert.equal("\r\n\r\na\0b", got:sub(-7))
  end)

  it("sends bodies of any size whole and without waiting for a go-ahead",
    function()
      local url = raw:script("large", { { "body" },
        { "send", servers.reply("200 OK", "text/plain", "ok") } })
      local body = ("0123456789abcdef"):rep(3 * MIB / 16)
      local result = finish(engine, submit(url,
        { method = "POST", body = body }))
      assert.equal("complete", result.ended)
      assert.equal(#body, result.bytes_out)
      local got = raw:got("large")
      assert.is_nil(got:find("Expect", 1, true))
      assert.equal(body, got:match("\r\n\r\n(.*)$"))
    end)

  it("reports the head of the last response only", function()
    local url = raw:script("interim", { { "send",
      "HTTP/1.1 100 Continue\r\nX-Early: 1\r\n\r\n" ..
      "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" ..
      servers.reply("200 OK", "text/plain", "hi", "X-Late: 2\r\n") } })
    local transfer = submit(url)
    finish(engine, transfer)
    assert.equal(200, transfer:status())
    assert.is_nil(transfer:head():find("X-Early", 1, true))
    assert.truthy(transfer:head():find("X-Late: 2", 1, true))
  end)

  it("leaves trailers out of the head", function()
    local url = raw:script("trailer", { { "send", servers.CHUNKED_HEAD ..
      servers.chunk("abc") .. "0\r\nX-Trailer: 1\r\n\r\n" } })
    local transfer = submit(url)
    finish(engine, transfer)
    assert.equal("abc", transfer:read())
    assert.is_nil(transfer:head():find("X-Trailer", 1, true))
  end)

  it("uses a connection again", function()
    local url = raw:script("again", {
      { "send", servers.reply("200 OK", "text/plain", "x") }, { "again" } })
    assert.equal(1, finish(engine, submit(url)).new_connections)
    assert.equal(0, finish(engine, submit(url)).new_connections)
  end)

  it("makes its descriptor readable when there is something to do", function()
    if not has_cqueues then
      return pending("needs cqueues")
    end
    local url = raw:script("slow", { { "sleep", 300 },
      { "send", servers.reply("200 OK", "text/plain", "x") } })
    assert.is_false(is_readable(engine))
    local transfer = submit(url)
    assert.is_true(is_readable(engine)) -- it waits to be started
    step_until(engine, function()
      return raw:got("slow") ~= ""
    end, "the request to arrive")
    step(engine, 0)
    step(engine, 0)
    assert.is_false(is_readable(engine)) -- the server sleeps
    cqueues.poll({ pollfd = engine:fd(), events = "r" }, 20)
    assert.is_true(is_readable(engine))
    finish(engine, transfer)
  end)

  it("rings its alarm", function()
    if not has_cqueues then
      return pending("needs cqueues")
    end
    engine:alarm(0)
    assert.is_true(is_readable(engine))
    engine:alarm(3600)
    assert.is_false(is_readable(engine))
    engine:alarm(0.01)
    cqueues.poll({ pollfd = engine:fd(), events = "r" }, 20)
    assert.is_true(is_readable(engine))
    engine:alarm()
    assert.is_false(is_readable(engine))
  end)

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

  it("lets what waits be read after the end, and forgets it then", function()
    local url = raw:script("plenty", { { "send", servers.reply("200 OK",
      "text/plain", ("x"):rep(MIB)) }, { "hold" } })
    local transfer = submit(url, { paced = true, queue_bytes = 65536 })
    step_until(engine, function()
      return transfer:waiting() >= 65536
    end, "a full queue")
    transfer:cancel()
    assert.is_true(#transfer:read() >= 65536)
    getmetatable(transfer).__gc(transfer)
    step(engine, 0)
    assert.equal(0, engine:running())
  end)

  it("finds an event whose end came while others were taken", function()
    local first, rest = "data: 1\n\ndata: 2", "2\n\ndata: 3\n\n"
    local url = raw:script("overlap", {
      { "send", "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
        .. "Connection: close\r\n\r\n" },
      { "send", first }, { "sleep", 100 }, { "send", rest } })
    local transfer = submit(url, { paced = true })
    local batch = {}
    step_until(engine, function()
      return transfer:waiting() == #first
    end, "the first piece")
    assert.equal(1, transfer:take(batch, 1, true))
    local left = transfer:waiting()
    step_until(engine, function()
      return transfer:waiting() == left + #rest
    end, "the rest")
    assert.equal(2, transfer:take(batch, 9, true))
    assert.equal("22", batch[1].data)
    assert.equal("3", batch[2].data)
  end)

  -- The server reads a whole request on a connection it has kept, and leaves.
  local function times_sent(name, fields)
    local keep = raw:script(name .. "-keep", { { "body" },
      { "send", servers.reply("200 OK", "text/plain", "x") }, { "again" } })
    finish(engine, submit(keep))
    local url = raw:script(name, { { "body" }, { "close" } })
    local result = finish(engine, submit(url, fields))
    assert.equal("curl", result.ended)
    local _, count = raw:got(name):gsub("HTTP/1.1\r\n", "")
    return count, result
  end

  it("sends once what may be billed, whatever libcurl thinks", function()
    local count, result = times_sent("bill", { method = "POST", body = "{}" })
    assert.equal(1, count)
    assert.is_true(result.sent_all)
    assert.truthy(result.text:find("before it answered", 1, true))
    assert.equal(1, (times_sent("empty", { method = "POST", body = "" })))
    assert.equal(1, (times_sent("drop", { method = "DELETE" })))
    assert.equal(1, (times_sent("form", { method = "POST",
      form = { { name = "a", data = "b" } } })))
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

  it("takes a step of no time as the least one", function()
    local transfer = submit(raw:script("tiny", {
      { "send", servers.reply("200 OK", "text/plain", "x") } }))
    local deadline = core.now() + 20
    while not transfer:result() do
      assert.is_true(core.now() < deadline, "waited too long")
      engine:step({}, 0)
    end
    assert.equal("x", transfer:read())
  end)

  it("starts many requests a few at a time and finishes them all", function()
    local url = raw:script("many", {
      { "send", servers.reply("200 OK", "text/plain", "x") } })
    local transfers = {}
    for i = 1, 100 do
      transfers[i] = submit(url)
    end
    assert.equal(100, engine:running())
    local before = count_descriptors()
    step(engine, 0)
    local opened = count_descriptors() - before
    assert.is_true(opened > 0 and opened <= 20, "opened: " .. opened)
    for i = 1, 100 do
      assert.equal("complete", finish(engine, transfers[i]).ended)
    end
    assert.equal(0, engine:running())
  end)

  it("names the transfers with news", function()
    local url = raw:script("news", {
      { "send", servers.reply("200 OK", "text/plain", "x") } })
    local one, two = submit(url), submit(url)
    local seen, news, deadline = {}, {}, core.now() + 20
    repeat
      for i = 1, assert(engine:step(news, nil, nil, 0.05)) do
        seen[news[i]] = true
      end
    until one:result() and two:result() or core.now() > deadline
    assert.is_true(seen[one:token()])
    assert.is_true(seen[two:token()])
    assert.are_not.equal(one:token(), two:token())
  end)

  describe("cancelling", function()
    local function held(name)
      return raw:script(name, { { "send", servers.CHUNKED_HEAD ..
        servers.chunk("data: 1\n\n") }, { "hold" } })
    end

    it("works before the start", function()
      local transfer = submit(held("early"))
      transfer:cancel()
      assert.equal("cancelled", transfer:result().ended)
      assert.equal(0, engine:running())
      step(engine, 0)
      assert.equal("", raw:got("early"))
    end)

    it("closes the connection in the middle of a body", function()
      local transfer = submit(held("middle"), { paced = true })
      step_until(engine, function()
        return transfer:waiting() > 0
      end, "bytes")
      transfer:cancel()
      assert.equal("cancelled", transfer:result().ended)
      servers.wait_until(function()
        return raw:gone("middle") == 1
      end, "the server to notice")
      assert.equal("data: 1\n\n", transfer:read()) -- what came is not lost
    end)

    it("works while a full queue holds the transfer", function()
      local url = raw:script("full", {
        { "send", servers.head("200 OK", "text/plain", MIB) },
        { "repeat", MIB, "x" }, { "hold" } })
      local transfer = submit(url, { paced = true, queue_bytes = 1000 })
      step_until(engine, function()
        return transfer:waiting() > 0
      end, "bytes")
      transfer:cancel()
      transfer:cancel()
      step(engine, 0)
      assert.equal("cancelled", transfer:result().ended)
    end)

    it("does nothing after the end", function()
      local transfer = submit(raw:script("over", {
        { "send", servers.reply("200 OK", "text/plain", "x") } }))
      finish(engine, transfer)
      transfer:cancel()
      assert.equal("complete", transfer:result().ended)
    end)

    it("is what collecting a transfer does", function()
      local transfer = submit(held("dropped"), { paced = true })
      step_until(engine, function()
        return transfer:waiting() > 0
      end, "bytes")
      transfer = nil -- luacheck: ignore 311
      collectgarbage()
      collectgarbage()
      assert.equal(0, engine:running())
      servers.wait_until(function()
        return raw:gone("dropped") == 1
      end, "the server to notice")
    end)
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

  describe("failures", function()
    it("have libcurl's number", function()
      local closed = servers.raw()
      closed:stop()
      local result = finish(engine, submit("http://127.0.0.1:" .. closed.port))
      assert.equal("curl", result.ended)
      assert.equal(7, result.curl)
    end)

    it("tell a body that ends early from a complete one", function()
      local url = raw:script("short", { { "send",
        "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc" } })
      local transfer = submit(url)
      assert.equal(18, finish(engine, transfer).curl)
      assert.equal("abc", transfer:read())
    end)

    it("tell a reset", function()
      local url = raw:script("reset", { { "send", servers.CHUNKED_HEAD ..
        servers.chunk("x") }, { "sleep", 50 }, { "reset" } })
      assert.equal(56, finish(engine, submit(url)).curl)
    end)

    it("refuse what is not HTTP", function()
      local url = raw:script("noise", { { "send", "\0\1\2garbage\r\n\r\n" } })
      assert.equal("curl", finish(engine, submit(url)).ended)
      local _, message = pcall(finish, engine, submit("ftp://127.0.0.1/x"))
      assert.equal(1, message.curl)
    end)
  end)

  describe("closing", function()
    it("ends what runs", function()
      local transfer = submit(raw:script("closing", { { "hold" } }))
      step(engine)
      engine:close()
      assert.equal("closed", transfer:result().ended)
      assert.equal("", transfer:read())
      transfer:cancel()
      transfer:linger(1)
    end)

    it("can be done twice, and every method still answers", function()
      engine:close()
      engine:close()
      assert.is_true(engine:closed())
      assert.is_nil((engine:fd()))
      assert.is_nil((engine:step({})))
      assert.is_nil((engine:submit { method = "GET", url = "http://x" }))
      assert.equal(0, engine:running())
      assert.is_false(engine:forked())
      engine:alarm(1)
      assert.truthy(tostring(engine):find("closed", 1, true))
    end)

    it("leaves collected transfers unharmed", function()
      -- A weak table still has them when their finalizers have run.
      local transfer = assert(engine:submit { method = "GET",
        url = raw:script("open", { { "hold" } }) })
      for _ = 1, 2 do
        getmetatable(transfer).__gc(transfer)
        transfer:cancel()
        assert.truthy(tostring(transfer):find("collected", 1, true))
        for _, method in ipairs { "token", "told", "status", "head", "read",
          "whole", "take", "waiting", "learn", "append", "text", "result",
          "linger", "drop", "encoded", "heard",
        } do
          local ok, message = pcall(transfer[method], transfer, 1)
          assert.is_false(ok, method)
          assert.truthy(message:find("collected", 1, true), method)
        end
      end
    end)

    it("leaves collected engines unharmed", function()
      local one = assert(core.engine())
      local transfer = assert(one:submit { method = "GET",
        url = raw:script("open", { { "hold" } }) })
      getmetatable(one).__gc(one)
      getmetatable(one).__gc(one)
      assert.is_true(one:closed())
      assert.equal("closed", transfer:result().ended)
    end)

    it("leaves no descriptor open", function()
      local before = count_descriptors()
      for _ = 1, 20 do
        local one = assert(core.engine())
        local transfer = assert(one:submit { method = "GET",
          url = raw:script("open", { { "hold" } }) })
        one:step({}, nil, nil, 0.05)
        one:close()
        assert.equal("closed", transfer:result().ended)
      end
      assert.equal(before, count_descriptors())
    end)
  end)

  describe("refuses wrong use", function()
    local function message(request)
      local ok, text = pcall(engine.submit, engine, request)
      assert.is_false(ok)
      return text
    end

    it("of submit", function()
      assert.truthy(message({}):find("'method' and 'url' are required"))
      assert.truthy(message({ method = 1, url = "x" }):find("method"))
      assert.truthy(message({ method = "GET", url = "x\0y" }):find("NUL"))
      assert.truthy(message({ method = "GET", url = "x",
        headers = { "A: b\r\nC: d" } }):find("line break"))
      assert.truthy(message({ method = "GET", url = "x",
        headers = { 5 } }):find("headers%[1%] must be a string"))
      assert.truthy(message({ method = "GET", url = "x", idle = -1 })
        :find("negative"))
      assert.equal(0, engine:running())
    end)

    it("of its types", function()
      assert.is_false(pcall(engine.step, {}, {}))
      assert.is_false(pcall(engine.step, engine, nil))
    end)
  end)
end)
