-- Uploads that end before all is sent.
local programs = require "spec.support.programs"
local servers = require "spec.support.servers"
local uploads = require "spec.support.uploads"

local noise, file_of = uploads.noise, uploads.file_of
local read_form = uploads.read_form
local submit, finish = uploads.submit, uploads.finish
local step_until = uploads.step_until
local OK = uploads.OK

describe("uploads", function()
  local raw, engine

  uploads.for_tests(function(...)
    raw, engine = ...
  end)

  describe("end between two pieces", function()
    local function held(name)
      local transfer = submit(raw:script(name, { { "take", 50 }, { "hold" } }),
        { form = { { name = "f", pull = true, size = 1000 } } })
      transfer:feed(("x"):rep(500))
      step_until(function()
        return #raw:got(name) > 100 and transfer:sent() > 500
      end, "the first bytes")
      return transfer
    end

    local function wait_for_the_end(name)
      servers.wait_until(function()
        return raw:gone(name) == 1
      end, "the server to notice")
    end

    it("by cancelling", function()
      local transfer = held("cancelled")
      transfer:cancel()
      assert.equal("cancelled", transfer:result().ended)
      assert.is_false(transfer:result().sent_all)
      assert.is_false(transfer:hungry())
      assert.is_false(transfer:feed("more"))
      assert.is_false(transfer:feed())
      wait_for_the_end("cancelled")
    end)

    it("by closing the engine", function()
      local transfer = held("shut")
      engine:close()
      assert.equal("closed", transfer:result().ended)
      assert.is_false(transfer:hungry())
      assert.is_false(transfer:feed("more"))
      assert.same({ "number", "number" },
        { type(transfer:sent()), type(select(2, transfer:sent())) })
      wait_for_the_end("shut")
    end)

    it("by being collected", function()
      held("lost")
      collectgarbage()
      collectgarbage()
      assert.equal(0, engine:running())
      wait_for_the_end("lost")
    end)

    it("and what was collected says so", function()
      local transfer = held("dead")
      getmetatable(transfer).__gc(transfer)
      for _, method in ipairs { "hungry", "feed", "sent" } do
        local ok, message = pcall(transfer[method], transfer)
        assert.is_false(ok)
        assert.truthy(message:find("collected", 1, true))
      end
    end)

    it("in a forked child only", function()
      local url = raw:script("forked", { { "body" }, OK })
      local said, code = programs.run(([[
        local core = require "indoxhub.core"
        local process = require "spec_process"
        local engine = assert(core.engine())
        local transfer = assert(engine:submit { method = "POST", url = %q,
          form = { { name = "disk", path = %q },
            { name = "fed", pull = true, size = 2 } } })
        transfer:feed("1")
        repeat
          engine:step({}, nil, nil, 0.05)
        until transfer:sent() > 1000
        local pid = process.fork()
        if pid == 0 then
          print(transfer:hungry(), transfer:feed("?"), transfer:feed(),
            transfer:result().ended)
          transfer = nil
          collectgarbage()
          collectgarbage()
          engine:close()
          io.stdout:flush()
          os.exit(0)
        end
        print(process.wait(pid))
        transfer:feed("2")
        transfer:feed()
        while not transfer:result() do
          engine:step({}, nil, nil, 1)
        end
        print(transfer:result().ended)
      ]]):format(url, file_of(noise(2000))),
        -- The child leaves what libcurl holds for its parent, on purpose.
        programs.LEAKS)
      assert.equal("false\tfalse\tfalse\tforked\n0\ncomplete\n", said)
      assert.equal(0, code)
      local got = read_form(raw:got("forked"))
      assert.is_true(got[1].data == noise(2000))
      assert.equal("12", got[2].data)
    end)

    it("by their time limit, before they begin and later", function()
      local transfer = submit(raw:script("linger", { { "body" }, OK }),
        { form = { { name = "f", pull = true } } })
      transfer:linger(0.1)
      assert.equal("total", finish(transfer).ended)
      transfer = held("lingering")
      transfer:linger(0.1)
      assert.equal("total", finish(transfer).ended)
      wait_for_the_end("lingering")
    end)
  end)
end)
