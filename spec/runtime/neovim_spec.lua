-- In Neovim, without a screen: all that user code does, where tasks go on, and
-- how the editor is left. Its health checks and the example have specs of their
-- own.
local editor = require "spec.runtime.neovim.editor"
local events = require "spec.support.events"
local hosts = require "spec.runtime.hosts"
local programs = require "spec.support.programs"
local scenes = require "spec.runtime.scenes"
local servers = require "spec.support.servers"

local asked = hosts.ASKED

describe("in Neovim", function()
  local pair, nvim, scenes_done

  setup(function()
    pair, nvim, scenes_done = hosts.servers(), editor.new(), 0
  end)

  teardown(function()
    pair:stop()
    nvim:stop()
  end)

  local function play(code, options)
    return nvim:play(pair:prelude() .. code, options)
  end

  local function assert_says(expected, code, options)
    local said, exit_code = play(code, options)
    assert.equal(expected, said)
    assert.equal(0, exit_code)
  end

  -------------------------------------------------------------------------
  -- all there is

  -- `act` runs the scenes beside a timer of the editor's loop.
  local function assert_scenes(code)
    assert_says(scenes.expected .. "ended\n", [[
      local function act()
        local ticks, timer = 0, uv.new_timer()
        timer:start(1, 1, function()
          ticks = ticks + 1
        end)
        scenes.run { sandbox = SANDBOX, raw = RAW, say = print,
          ticks = function() return ticks end }
        timer:close()
        print "ended"
      end
    ]] .. code)
    scenes_done = scenes_done + 1
    pair:wait_for_scenes(scenes_done)
  end

  it("a task runs all scenes", function()
    assert_scenes "leave(act)"
  end)

  it("run runs all scenes, and the editor's loop meanwhile", function()
    assert_scenes [[
      indoxhub.run(act)
      vim.cmd "qa!"
    ]]
  end)

  it("one line on the command line asks", function()
    local said, code = nvim:run(([[-u NONE -c 'lua io.stdout:write(
      require("indoxhub").run(function()
        local client = require("indoxhub").new { base_url = "%s" }
        return client.chat:create { messages = { { role = "user",
          content = "What is 6 * 7?" } } }.data
      end))' -c 'qa!']]):format(pair.sandbox.url):gsub("%s+", " "),
      "INDOXHUB_API_KEY=indox-test")
    assert.equal("6 * 7 is 42.", said)
    assert.equal(0, code)
  end)

  -------------------------------------------------------------------------
  -- where tasks go on

  it("a helper is loaded wherever it is first used", function()
    assert_says("true\tfalse\nused\n", [[
      local use_all = require "spec.support.all_helpers"
      local timer = uv.new_timer()
      timer:start(1, 0, function()
        timer:close()
        print(vim.in_fast_event(),
          package.loaded["indoxhub.conversation"] ~= nil)
        leave(function()
          use_all(indoxhub, client)
          print "used"
        end)
      end)
    ]])
  end)

  it("a call outside tasks waits for its answer, wherever that is", function()
    assert_says(("6 * 7 is 42.\n"):rep(5), [[
      local function ask()
        return indoxhub.assert(client.chat:create {
          messages = MESSAGES }).data
      end
      print(ask())
      local pieces = {}
      for piece in indoxhub.assert(client.chat:stream {
        messages = MESSAGES }) do
        pieces[#pieces + 1] = piece
      end
      print(table.concat(pieces))
      vim.api.nvim_create_autocmd("User", { pattern = "Ask",
        callback = function()
          print(ask())
        end })
      vim.cmd "doautocmd User Ask"
      _G.ask = ask
      vim.cmd "inoremap <expr> X v:lua.ask()"
      vim.cmd 'execute "normal iX\\<Esc>"'
      print(vim.api.nvim_get_current_line())
      local timer = uv.new_timer()
      timer:start(1, 0, function()
        timer:close()
        assert(vim.in_fast_event())
        print(ask())
        vim.schedule(function()
          vim.cmd "qa!"
        end)
      end)
    ]])
  end)

  it("the whole API may be used wherever a task goes on", function()
    assert_says("done\n", [[
      local function use()
        assert(not vim.in_fast_event())
        local buffer = vim.api.nvim_create_buf(false, true)
        vim.api.nvim_buf_set_lines(buffer, 0, -1, true, { "text" })
        vim.cmd("bwipeout! " .. buffer)
        return vim.fn.strlen "text"
      end
      local function act()
        use()
        local client = client:with { log = use }
        indoxhub.assert(client.chat:create { messages = MESSAGES })
        use()
        local stream = indoxhub.assert(client.chat:stream {
          messages = MESSAGES })
        use()
        while stream:next() do
          use()
        end
        use()
        indoxhub.sleep(0.001)
        use()
        local other = indoxhub.spawn(function()
          use()
          indoxhub.sleep(0.001)
          return use()
        end)
        assert(other:await() == 4)
        use()
        local _, errors = indoxhub.gather { use, use }
        assert(not errors)
        use()
        local left = 3
        indoxhub.assert(client.audio:transcribe({
          file = indoxhub.reader(function()
            use()
            indoxhub.sleep(0.001)
            left = left - 1
            return left >= 0 and "bytes" or nil
          end, { filename = "talk.ogg" }) }, { on_progress = use }))
        use()
        silent():close()
        use()
      end
      -- Begun where hardly anything of the API may be used.
      local timer = uv.new_timer()
      timer:start(1, 0, function()
        timer:close()
        assert(vim.in_fast_event())
        leave(function()
          act()
          print "done"
        end)
      end)
    ]])
  end)

  it("tasks whose news came together go on in one turn", function()
    pair.raw:script("burst", { { "body" },
      { "send", servers.EVENTS_HEAD .. events.chunk "first" }, { "sleep", 300 },
      { "repeat", 40, events.chunk "more" }, { "send", "data: [DONE]\n\n" },
      { "close" } })
    local said, code = nvim:play([[
      local schedules, schedule = 0, vim.schedule
      function vim.schedule(fn)
        schedules = schedules + 1
        schedule(fn)
      end
    ]] .. pair:prelude() .. [[
      local STREAMS = 50
      local begun, pieces, before = 0, 0, nil
      local function read()
        local stream = indoxhub.assert(indoxhub.new { api_key = "indox-test",
          base_url = RAW .. "/burst" }.chat:stream { messages = MESSAGES })
        assert(stream:next() == "first")
        begun = begun + 1
        if begun == STREAMS then
          uv.sleep(1000) -- until all has arrived
          before = schedules
        end
        while stream:next() do
          pieces = pieces + 1
        end
        return true
      end
      leave(function()
        local fns = {}
        for i = 1, STREAMS do
          fns[i] = read
        end
        local _, errors = indoxhub.gather(fns)
        assert(not errors)
        print(pieces, schedules - before)
      end)
    ]])
    local pieces, schedules = said:match("^(%d+)\t(%d+)\n$")
    assert.equal("2000", pieces, said)
    assert.equal(0, code)
    assert.is_true(tonumber(schedules) < 50, said)
  end)

  it("typed keys are served beside a stream that never pauses", function()
    pair.raw:script("endless", { { "body" }, { "send", servers.EVENTS_HEAD },
      { "repeat", 100000000, events.chunk "on and on" } })
    assert_says("typed: a word\n", [[
      vim.o.showmode = false
      vim.cmd "nnoremap X <Cmd>let g:typed = 1<CR>"
      leave(function()
        local stream = indoxhub.assert(indoxhub.new { api_key = "indox-test",
          base_url = RAW .. "/endless" }.chat:stream { messages = MESSAGES })
        for _ = 1, 1000 do
          assert(stream:next())
        end
        vim.api.nvim_input "itype<BS>ed: a word<Esc>X"
        while not vim.g.typed do
          assert(stream:next())
        end
        stream:close()
        print(vim.api.nvim_get_current_line())
      end)
    ]])
  end)

  it("an error that on_error raises does not stop the others", function()
    local said, code = play [[
      function indoxhub.on_error(err)
        error("again " .. err, 0)
      end
      indoxhub.spawn(function()
        indoxhub.sleep(0.001)
        error("on purpose", 0)
      end)
      leave(function()
        indoxhub.sleep(0.02)
        print(client.chat:create { messages = MESSAGES }.data)
      end)
    ]]
    assert.truthy(said:find("again on purpose", 1, true), said)
    assert.truthy(said:find("6 * 7 is 42.\n", 1, true), said)
    assert.equal(0, code)
  end)

  it("Ctrl-C ends a call that blocks", function()
    assert_says("next\tcancelled\nsleep\tcancelled\nrun\tcancelled\n" ..
      "gather\tcancelled\nmap\tcancelled\nawait\tcancelled\tpending\n" ..
      "6 * 7 is 42.\n", [[
      local timer = uv.new_timer()
      timer:start(100, 100, function()
        vim.api.nvim_input "<C-c>"
      end)
      local function wait()
        return indoxhub.sleep(1000)
      end
      print("next", select(2, silent():next()).kind)
      print("sleep", select(2, wait()).kind)
      print("run", select(2, indoxhub.run(wait)).kind)
      print("gather", select(2, indoxhub.gather { wait })[1].kind)
      print("map", select(2, indoxhub.map({ 1 }, wait))[1].kind)
      local task = indoxhub.spawn(wait)
      local _, err = task:await()
      timer:stop()
      print("await", err.kind, task:status())
      print(client.chat:create { messages = MESSAGES }.data)
      vim.cmd "qa!"
    ]])
    pair:wait_for_leaver()
  end)

  -------------------------------------------------------------------------
  -- leaving

  it("it leaves in mid-stream at once, and without a trace", function()
    local open = [[
      local open
      indoxhub.spawn(function()
        local stream = silent()
        open = true
        stream:next()
        print "not reached"
      end)
      wait_until(function()
        return open
      end)
    ]]
    for _, ending in ipairs { "vim.cmd 'qa!'", "os.exit(0)",
      "vim.schedule(function() vim.cmd 'qa!' end)",
      "indoxhub.spawn(function() vim.cmd 'qa!' end)",
      "indoxhub.spawn(function() os.exit(0) end)",
      "indoxhub.run(function() indoxhub.sleep(0.001) vim.cmd 'qa!' end)",
      "local timer = uv.new_timer() timer:start(1, 0, function() " ..
      "os.exit(0) end)",
      "indoxhub.spawn(function() collectgarbage() vim.cmd 'qa!' end)" } do
      local said, code = play(open .. ending)
      assert.equal("", said, ending)
      assert.equal(0, code, ending)
      pair:wait_for_leaver()
    end
    local said, code = play(open .. "vim.cmd 'cq'")
    assert.equal("", said)
    assert.equal(1, code)
    pair:wait_for_leaver()
  end)

  it("a task that waits for something else does not hold it", function()
    assert_says("", [[
      indoxhub.spawn(indoxhub.sleep, 1000)
      indoxhub.spawn(function()
        indoxhub.spawn(indoxhub.sleep, 1000):await()
      end)
      vim.defer_fn(function()
        vim.cmd "qa!"
      end, 10)
    ]])
  end)

  it("a program that is started is an MCP server, and leaves with it",
    function()
      assert_says(asked .. "ticked\ttrue\n", [[
        leave(function()
          local ticks, timer = 0, uv.new_timer()
          timer:start(1, 1, function()
            ticks = ticks + 1
          end)
          parts.ask_program(print)
          timer:close()
          print("ticked", ticks > 0)
        end)
      ]])
      assert_says(asked, "parts.ask_program(print):close() vim.cmd 'qa!'")
      for _, ending in ipairs { "vim.cmd 'qa!'", "os.exit(0)" } do
        local said, code = play(([[
          local server = parts.program()
          print(indoxhub.assert(server:call "pid").content[1].text)
          indoxhub.spawn(server.call, server, "never")
          vim.defer_fn(function() %s end, 5)
        ]]):format(ending))
        assert.equal(0, code)
        programs.wait_for_end(said:match "%d+")
      end
    end)

  it("nobody else is started for a call, or sees the key", function()
    assert_says("marked\t1\nkey\t0\nchildren\t\n", [[
      -- How many processes, but the one that started this, tell a text.
      local function tellers(text)
        local parent, count = tostring(uv.os_getppid()), 0
        for _, folder in ipairs(vim.fn.glob("/proc/[0-9]*", true, true)) do
          local told = false
          for _, name in ipairs { "/cmdline", "/environ" } do
            local file = io.open(folder .. name)
            told = told or file and (file:read "*a" or "")
              :find(text, 1, true) ~= nil
            if file then
              file:close()
            end
          end
          if told and folder ~= "/proc/" .. parent then
            count = count + 1
          end
        end
        return count
      end
      local key = ("xodni"):reverse() .. "-" .. uv.hrtime() .. uv.os_getpid()
      leave(function()
        local stream = indoxhub.assert(indoxhub.new { api_key = key,
          base_url = RAW .. "/left" }.chat:stream { messages = MESSAGES })
        assert(stream:next() == "one ")
        print("marked", tellers(vim.env.MARK))
        print("key", tellers(key))
        local children = {}
        for _, name in ipairs(vim.fn.glob("/proc/self/task/*/children", true,
          true)) do
          local file = assert(io.open(name))
          children[#children + 1] = file:read "*a"
          file:close()
        end
        print("children", table.concat(children))
        stream:close()
      end)
    ]], { variables = "MARK=marked-$$" })
    pair:wait_for_leaver()
    assert.is_truthy(pair.raw:got("left"):find("indox-", 1, true))
  end)
end)
