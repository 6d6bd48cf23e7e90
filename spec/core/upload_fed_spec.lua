-- Forms with a part that the host feeds piece by piece.
local core = require "indoxhub.core"
local servers = require "spec.support.servers"
local uploads = require "spec.support.uploads"

local noise, read_form = uploads.noise, uploads.read_form
local submit, finish, feed = uploads.submit, uploads.finish, uploads.feed
local step, step_until = uploads.step, uploads.step_until
local OK, NEXT = uploads.OK, uploads.NEXT

local KIB = 1024

describe("uploads", function()
  local raw, engine

  uploads.for_tests(function(...)
    raw, engine = ...
  end)

  describe("from the host", function()
    -- Feeds pieces into one part between two others; returns what arrived.
    local function fed(name, pieces, size, fields)
      local request = { form = { { name = "before", data = "1" },
        { name = "file", pull = true, size = size, filename = "f.wav",
          type = "audio/wav" }, { name = "after", data = "2" } } }
      for field, value in pairs(fields or {}) do
        request[field] = value
      end
      local transfer = submit(raw:script(name, { { "body" }, OK }), request)
      local result = feed(transfer, pieces)
      assert.equal("complete", result.ended)
      assert.is_true(result.sent_all)
      local got = read_form(raw:got(name))
      assert.equal(3, #got)
      assert.equal("1", got[1].data)
      assert.equal("2", got[3].data)
      assert.equal('form-data; name="file"; filename="f.wav"',
        got[2].disposition)
      assert.equal("audio/wav", got[2].type)
      return got[2].data, got, transfer
    end

    it("arrive with a size and without one", function()
      local pieces = { "a", noise(70 * KIB), "", "bc", noise(300 * KIB), "d" }
      local whole = table.concat(pieces)
      local data, got = fed("known", pieces, #whole)
      assert.is_true(data == whole)
      assert.is_number(got.length)
      data, got = fed("unknown", pieces)
      assert.is_true(data == whole)
      assert.is_nil(got.length)
    end)

    it("arrive when there are few or none", function()
      assert.equal("", (fed("nothing", {})))
      assert.equal("", (fed("none", {}, 0)))
      assert.equal("x", (fed("byte", { "x" })))
      assert.equal("x", (fed("onebyte", { "x" }, 1)))
      assert.equal("xy", (fed("twobytes", { "x", "y" }, 2)))
    end)

    it("arrive when each piece comes late", function()
      for _, size in ipairs { -1, 5 } do
        local name = "late" .. size
        local transfer = submit(raw:script(name, { { "body" }, OK }), {
          form = { { name = "f", pull = true,
            size = size >= 0 and size or nil } }, idle = 0.2,
          first_byte = 20 })
        for i = 1, 5 do
          local until_when = core.now() + 0.3
          repeat
            step(0.05)
          until core.now() > until_when
          assert.is_true(transfer:hungry(), "piece " .. i)
          assert.is_true(transfer:feed(tostring(i)))
        end
        assert.is_false(transfer:feed())
        assert.equal("complete", finish(transfer).ended)
        assert.equal("12345", read_form(raw:got(name))[1].data)
      end
    end)

    it("are asked for when little of them is left, and that is news",
      function()
        local transfer = submit(raw:script("news", { { "body" }, OK }), {
          form = { { name = "f", pull = true } } })
        local token, news, rounds = transfer:token(), {}, 0
        local deadline = core.now() + 20
        assert.is_true(transfer:hungry())
        while rounds < 20 do
          assert.is_true(core.now() < deadline, "waited too long for hunger")
          while transfer:hungry() do
            rounds = rounds + 1
            local wants_more = transfer:feed(noise(100 * KIB + rounds))
            assert.equal(wants_more, transfer:hungry())
          end
          local heard = false
          while not heard and not transfer:hungry() do
            assert.is_true(core.now() < deadline, "waited too long for news")
            for i = 1, assert(engine:step(news, nil, nil, 0.05)) do
              heard = heard or news[i] == token
            end
          end
          -- Whoever waits for news finds a hungry transfer.
          assert.is_true(heard)
          assert.is_true(transfer:hungry())
        end
        transfer:feed()
        assert.equal("complete", finish(transfer).ended)
      end)

    it("may be more than fit at once, and are not asked for then", function()
      local bytes = noise(3000 * KIB)
      local transfer = submit(raw:script("more", { { "body" }, OK }), {
        form = { { name = "f", pull = true, size = #bytes + 1 } } })
      assert.is_false(transfer:feed(bytes))
      assert.is_false(transfer:hungry())
      step_until(function()
        return transfer:hungry()
      end, "hunger")
      transfer:feed("!")
      transfer:feed()
      assert.equal("complete", finish(transfer).ended)
      assert.is_true(read_form(raw:got("more"))[1].data == bytes .. "!")
    end)

    it("are not waited for while the answer is held, nor the other way round",
      function()
        -- The server answers before it reads, more than the queue takes.
        local answer = ("x"):rep(600 * KIB)
        local transfer = submit(raw:script("both", {
          { "take", 50 }, { "send", servers.head("200 OK", "text/plain",
            #answer) }, { "send", answer }, { "body" } }), { paced = true,
          queue_bytes = 64 * KIB, idle = 0.2,
          form = { { name = "f", pull = true, size = 400 * KIB } } })
        step_until(function()
          return transfer:waiting() >= 64 * KIB
        end, "a full queue")
        local until_when = core.now() + 0.5
        repeat
          step(0.05)
        until core.now() > until_when
        assert.is_nil(transfer:result())
        assert.is_true(transfer:hungry())
        local read, sent = {}, 0
        step_until(function()
          read[#read + 1] = transfer:read()
          while transfer:hungry() do
            sent = sent + 40 * KIB
            transfer:feed(sent <= 400 * KIB and noise(40 * KIB) or nil)
          end
          return transfer:result() and transfer:waiting() == 0
        end, "both directions")
        assert.equal("complete", transfer:result().ended)
        assert.is_true(table.concat(read) == answer)
        assert.is_true(transfer:result().sent_all)
      end)

    for _, case in ipairs {
      { "few", 10, { "12345" }, "fewer than the announced 10" },
      { "none", 10, {}, "fewer than the announced 10" },
      { "many", 10, { "12345", "678901" }, "more than the announced 10" },
      { "toolate", 10, { "1234567890", "1" }, "more than the announced 10" },
      { "huge", 10, { noise(500 * KIB) }, "more than the announced 10" },
    } do
      it("end the transfer when their size is not kept: " .. case[1],
        function()
          local name = "promise" .. case[1]
          local url = raw:script(name, { { "body" }, NEXT, { "again" } })
          local transfer = submit(url, { form = {
            { name = "f", pull = true, size = case[2] } } })
          local result = feed(transfer, case[3])
          assert.equal("upload_size", result.ended)
          assert.is_false(result.sent_all)
          assert.truthy(result.text:find(case[4], 1, true))
          assert.equal(0, engine:running())
          -- What comes next does not meet a half of what came before.
          local plain = submit(url, { body = "plain" })
          assert.equal("complete", finish(plain).ended)
          assert.equal("plain", raw:got(name):sub(-5))
        end)
    end

    it("are held back until their number is known to be right", function()
      local transfer = submit(raw:script("promise", { { "body" }, OK }), {
        form = { { name = "f", pull = true, size = 3 } } })
      transfer:feed("123")
      for _ = 1, 20 do
        step(0.01)
      end
      assert.is_nil(transfer:result())
      assert.is_true(transfer:hungry())
      assert.is_false(transfer:feed())
      assert.equal("complete", finish(transfer).ended)
      assert.equal("123", read_form(raw:got("promise"))[1].data)
    end)
  end)
end)
