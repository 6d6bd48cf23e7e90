-- Forms with files: how these are read, and what may become of them meanwhile.
local core = require "indoxhub.core"
local programs = require "spec.support.programs"
local servers = require "spec.support.servers"
local uploads = require "spec.support.uploads"

local noise, file_of = uploads.noise, uploads.file_of
local read_form = uploads.read_form
local submit, finish = uploads.submit, uploads.finish
local step, step_until = uploads.step, uploads.step_until
local files = uploads.files
local OK, NEXT = uploads.OK, uploads.NEXT

local KIB = 1024

describe("uploads", function()
  local raw, engine

  uploads.for_tests(function(...)
    raw, engine = ...
  end)

  -- One test makes itself another.
  after_each(function()
    engine:close()
  end)

  describe("of files", function()
    local MISSING, IS_FOLDER, NO_FILE = 2, 21, 29

    -- How many of the files of these tests are open. Others come and go.
    local function count_open()
      local pipe = io.popen("for fd in /proc/$PPID/fd/*; do readlink $fd; " ..
        "done | grep -c '^/tmp/lua_'")
      local n = tonumber(pipe:read("*a"))
      pipe:close()
      return n
    end

    -- Refuses a form because of its last part.
    local function refused(path, os_error, why)
      local before = count_open()
      local transfer, message, kind, number = engine:submit { method = "POST",
        url = raw:base("refused"), form = {
          { name = "good", path = file_of("x") },
          { name = "bad", path = path } } }
      assert.is_nil(transfer)
      assert.equal("file", kind)
      assert.equal(os_error, number)
      assert.equal(("cannot read %s: %s"):format(path, why), message)
      assert.equal(0, engine:running())
      assert.equal(before, count_open())
    end

    it("that cannot be read are told before anything begins", function()
      local pipe = os.tmpname()
      os.remove(pipe)
      assert(os.execute("mkfifo " .. pipe))
      files[#files + 1] = pipe
      refused("/nowhere/at/all", MISSING, "No such file or directory")
      refused("/tmp", IS_FOLDER, "Is a directory")
      refused(pipe, NO_FILE, "not a regular file")
      -- It says that it is empty and is not.
      refused("/proc/self/status", NO_FILE, "not a regular file")
      step(0)
      assert.equal("", raw:got("refused"))
    end)

    it("are sent as they were opened, whatever their name means later",
      function()
        local path = file_of("first")
        local transfer = submit(raw:script("renamed", { { "body" }, OK }),
          { form = { { name = "f", path = path } } })
        os.remove(path)
        file_of("second")
        assert.equal("complete", finish(transfer).ended)
        assert.equal("first", read_form(raw:got("renamed"))[1].data)
      end)

    -- Sends a file that is changed before or while it is sent.
    local function changed(name, size, change, wait)
      local path = file_of(noise(size))
      local url = raw:script(name, { { "take", 50 }, { "sleep", 300 },
        { "body" }, NEXT, { "again" } })
      local transfer = submit(url, { form = { { name = "f", path = path } } })
      if wait then
        step_until(function()
          return transfer:sent() > 0
        end, "the first bytes")
      end
      change(path)
      local result = finish(transfer)
      assert.equal("file", result.ended)
      assert.equal("the file changed while it was sent", result.text)
      assert.is_false(result.sent_all)
      assert.equal(0, result.os_error)
      assert.equal(0, engine:running())
      assert.equal("complete", finish(submit(
        raw:script("after", { { "body" }, OK }), { body = "x" })).ended)
    end

    local function shrink(path)
      local file = assert(io.open(path, "wb"))
      file:write("short")
      file:close()
    end

    local function grow(path)
      local file = assert(io.open(path, "ab"))
      file:write("!")
      file:close()
    end

    it("that change end the transfer", function()
      changed("shrunk", 1000, shrink)
      changed("grown", 1000, grow)
      changed("vanished", 1, shrink)
      changed("aligned", 128 * KIB, grow)
    end)

    it("that change while they are sent end the transfer", function()
      changed("shrinking", 40 * 1024 * KIB, shrink, true)
      changed("growing", 40 * 1024 * KIB, grow, true)
    end)

    it("are closed at every kind of end", function()
      local path = file_of(noise(40 * 1024 * KIB))
      local url = raw:script("closed", { { "take", 50 }, { "hold" } })
      local function start()
        local transfer = submit(url, { form = { { name = "f", path = path } }
          })
        step_until(function()
          return transfer:sent() > 0
        end, "the first bytes")
        return transfer
      end
      local before = count_open()
      local transfer = start()
      transfer:cancel()
      assert.equal("cancelled", transfer:result().ended)
      assert.equal(before, count_open())
      start()
      -- What was left of it on the stack may keep it for another round.
      servers.wait_until(function()
        collectgarbage()
        return engine:running() == 0
      end, "a dropped transfer to be collected")
      assert.equal(before, count_open())
      transfer = start()
      engine:close()
      assert.equal("closed", transfer:result().ended)
      assert.is_false(transfer:result().sent_all)
      engine = assert(core.engine())
      assert.equal(before, count_open())
    end)

    it("of any size take no memory", function()
      local path = file_of("")
      local file = assert(io.open(path, "wb"))
      file:seek("set", 300 * 1024 * KIB - 1)
      file:write("!")
      file:close()
      local url = raw:script("sparse", { { "count" }, OK })
      local said, code = programs.run(([[
        local core = require "indoxhub.core"
        local function peak()
          local file = assert(io.open("/proc/self/status"))
          local kib = file:read("*a"):match("VmHWM:%%s*(%%d+)")
          file:close()
          return tonumber(kib)
        end
        local engine = assert(core.engine())
        local function send(part)
          local transfer = assert(engine:submit { method = "POST",
            url = %q, form = { part } })
          while not transfer:result() do
            engine:step({}, nil, nil, 1)
          end
          assert(transfer:result().ended == "complete")
          assert(transfer:result().sent_all)
        end
        send { name = "f", data = "x" }
        local before = peak()
        send { name = "f", path = %q }
        print(before, peak())
      ]]):format(url, path))
      local before, after = said:match("(%d+)%s+(%d+)")
      assert.equal(0, code, said)
      assert.is_true(tonumber(after) - tonumber(before) < 8 * 1024, said)
      assert.is_true(programs.SANITIZED or tonumber(after) < 30 * 1024, said)
      local size = tonumber(raw:got("sparse"):match("(%d+) bytes\n$"))
      assert.is_true(size > 300 * 1024 * KIB)
    end)
  end)
end)
