-- The engine through its Lua binding, against a server that does as it is told.
local core = require "indoxhub.core"
local engines = require "spec.support.engines"
local servers = require "spec.support.servers"

local has_cqueues, cqueues = pcall(require, "cqueues")

local step, step_until = engines.step, engines.step_until
local finish, count_descriptors = engines.finish, engines.count_descriptors

local MIB = 1024 * 1024

-- Whether the engine's descriptor is readable, as another event loop sees it.
local function is_readable(engine)
  local self = { pollfd = engine:fd(), events = "r" }
  return cqueues.poll(self, 0) == self
end

describe("core.engine", function()
  local raw, engine

  engines.for_tests(function(...)
    raw, engine = ...
  end)

  local function submit(url, fields)
    return engines.submit(engine, { method = "GET", url = url, headers = {} },
      fields)
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
