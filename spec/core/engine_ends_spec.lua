-- How transfers of an engine end before they are complete, and the engine.
local core = require "indoxhub.core"
local engines = require "spec.support.engines"
local servers = require "spec.support.servers"

local step, step_until = engines.step, engines.step_until
local finish, count_descriptors = engines.finish, engines.count_descriptors

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
end)
