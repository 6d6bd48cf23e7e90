-- Uploads and servers that refuse them, leave, or keep them waiting.
local servers = require "spec.support.servers"
local uploads = require "spec.support.uploads"

local noise, file_of = uploads.noise, uploads.file_of
local submit, finish, feed = uploads.submit, uploads.finish, uploads.feed
local step_until = uploads.step_until
local OK = uploads.OK

local KIB = 1024

describe("uploads", function()
  local raw, engine

  uploads.for_tests(function(...)
    raw, engine = ...
  end)

  describe("and their server", function()
    local LARGE = 40 * 1024 * KIB
    -- libcurl's names for a connection that is gone.
    local GONE = { [52] = true, [55] = true, [56] = true }

    local function large_form()
      return { { name = "f", path = file_of(noise(LARGE)) } }
    end

    it("that refuses them early is heard", function()
      local refusal = { "send", servers.reply("401 Unauthorized", "text/plain",
        "no") }
      local transfer = submit(raw:script("early", { { "take", 50 }, refusal,
        { "hold" } }), { form = large_form() })
      local result = finish(transfer)
      assert.equal("complete", result.ended)
      assert.equal(401, transfer:status())
      assert.equal("no", transfer:read())
      assert.is_false(result.sent_all)
    end)

    it("that refuses them early is heard while nothing is fed", function()
      for _, size in ipairs { -1, 100 } do
        local transfer = submit(raw:script("hungry", { { "take", 50 },
          { "send", servers.reply("401 Unauthorized", "text/plain", "no") },
          { "hold" } }), { form = { { name = "f", pull = true,
            size = size >= 0 and size or nil } } })
        assert.is_true(transfer:feed("x"))
        local result = finish(transfer)
        assert.equal("complete", result.ended)
        assert.equal(401, transfer:status())
        assert.is_false(result.sent_all)
        assert.is_false(transfer:hungry())
        assert.is_false(transfer:feed("y"))
        assert.is_false(transfer:feed())
      end
    end)

    it("that resets the connection has not got them", function()
      local result = finish(submit(raw:script("torn", { { "take", 50 },
        { "reset" } }), { form = large_form() }))
      assert.equal("curl", result.ended)
      assert.is_true(GONE[result.curl])
      assert.is_true(result.os_error > 0)
      assert.is_false(result.sent_all)
    end)

    it("that leaves is noticed while nothing is fed", function()
      for _, way in ipairs { "close", "reset" } do
        local transfer = submit(raw:script("left", { { "take", 50 }, { way } }),
          { form = { { name = "f", pull = true } } })
        transfer:feed("x")
        local result = finish(transfer)
        assert.equal("curl", result.ended)
        assert.is_true(GONE[result.curl])
        assert.is_false(result.sent_all)
        assert.is_false(transfer:hungry())
      end
    end)

    it("that reset one connection is not blamed for the next", function()
      local torn = finish(submit(raw:script("torn", { { "body" },
        { "reset" } }), { body = "x" }))
      assert.is_true(torn.os_error > 0)
      local short = finish(submit(raw:script("short", { { "body" },
        { "send", servers.head("200 OK", "text/plain", 10) .. "abc" } }),
        { body = "x" }))
      assert.equal(18, short.curl)
      assert.equal(0, short.os_error)
    end)

    it("that was never reached has not got them", function()
      local closed = servers.raw()
      closed:stop()
      local url = "http://127.0.0.1:" .. closed.port
      for _, request in ipairs { { body = "x" }, {},
        { form = { { name = "f", data = "x" } } } } do
        local result = finish(submit(url, request))
        assert.equal(7, result.curl)
        assert.is_false(result.sent_all)
      end
    end)

    it("that got them and says nothing may have them", function()
      for i, request in ipairs { { body = "x" }, { body = noise(100 * KIB) },
        {}, { form = { { name = "f", data = "x" } } },
        { form = { { name = "f", path = file_of(noise(100 * KIB)) } } },
      } do
        local name = "silent" .. i
        local result = finish(submit(raw:script(name, { { "body" },
          { "sleep", 50 }, { "reset" } }), request))
        assert.equal("curl", result.ended, name)
        assert.is_true(result.sent_all, name)
      end
    end)
  end)

  describe("that wait for a go-ahead", function()
    local GO = { "send", "HTTP/1.1 100 Continue\r\n\r\n" }

    local function requests()
      return { { body = "small" }, { body = noise(2000 * KIB) },
        { form = { { name = "f", data = noise(100 * KIB) } } } }
    end

    it("send nothing of the body before it", function()
      for i, request in ipairs(requests()) do
        local name = "go" .. i
        request.expect = true
        local transfer = submit(raw:script(name, { { "sleep", 200 }, GO,
          { "body" }, OK }), request)
        step_until(function()
          return raw:got(name) ~= ""
        end, "the head")
        assert.truthy(raw:got(name):find("\r\n\r\n$"))
        assert.truthy(raw:got(name):find("\r\nExpect: 100-continue\r\n", 1,
          true))
        local result = finish(transfer)
        assert.equal("complete", result.ended)
        assert.is_true(result.sent_all)
        assert.equal(result.bytes_out,
          #raw:got(name):match("\r\n\r\n(.*)$"))
      end
    end)

    it("send nothing when it is denied", function()
      for _, status in ipairs { 417, 404 } do
        for i, request in ipairs(requests()) do
          local name = ("deny%d_%d"):format(status, i)
          request.expect = true
          local transfer = submit(raw:script(name, { { "send",
            servers.reply(status .. " No", "text/plain", "no") },
            { "hold" } }), request)
          local result = finish(transfer)
          assert.equal("complete", result.ended)
          assert.equal(0, result.curl)
          assert.equal(status, transfer:status())
          assert.is_false(result.sent_all)
          assert.equal(0, result.bytes_out)
          assert.equal(0, engine:running())
          local got = raw:got(name)
          assert.truthy(got:find("\r\n\r\n$"))
          assert.equal(1, select(2, got:gsub("POST ", "")))
        end
      end
    end)

    it("go after a while when nobody answers", function()
      for i, request in ipairs(requests()) do
        request.expect = true
        local transfer = submit(raw:script("mute" .. i, { { "body" }, OK }),
          request)
        assert.equal("complete", finish(transfer).ended)
        assert.is_true(transfer:result().sent_all)
      end
    end)
  end)

  describe("have timeouts", function()
    local SIZE = 20 * 1024 * KIB

    it("for a server that stops reading", function()
      local result = finish(submit(raw:script("stuck", { { "take", 50 },
        { "sleep", 60000 } }), { idle = 0.3, first_byte = 60, form = {
          { name = "f", path = file_of(noise(SIZE)) } } }))
      assert.equal("idle", result.ended)
      assert.is_false(result.sent_all)
    end)

    -- Its connection can always be written to, the stream cannot.
    it("for a server of HTTP/2 that stops reading", function()
      local server = servers.frames("answer")
      local transfer = assert(engine:submit { method = "POST",
        url = server.root .. "/x", ca_file = server.certificate,
        body = noise(1000 * KIB), idle = 0.3, first_byte = 60 })
      assert.equal("idle", finish(transfer).ended)
      assert.is_false(transfer:result().sent_all)
      assert.equal(65535, (transfer:sent())) -- the window of a stream
      server:stop()
    end)

    -- libcurl may wait for that connection all the same. Every 10 ms the socket
    -- is looked at again, and each look wakes twice at most.
    it("without looking at that connection all the time", function()
      local server = servers.frames("answer")
      local transfer = assert(engine:submit { method = "POST",
        url = server.root .. "/x", ca_file = server.certificate,
        body = noise(1000 * KIB), idle = 0.3, first_byte = 60 })
      local sent, woken = 0, 0
      while not transfer:result() do
        assert(engine:step({}, nil, nil, 10))
        woken = transfer:sent() == sent and woken + 1 or 0
        sent = transfer:sent()
      end
      assert.equal("idle", transfer:result().ended)
      assert.is_true(woken < 90, woken .. " times")
      server:stop()
    end)

    it("for one that does not answer, from the last byte sent on", function()
      local steps = {}
      for _ = 1, 10 do
        steps[#steps + 1] = { "take", SIZE / 10 }
        steps[#steps + 1] = { "sleep", 50 }
      end
      steps[#steps + 1] = { "count" }
      steps[#steps + 1] = { "hold" }
      local transfer = submit(raw:script("dumb", steps), { idle = 60,
        first_byte = 0.3, form = { { name = "f", path = file_of(
          noise(SIZE)) } } })
      local result = finish(transfer)
      assert.equal("first_byte", result.ended)
      assert.is_true(result.sent_all)
    end)

    it("for one that does not answer what was fed", function()
      for _, size in ipairs { -1, 3 } do
        local transfer = submit(raw:script("fedup", { { "body" }, { "hold" } }),
          { idle = 60, first_byte = 0.3, form = { { name = "f", pull = true,
            size = size >= 0 and size or nil } } })
        local result = feed(transfer, { "abc" })
        assert.equal("first_byte", result.ended)
        assert.is_true(result.sent_all)
      end
    end)

    it("that do not end a slow but living upload", function()
      local steps = {}
      for _ = 1, 10 do
        steps[#steps + 1] = { "take", SIZE / 10 }
        steps[#steps + 1] = { "sleep", 60 }
      end
      steps[#steps + 1] = { "count" }
      steps[#steps + 1] = OK
      local transfer = submit(raw:script("slow", steps), { idle = 20,
        first_byte = 20, form = { { name = "f", data = noise(SIZE) } } })
      assert.equal("complete", finish(transfer).ended)
    end)
  end)
end)
