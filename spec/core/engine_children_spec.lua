-- Programs that an engine starts and watches.
local core = require "indoxhub.core"
local engines = require "spec.support.engines"
local files = require "spec.support.files"
local programs = require "spec.support.programs"

local step_until, count_descriptors = engines.step_until,
  engines.count_descriptors

describe("engine:spawn", function()
  local engine

  before_each(function()
    engine = assert(core.engine())
  end)

  after_each(function()
    engine:close()
  end)

  local function spawn(script, fields)
    local given = { argv = { "sh", "-c", script }, max_line = 1000,
      env = { "PATH=" .. os.getenv "PATH" } }
    for name, value in pairs(fields or {}) do
      given[name] = value
    end
    return assert(engine:spawn(given))
  end

  -- All lines of a stream until it ends.
  local function lines(child, which)
    local list = {}
    step_until(engine, function()
      local line = child:line(which)
      while line do
        list[#list + 1] = line
        line = child:line(which)
      end
      return child:over(which)
    end, "the end of a stream")
    return list
  end

  local function wait_for_end(child)
    step_until(engine, function()
      return child:ended() ~= nil
    end, "a program to end")
    return child:ended()
  end

  it("has what is written read, and lines come back", function()
    local child = spawn "cat; echo oops >&2; printf 'no end'; exit 3"
    assert.is_true(child:write "one\ntwo")
    assert.is_true(child:write "\n\n")
    child:close_input()
    assert.same({ "one", "two", "", "no end" }, lines(child, "out"))
    assert.same({ "oops" }, lines(child, "err"))
    assert.same({ "exit", 3 }, { wait_for_end(child) })
    assert.same({ nil, "closed" }, { child:write "more" })
    child:close()
    child:close()
    assert.is_nil(child:token())
    assert.is_nil(child:line "out")
    assert.same({ nil, "closed" }, { child:write "more" })
  end)

  it("is told by its token in steps", function()
    local child, news = spawn "echo hello", {}
    local transfer_tokens = child:token()
    child:want(true)
    assert.is_true(engine:busy())
    step_until(engine, function()
      return child:over "out" or child:line "out"
    end, "a line")
    repeat
      local count = engine:step(news, nil, nil, 1)
      for i = 1, count do
        assert.equal(transfer_tokens, news[i])
      end
    until child:ended()
    child:want(false)
    assert.is_false(engine:busy())
  end)

  it("gives a program nothing of ours but what is meant", function()
    local file = assert(io.open("/dev/null"))
    local child = spawn("ls /proc/self/fd; cat /proc/self/status; "
      .. "tr '\\0' '\\n' </proc/self/environ; pwd; cut -d' ' -f5,6,7 "
      .. "/proc/$$/stat; echo $$", { env = { "PATH=/usr/bin:/bin", "A=b c" },
      cwd = "/" })
    local said = table.concat(lines(child, "out"), "\n")
    file:close()
    assert.truthy(said:find "^0\n1\n2\n3\n%D", said) -- 3 is that of ls itself
    assert.truthy(said:find("SigBlk:\t0000000000000000", 1, true))
    -- glibc's posix_spawn, with which make starts us, ignores two of its own.
    assert.truthy(said:find "SigIgn:\t0000000[01][08]0000000\n", said)
    assert.truthy(said:find("\nA=b c\n", 1, true))
    assert.is_nil(said:find("INDOXHUB", 1, true))
    assert.is_nil(said:find("LUA_PATH", 1, true))
    local folder, group, session, terminal, pid =
      said:match "\n(/)\n(%d+) (%d+) (%d+)\n(%d+)$"
    assert.equal("/", folder)
    assert.same({ pid, pid, "0" }, { group, session, terminal })
  end)

  it("takes no shell, and looks in the PATH of the environment", function()
    local child = assert(engine:spawn { argv = { "echo", "$HOME; *", "" },
      env = { "PATH=/nowhere::relative:/usr/bin:/bin" }, max_line = 100 })
    assert.same({ "$HOME; * " }, lines(child, "out"))
    local folder = files.folder()
    files.write(folder .. "/tool", "#!/bin/sh\necho mine\n")
    os.execute("chmod +x " .. folder .. "/tool")
    child = assert(engine:spawn { argv = { "tool" }, max_line = 100,
      env = { "PATH=" .. folder } })
    assert.same({ "mine" }, lines(child, "out"))
    child = assert(engine:spawn { argv = { "./tool" }, max_line = 100,
      env = {}, cwd = folder })
    assert.same({ "mine" }, lines(child, "out"))
    files.remove_folder(folder)
  end)

  it("says what cannot be started", function()
    local function refused(argv, fields)
      local given = { argv = argv, env = {}, max_line = 1 }
      for name, value in pairs(fields or {}) do
        given[name] = value
      end
      return { engine:spawn(given) }
    end
    local before = count_descriptors()
    assert.same({ nil, "No such file or directory", "exec" },
      refused { "no-such-program" })
    assert.same({ nil, "No such file or directory", "exec" },
      refused { "./no-such-program" })
    local file = files.write(os.tmpname(), "no program")
    assert.same({ nil, "Permission denied", "exec" }, refused { file })
    os.execute("chmod +x " .. file)
    assert.same({ nil, "Exec format error", "exec" }, refused { file })
    os.remove(file)
    assert.same({ nil, "No such file or directory", "cwd" },
      refused({ "true" }, { cwd = "/no/such/folder" }))
    assert.equal(before, count_descriptors())
    for message, given in pairs {
      ["argv must name a program"] = { argv = {}, env = {} },
      ["argv[1] must be a string"] = { argv = { 5 }, env = {} },
      ["env[1] contains a NUL byte"] = { argv = { "x" }, env = { "a\0b" } },
      ["table expected"] = { argv = "x" } } do
      local ok, said = pcall(engine.spawn, engine, given)
      assert.is_false(ok)
      assert.truthy(said:find(message, 1, true), said)
    end
    engine:close()
    assert.same({ nil, "the engine is closed" }, refused { "true" })
  end)

  it("bounds a line of output, and cuts one of errors", function()
    local child = spawn("printf '%1001d\\nrest\\n' 0; printf '%9000d\\n' 0 >&2",
      { max_line = 1000 })
    local cut = lines(child, "err")
    assert.same({ 4096, 4096, 808 }, { #cut[1], #cut[2], #cut[3] })
    local line, why
    step_until(engine, function()
      line, why = child:line "out"
      return line or why
    end, "the limit")
    assert.is_nil(line)
    assert.equal("limit", why)
    child:close()
    child = spawn("printf '%1000d\\nrest\\n' 0")
    assert.equal(1000, #lines(child, "out")[1])
  end)

  it("does not read what nobody takes, nor grow by it", function()
    local child, size = spawn "yes", 0
    step_until(engine, function()
      return engine:step({}, nil, nil, 0.02) > 0
    end, "the first lines")
    step_until(engine, function()
      return engine:step({}, nil, nil, 0.02) == 0
    end, "the queue to be full")
    local line = child:line "out"
    while line do
      size = size + #line + 1
      line = child:line "out"
    end
    assert.is_true(size >= 512 * 1024 and size < 640 * 1024, size)
    step_until(engine, function()
      return child:line "out"
    end, "more")
  end)

  it("keeps what is not read, up to a bound", function()
    local child, sent = spawn "exec sleep 1000", 0
    local piece = ("x"):rep(1024 * 1024)
    local ok, why = true, nil
    while ok do
      ok, why = child:write(piece)
      sent = sent + 1
    end
    assert.equal("full", why)
    assert.is_true(sent > 30 and sent < 35)
    assert.is_true(child:unsent() > 31 * 1024 * 1024)
  end)

  it("survives programs that do not listen", function()
    local child = spawn "exec <&-; echo closed; sleep 1000"
    step_until(engine, function()
      return child:line "out"
    end, "the program")
    assert.same({ nil, "closed" }, { child:write "x" })
    child:signal(15)
    assert.same({ "signal", 15 }, { wait_for_end(child) })
  end)

  it("kills a program, and what that has started, when it is let go",
    function()
      local before = count_descriptors()
      for _, way in ipairs { function(child)
        child:close()
      end, function()
        engine:close()
      end, function(child)
        getmetatable(child).__gc(child)
      end } do
        local child = spawn "trap '' TERM; sleep 1000 & echo $$ $!; wait; wait"
        local line
        step_until(engine, function()
          line = child:line "out"
          return line
        end, "the program")
        child:signal(15)
        way(child)
        for pid in line:gmatch "%d+" do
          programs.wait_for_end(pid)
        end
        child:close()
        if engine:closed() then
          engine = assert(core.engine())
        end
      end
      assert.equal(before, count_descriptors())
    end)

  it("ends what a program leaves behind", function()
    local child = spawn "sleep 1000 >/dev/null 2>&1 & echo $!"
    local pid = lines(child, "out")[1]
    assert.same({ "exit", 0 }, { wait_for_end(child) })
    programs.wait_for_end(pid)
  end)

  it("leaves a parent's program alone in a forked child", function()
    local said, code = programs.run([[
      local core = require "indoxhub.core"
      local process = require "spec_process"
      local engine = core.engine()
      local child = engine:spawn { argv = { "cat" }, max_line = 100,
        env = { "PATH=/usr/bin:/bin" } }
      local pid = process.fork()
      if pid == 0 then
        print(child:write "x")
        print(child:ended() or nil)
        print(engine:spawn { argv = { "true" }, env = {}, max_line = 1 })
        child:signal(9)
        child:close()
        engine:close()
        os.exit(0, true)
      end
      process.wait(pid)
      child:write "alive\n"
      repeat
        engine:step({}, nil, nil, 1)
        local line = child:line "out"
        if line then
          print(line)
        end
      until line
      child:close()
    ]], programs.LEAKS)
    assert.equal("nil\tclosed\nnil\nnil\tforked\nalive\n", said)
    assert.equal(0, code)
  end)
end)
