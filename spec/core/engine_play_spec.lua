-- Transfers that are played: an answer out of memory, which nobody is asked
-- for. And the tape of those that are not, from which they are made.
local compress = require "spec.support.compress"
local core = require "indoxhub.core"
local engines = require "spec.support.engines"
local servers = require "spec.support.servers"

local finish, step = engines.finish, engines.step

local HEAD = "HTTP/1.1 200\r\ncontent-type: text/plain\r\n\r\n"

local function played(body, marks, fields)
  local answer = { status = 200, head = HEAD, body = body,
    marks = marks or { 0, #body } }
  for name, value in pairs(fields or {}) do
    answer[name] = value
  end
  return answer
end

describe("core.engine", function()
  local raw, engine

  engines.for_tests(function(...)
    raw, engine = ...
  end)

  local function submit(answer, fields)
    return engines.submit(engine, { method = "GET", url = "http://nowhere/",
      played = answer }, fields)
  end

  describe("plays an answer", function()
    it("as one that came", function()
      local transfer = submit(played("hello", { 0, 2, 0, 3 }, { sent = 7 }))
      assert.is_nil(transfer:status())
      assert.equal(1, engine:running())
      assert.is_true(engine:busy())
      local result = finish(engine, transfer)
      assert.equal("complete", result.ended)
      assert.is_true(result.sent_all)
      assert.equal(200, transfer:status())
      assert.equal(HEAD, transfer:head())
      assert.equal("hello", transfer:read())
      assert.equal(5, result.bytes_in)
      assert.equal(7, result.bytes_out)
      assert.same({ 7, 7 }, { transfer:sent() })
      assert.equal(0, result.new_connections)
      assert.equal(0, engine:running())
    end)

    it("that has no body, or pieces without bytes", function()
      for _, answer in ipairs { played "", played("", {}),
        played("", { 0, 0, 0, 0 }) } do
        local transfer = submit(answer)
        assert.equal("complete", finish(engine, transfer).ended)
        assert.equal("", transfer:read())
      end
      local transfer = submit(played("ab", { 0, 0, 0, 1, 0, 0, 0, 1 }))
      finish(engine, transfer)
      assert.equal("ab", transfer:read())
    end)

    it("without a byte more or less than its marks tell of", function()
      local transfer = submit(played("hello", { 0, 3 }))
      finish(engine, transfer)
      assert.equal("hel", transfer:read())
      transfer = submit(played("hello", { 0, 3, 0, 99, 0, 5 }))
      finish(engine, transfer)
      assert.equal("hello", transfer:read())
    end)

    it("at the moments that its marks tell", function()
      local began = core.now()
      local transfer = submit(played("onetwo", { 0.02, 3, 0.06, 3 }))
      engines.step_until(engine, function() return transfer:status() end,
        "the head")
      engines.step_until(engine, function()
        return transfer:waiting() > 0
      end, "the first piece")
      assert.is_true(core.now() - began >= 0.02)
      assert.equal("one", transfer:read())
      finish(engine, transfer)
      assert.is_true(core.now() - began >= 0.06)
      assert.equal("two", transfer:read())
    end)

    it("no further than its reader reads", function()
      local body = ("0123456789abcdef"):rep(65536)
      local transfer = submit(played(body), { paced = true,
        queue_bytes = 100000 })
      for _ = 1, 50 do
        step(engine, 0)
      end
      assert.is_nil(transfer:result())
      assert.is_true(transfer:waiting() < 100000 + 16384)
      assert.is_true(engines.read_all(engine, transfer) == body)
    end)

    it("in steps that end", function()
      local transfer = submit(played(("x"):rep(1000000)))
      local before, most = 0, 0
      while not transfer:result() do
        engine:step({}, 1, 20000, 0.05)
        most = math.max(most, transfer:waiting() - before)
        before = transfer:waiting()
      end
      assert.is_true(most <= 20000 + 16384, most)
      assert.equal(1000000, transfer:waiting())
    end)

    it("beside others, in the order of their moments", function()
      local order, transfers = {}, {}
      for i, seconds in ipairs { 0.05, 0.01, 0.03 } do
        transfers[i] = submit(played("x", { seconds, 1 }))
      end
      engines.step_until(engine, function()
        for i = 1, 3 do
          if transfers[i] and transfers[i]:result() then
            order[#order + 1], transfers[i] = i, false
          end
        end
        return #order == 3
      end, "all three")
      assert.same({ 2, 3, 1 }, order)
    end)

    it("until it is cancelled, or its time is over", function()
      local answer = played("onetwo", { 0, 3, 30, 3 })
      local transfer = submit(answer, { paced = true })
      engines.step_until(engine, function()
        return transfer:waiting() > 0
      end, "the first piece")
      transfer:cancel()
      assert.equal("cancelled", transfer:result().ended)
      assert.equal("one", transfer:read())
      assert.equal("total", finish(engine, submit(answer,
        { total = 0.02 })).ended)
      transfer = submit(answer)
      transfer:linger(0.02)
      assert.equal("total", finish(engine, transfer).ended)
      transfer = submit(answer, { idle = 0.01, first_byte = 0.01,
        connect = 0.01, total = 0.05 })
      assert.equal("total", finish(engine, transfer).ended)
    end)

    it("until the engine is closed, or it is dropped", function()
      local transfer = submit(played("x", { 30, 1 }))
      step(engine, 0)
      submit(played("x", { 30, 1 }))
      step(engine, 0)
      collectgarbage()
      collectgarbage()
      assert.equal(1, engine:running())
      engine:close()
      assert.equal("closed", transfer:result().ended)
    end)

    it("within the limits of any other", function()
      local body = ("x"):rep(100000)
      assert.equal("body_limit", finish(engine, submit(played(body),
        { max_bytes = 50000 })).ended)
      local transfer = submit(played(("x"):rep(1100000), nil,
        { status = 400 }))
      assert.equal("cut", finish(engine, transfer).ended)
      assert.equal(1024 * 1024, transfer:waiting())
    end)

    it("as a stream of events", function()
      local event = 'data: {"choices":[{"delta":{"content":"a"}}]}\n\n'
      local transfer = submit(played(event:rep(3), { 0, 10, 0,
        3 * #event - 10 }), { paced = true })
      finish(engine, transfer)
      local batch = {}
      assert.equal(3, transfer:take(batch, 10, true))
      assert.equal('{"choices":[{"delta":{"content":"a"}}]}', batch[3].data)
    end)
  end)

  it("refuses answers that are none", function()
    local function refused(answer)
      return select(2, pcall(engine.submit, engine, { method = "GET",
        url = "http://nowhere/", played = answer }))
    end
    for _, status in ipairs { 0, 199, 600, 1e300, 0 / 0 } do
      assert.truthy(refused(played("", {}, { status = status }))
        :find("status", 1, true))
    end
    assert.truthy(refused { status = 200, head = HEAD, marks = {} }
      :find("'head' and 'body'", 1, true))
    assert.truthy(refused { status = 200, head = HEAD, body = "" }
      :find("table expected", 1, true))
    assert.truthy(refused("no"):find("table expected", 1, true))
    -- What no clock and no length can be counts as none.
    for _, mark in ipairs { -1, 0 / 0, -math.huge, "no", false } do
      local transfer = submit(played("abc", { mark, 3 }))
      assert.equal("complete", finish(engine, transfer).ended)
      transfer = submit(played("abc", { 0, mark }))
      assert.equal("complete", finish(engine, transfer).ended)
    end
    assert.equal(0, engine:running())
  end)

  ---------------------------------------------------------------------------
  describe("keeps a tape", function()
    local function ask(name, steps, fields)
      return engines.submit(engine, { method = "GET", headers = {},
        url = raw:script(name, steps) }, fields)
    end

    local PIECES = { { "body" }, { "send", servers.CHUNKED_HEAD },
      { "send", servers.chunk "one" }, { "sleep", 30 },
      { "send", servers.chunk "two" .. servers.LAST_CHUNK } }

    it("of what came, and when", function()
      local transfer = ask("tape", PIECES, { tape_bytes = 1000, paced = true })
      assert.equal("onetwo", engines.read_all(engine, transfer))
      local bytes, marks = transfer:tape()
      assert.equal("onetwo", bytes)
      assert.equal(4, #marks)
      assert.same({ 3, 3 }, { marks[2], marks[4] })
      assert.is_true(marks[3] > marks[1])
      assert.equal("onetwo", (transfer:tape()))
    end)

    it("that plays the same again", function()
      local transfer = ask("again", PIECES, { tape_bytes = 1000 })
      finish(engine, transfer)
      local bytes, marks = transfer:tape()
      local second = submit(played(bytes, marks), { tape_bytes = 1000 })
      finish(engine, second)
      assert.equal("onetwo", second:read())
      assert.equal("onetwo", (second:tape()))
      assert.equal(4, #select(2, second:tape()))
    end)

    it("of decoded bytes", function()
      local text = ("text "):rep(10000)
      local transfer = ask("zipped", { { "body" }, { "send",
        servers.reply("200 OK", "text/plain", compress.text("gzip", text),
          "Content-Encoding: gzip\r\n") } }, { tape_bytes = 100000 })
      finish(engine, transfer)
      assert.is_true(transfer:tape() == text)
    end)

    it("not when nobody asked, nor of more than was asked for", function()
      local transfer = ask("none", PIECES)
      finish(engine, transfer)
      assert.is_nil(transfer:tape())
      transfer = ask("large", PIECES, { tape_bytes = 5 })
      assert.equal("complete", finish(engine, transfer).ended)
      assert.is_nil(transfer:tape())
      assert.equal("onetwo", transfer:read())
      transfer = ask("fits", PIECES, { tape_bytes = 6 })
      finish(engine, transfer)
      assert.equal("onetwo", (transfer:tape()))
    end)

    it("of a large body, while it comes", function()
      local body = ("0123456789abcdef"):rep(20000)
      local transfer = ask("long", { { "body" }, { "send",
        servers.reply("200 OK", "text/plain", body) } },
        { tape_bytes = 1000000, paced = true, queue_bytes = 100000 })
      engines.step_until(engine, function()
        return transfer:waiting() > 65536
      end, "some of it")
      local begun = transfer:tape()
      assert.is_true(body:sub(1, #begun) == begun)
      assert.is_true(engines.read_all(engine, transfer) == body)
      local bytes, marks = transfer:tape()
      assert.is_true(bytes == body)
      local sum = 0
      for i = 2, #marks, 2 do
        sum = sum + marks[i]
      end
      assert.equal(#body, sum)
    end)
  end)
end)
