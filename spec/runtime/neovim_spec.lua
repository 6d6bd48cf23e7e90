-- In Neovim, without a screen.
local editor = require "spec.runtime.neovim.editor"
local hosts = require "spec.runtime.hosts"
local scenes = require "spec.runtime.scenes"
local servers = require "spec.support.servers"

describe("in Neovim", function()
  local pair, nvim, scenes_done

  setup(function()
    pair, nvim, scenes_done = hosts.servers(), editor.new(), 0
  end)

  teardown(function()
    pair:stop()
    nvim:stop()
  end)

  -- An event with a piece of an answer.
  local function piece(text)
    return ('data: {"choices":[{"delta":{"content":"%s"}}]}\n\n'):format(text)
  end

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
      { "send", servers.EVENTS_HEAD .. piece "first" }, { "sleep", 300 },
      { "repeat", 40, piece "more" }, { "send", "data: [DONE]\n\n" },
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
      { "repeat", 100000000, piece "on and on" } })
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
      "gather\tcancelled\nawait\tcancelled\tpending\n6 * 7 is 42.\n", [[
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

  -------------------------------------------------------------------------
  -- :checkhealth

  local function health(name, options)
    local said, code = nvim:play(([[
      vim.cmd "silent checkhealth %s"
      print(table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, true), "\n"))
      vim.cmd "qa!"
    ]]):format(name), options)
    assert.equal(0, code, said)
    return (said:gsub("%- (%u+) ", "- %1: ")) -- as older editors write it
  end

  local ALL_ON_PATH = [[--clean --cmd "set rtp+=$PWD,$PWD/examples/neovim"]]

  -- Every part of `expected` is in the report, `absent` is not.
  local function assert_report(report, expected, absent)
    for _, part in ipairs(expected) do
      assert.truthy(report:find(part, 1, true), part .. " is not in " .. report)
    end
    for _, part in ipairs(absent or {}) do
      assert.is_nil(report:find(part, 1, true), part .. " is in " .. report)
    end
  end

  it("checkhealth tells that all is well, and no key", function()
    for _, name in ipairs { "indoxhub", "indoxhub_ask" } do
      assert_report(health(name, { arguments = ALL_ON_PATH, variables =
        "INDOXHUB_BASE_URL=http://127.0.0.1:7/x INDOXHUB_API_KEY=Zq7Zq7" }),
        { "OK: Neovim ", "OK: The C core is loaded; it uses libcurl/",
          "OK: The engine works", "(loop/uv)",
          "set in INDOXHUB_API_KEY", "base_url: http://127.0.0.1:7/x" },
        { "WARN", "ERROR", "Zq7" })
    end
  end)

  it("checkhealth tells what is missing, and the way out", function()
    assert_report(health("indoxhub", { arguments = ALL_ON_PATH }),
      { "WARNING: No API key is set", "Set INDOXHUB_API_KEY",
        "base_url: https://api.indoxhub.com/api/v1" }, { "ERROR" })
    assert_report(health("indoxhub", { arguments = ALL_ON_PATH,
      variables = "LUA_CPATH=/nowhere/?.so" }),
      { "ERROR: The C core cannot be loaded", "luarocks --lua-version 5.1",
        "/nowhere/?.so" }, { "failed to run" })
    assert_report(health("indoxhub", { arguments = ALL_ON_PATH,
      variables = "INDOXHUB_BASE_URL=nonsense" }),
      { "ERROR: No client can be made", "INDOXHUB_BASE_URL" })
    assert_report(health("indoxhub_ask", { variables = "LUA_PATH=/nowhere",
      arguments = [[--clean --cmd "set rtp+=$PWD/examples/neovim"]] }),
      { "ERROR: The library is not installed", "luarocks" })
  end)

  it("newer names of the editor's functions do as well", function()
    local said, code = nvim:play([[
      vim.uv, vim.loop = uv, nil
      vim.health = { start = print, ok = print, info = print }
      require("indoxhub.health").check()
    ]] .. pair:prelude() .. [[
      leave(function()
        print(client.chat:create { messages = MESSAGES }.data)
        indoxhub.sleep(0.001)
      end)
    ]], { variables = "INDOXHUB_API_KEY=indox-test" })
    assert_report(said, { "indoxhub\nNeovim ", "(loop/uv)",
      "\n6 * 7 is 42.\n" })
    assert.equal(0, code)
  end)

  -------------------------------------------------------------------------
  -- the example

  -- `await` waits in a task, where typed keys are served meanwhile; `notes` are
  -- the notifications.
  local EXAMPLE = [[
    vim.o.showmode = false
    local notes = {}
    function vim.notify(text, level, options)
      assert(not vim.in_fast_event())
      notes[#notes + 1] = { text = text, level = level, title = options.title }
    end
    local function await(condition)
      for _ = 1, 4000 do
        if condition() then
          return
        end
        indoxhub.sleep(0.002)
      end
      error("waited too long; " .. vim.inspect(notes), 2)
    end
    local function text_of(buffer)
      return table.concat(vim.api.nvim_buf_get_lines(buffer, 0, -1, true), "|")
    end
    local namespace = vim.api.nvim_create_namespace "indoxhub_ask"
    local function is_answering(buffer)
      return #vim.api.nvim_buf_get_extmarks(buffer, namespace, 0, -1, {}) > 0
    end
    local function await_end(buffer)
      await(function()
        return not is_answering(buffer)
      end)
    end
    local function await_text(buffer, text)
      await(function()
        return text_of(buffer) == text
      end)
    end
    -- As a person does: while the editor waits for keys.
    local function type_keys(keys)
      local timer = uv.new_timer()
      vim.g.typed = 0
      timer:start(1, 0, function()
        timer:close()
        vim.api.nvim_input(keys .. "<F9>")
      end)
      await(function()
        return vim.g.typed == 1
      end)
    end
    vim.cmd "noremap <F9> <Cmd>let g:typed = 1<CR>"
    vim.cmd "inoremap <F9> <Cmd>let g:typed = 1<CR>"
    -- A command that shows nothing of itself.
    local function type_command(command)
      vim.g.command = command
      vim.cmd "noremap <F8> <Cmd>execute 'silent' g:command<CR>"
      type_keys "<F8>"
    end
    local function ask(question)
      vim.cmd(question)
      return vim.api.nvim_get_current_buf()
    end
    -- A buffer of three lines.
    local function open()
      vim.cmd "enew!"
      local buffer = vim.api.nvim_get_current_buf()
      vim.api.nvim_buf_set_lines(buffer, 0, -1, true, { "one", "two", "three" })
      vim.cmd "let &undolevels = &undolevels" -- what follows is another change
      return buffer
    end
    -- Keys that stop an answer; newer editors have some for Markdown, too.
    local function count_keys(buffer)
      local count = 0
      for _, key in ipairs(vim.api.nvim_buf_get_keymap(buffer, "n")) do
        count = count + (key.lhs == "<C-X>" and 1 or 0)
      end
      return count
    end
    local function base_url(name)
      require("indoxhub_ask").setup { client = { max_retries = 0,
        base_url = RAW .. "/" .. name } }
    end
  ]]

  local function assert_example(expected, code, variables)
    local said, exit_code = nvim:play(pair:prelude() .. EXAMPLE ..
      "leave(function()\n" .. code .. "\nend)", { arguments = ALL_ON_PATH,
      variables = "INDOXHUB_API_KEY=indox-test INDOXHUB_BASE_URL="
        .. pair.sandbox.url .. " " .. (variables or "") })
    assert.equal(expected, said)
    assert.equal(0, exit_code)
  end

  it("the example is started by the command in its header", function()
    local file = assert(io.open("examples/neovim/plugin/indoxhub_ask.lua"))
    local command = file:read("*a"):match("\n%-%-     (nvim [^\n]+)\n")
    file:close()
    local name = nvim.folder .. "/look.lua"
    file = assert(io.open(name, "w"))
    file:write [[
      local buffer = vim.api.nvim_get_current_buf()
      assert(vim.wait(20000, function()
        return vim.fn.search("this machine.$", "nw") > 0
      end))
      io.stdout:write(vim.api.nvim_buf_get_lines(buffer, 2, 3, true)[1])
      vim.cmd "qa!"
    ]]
    file:close()
    local said, code = nvim:run(command:match("^nvim (.*)$") .. " '+luafile "
      .. name .. "'", "INDOXHUB_API_KEY=indox-test INDOXHUB_BASE_URL="
      .. pair.sandbox.url)
    assert.equal("Hello! I am the IndoxHub sandbox. Ask me anything; " ..
      "nothing leaves this machine.", said)
    assert.equal(0, code)
  end)

  it("the example answers in a window, which follows", function()
    assert_example("# Write a haiku about rain||Morning brings rain,|" ..
      "small words arrive one by one,|the page fills with light.\n5\t0\n" ..
      "markdown\tnofile\tfalse\n0\n0\n", [[
      local buffer = ask "Ask Write a haiku about rain"
      await_end(buffer)
      print(text_of(buffer))
      print(vim.api.nvim_win_get_cursor(0)[1], #notes)
      print(vim.bo.filetype, vim.bo.buftype, vim.bo.swapfile)
      print(count_keys(buffer))
      print(#vim.api.nvim_get_autocmds { event = "BufUnload",
        buffer = buffer })
    ]])
  end)

  it("the example sends lines with the question", function()
    assert_example("# echo: say||say||two|three\n", [[
      open()
      local buffer = ask "2,3Ask echo: say"
      await_end(buffer)
      print(text_of(buffer))
    ]])
  end)

  it("the example writes beneath a line, undone and redone as one", function()
    assert_example("one|two|1 2 3 4 5 6 7 8|three\none|two|three\n" ..
      "one|two|1 2 3 4 5 6 7 8|three\n", [[
      local buffer = open()
      type_command "2Ask! count to 8"
      await_end(buffer)
      print(text_of(buffer))
      type_command "undo"
      print(text_of(buffer))
      type_command "redo"
      print(text_of(buffer))
    ]])
  end)

  it("the example gives many answers at once, each its place", function()
    assert_example("one|9 + 9 is 18.|8 + 8 is 16.|" ..
      "7 + 7 is 14.|two|6 + 6 is 12.|three\none|two|three\n" ..
      "# What is 3 + 3?||3 + 3 is 6.\n# What is 4 + 4?||4 + 4 is 8.\n", [[
      local buffer = open()
      vim.cmd "2Ask! What is 6 + 6?"
      vim.cmd "1Ask! What is 7 + 7?"
      vim.cmd "1Ask! What is 8 + 8?"
      vim.cmd "1Ask! What is 9 + 9?"
      await_end(buffer)
      print(text_of(buffer))
      vim.cmd "silent undo"
      print(text_of(buffer))
      local first = ask "Ask What is 3 + 3?"
      local second = ask "Ask What is 4 + 4?"
      await_end(first)
      await_end(second)
      print(text_of(first))
      print(text_of(second))
    ]])
  end)

  it("one goes on editing while the example answers", function()
    assert_example("typed\ttrue\none more|one|two|1 2 3 4 5 6 7 8 9 10 11 12" ..
      "|three\n", [[
      require("indoxhub_ask").setup { client = {
        headers = { ["X-Sandbox-Pace"] = "0.03" } } }
      local buffer = open()
      vim.cmd "2Ask! count to 12"
      await_text(buffer, "one|two|1 2|three")
      type_keys "ggOone more<Esc>"
      print("typed", is_answering(buffer))
      await_end(buffer)
      print(text_of(buffer))
    ]])
  end)

  it("a key ends the answer of the example, and the server sees it", function()
    assert_example("# hi||one two\none|two|one two|three\n0\t0\n" ..
      "# hi||one two\n", [[
      base_url "left"
      local buffer = ask "Ask hi"
      await_text(buffer, "# hi||one two")
      print(text_of(buffer))
      type_keys "<C-x>"
      await_end(buffer)
      buffer = open()
      vim.cmd "2Ask! hi"
      await_text(buffer, "one|two|one two|three")
      print(text_of(buffer))
      type_keys "<C-x>"
      await_end(buffer)
      print(#vim.api.nvim_buf_get_keymap(buffer, "n"), #notes)
      buffer = ask "Ask hi"
      await_text(buffer, "# hi||one two")
      vim.cmd "AskStop"
      await_end(buffer)
      print(text_of(buffer))
    ]])
    for _ = 1, 3 do
      pair:wait_for_leaver()
    end
  end)

  it("whoever takes the place of an answer ends it", function()
    local ways = { "bwipeout!", "close!", "bdelete!", "silent undo",
      "silent %delete", "silent 3delete" }
    assert_example(("0\n"):rep(#ways), ([[
      base_url "left"
      for _, way in ipairs { "%s" } do
        open() -- so that there is another buffer
        vim.cmd "new"
        local buffer = vim.api.nvim_get_current_buf()
        local scratch = way:find "close"
        if scratch then
          buffer = ask "Ask hi"
        else
          vim.api.nvim_buf_set_lines(buffer, 0, -1, true, { "one", "two" })
          vim.cmd "let &undolevels = &undolevels"
          vim.cmd "2Ask! hi"
        end
        await(function()
          return text_of(buffer):find "one two$"
        end)
        vim.cmd(way)
        if way:find "silent" then
          vim.cmd "AskStop" -- nothing more comes by itself
        end
        await(function()
          return not vim.api.nvim_buf_is_loaded(buffer)
            or not is_answering(buffer)
        end)
        print(#notes)
      end
    ]]):format(table.concat(ways, '", "')))
    for _ = 1, #ways do
      pair:wait_for_leaver()
    end
  end)

  it("an answer of which nothing is left does not go on", function()
    assert_example("one|two|1 2 3|three\none|two|three\none|two|three\n0\n", [[
      require("indoxhub_ask").setup { client = {
        headers = { ["X-Sandbox-Pace"] = "0.03" } } }
      local buffer = open()
      type_command "2Ask! count to 100"
      await_text(buffer, "one|two|1 2 3|three")
      print(text_of(buffer))
      type_command "undo"
      print(text_of(buffer))
      await_end(buffer)
      print(text_of(buffer))
      print(#notes)
    ]])
  end)

  it("leaving the editor while the example answers is clean", function()
    assert_example("", [[
      base_url "left"
      local first, second = ask "Ask hi", ask "Ask hi"
      await_text(first, "# hi||one two")
      await_text(second, "# hi||one two")
      vim.cmd "qa!"
    ]])
    pair:wait_for_leaver()
    pair:wait_for_leaver()
  end)

  it("the example tells of errors, and leaves the text as it was", function()
    pair.raw:script("broken", { { "body" },
      { "send", servers.EVENTS_HEAD .. piece "so far" }, { "close" } })
    pair.raw:script("slowly", { { "body" },
      { "send", servers.EVENTS_HEAD .. piece "one" }, { "sleep", 500 },
      { "send", piece "two" }, { "hold" } })
    local lines = {
      "authentication: no API key is set", "one|two|three", "true\tindoxhub",
      "insufficient_credits", "one|two|three", "true\tindoxhub",
      "truncated", "one|two|so far|three", "true\tindoxhub",
      "Buffer is not 'modifiable'", "one|two|three", "true\tindoxhub",
      "Buffer is not 'modifiable'", "# hi||one", "true\tindoxhub",
      "unknown option", "one|two|three", "true\tindoxhub",
    }
    assert_example(table.concat(lines, "\n") .. "\n", [[
      local function show(expected, buffer)
        await(function()
          return notes[1] and not is_answering(buffer)
        end)
        assert(#notes == 1)
        local note = table.remove(notes)
        print(note.text:find(expected, 1, true) and expected or note.text)
        print(text_of(buffer))
        print(note.level == vim.log.levels.ERROR, note.title)
      end
      local function setup(options)
        options.max_retries = 0
        require("indoxhub_ask").setup { client = options }
      end
      setup { api_key = function() return "" end }
      local buffer = open()
      vim.cmd "2Ask! hi"
      show("authentication: no API key is set", buffer)
      setup { headers = { ["X-Sandbox-Fail"] = "status:402" } }
      vim.cmd "2Ask! hi"
      show("insufficient_credits", buffer)
      base_url "broken"
      vim.cmd "2Ask! hi"
      show("truncated", buffer)
      buffer = open()
      vim.bo.modifiable = false
      vim.cmd "2Ask! hi"
      show("Buffer is not 'modifiable'", buffer)
      base_url "slowly"
      buffer = ask "Ask hi"
      await_text(buffer, "# hi||one")
      vim.bo[buffer].modifiable = false
      show("Buffer is not 'modifiable'", buffer)
      setup { nonsense = true }
      buffer = open()
      vim.cmd "2Ask! hi"
      show("unknown option", buffer)
    ]])
  end)

  it("the example takes nobody's key", function()
    assert_example("theirs\t1\nkept\t1\nnone\t0\n", [[
      local pressed = 0
      local function count()
        pressed = pressed + 1
      end
      base_url "left"
      local buffer = open()
      vim.keymap.set("n", "<C-X>", count, { buffer = buffer })
      vim.cmd "2Ask! hi"
      await_text(buffer, "one|two|one two|three")
      type_keys "<C-x>"
      print("theirs", pressed)
      vim.cmd "AskStop"
      await_end(buffer)
      print("kept", count_keys(buffer))
      require("indoxhub_ask").setup { key = false }
      buffer = ask "Ask hi"
      print("none", count_keys(buffer))
      vim.cmd "AskStop"
      await_end(buffer)
    ]])
    pair:wait_for_leaver()
  end)

  it("the example keeps up with a server that never pauses", function()
    local line, count = piece "a line\\r\\nand ", 30000
    pair.raw:script("flood", { { "body" }, { "send", servers.EVENTS_HEAD },
      { "repeat", 1e9, line } })
    pair.raw:script("fast", { { "body" }, { "send", servers.EVENTS_HEAD },
      { "repeat", count, line }, { "send", "data: [DONE]\n\n" },
      { "close" } })
    assert_example("true\n" .. count + 3 .. "\tand a line\tand \n0\n", [[
      base_url "flood"
      local buffer = ask "Ask hi"
      await(function()
        return vim.api.nvim_buf_line_count(buffer) > 1000
      end)
      type_keys "<C-w>k"
      print(is_answering(buffer))
      require("indoxhub_ask").stop(buffer)
      await_end(buffer)
      base_url "fast"
      buffer = ask "Ask hi"
      await_end(buffer)
      local lines = vim.api.nvim_buf_get_lines(buffer, 0, -1, true)
      print(#lines, lines[#lines - 1], lines[#lines])
      print(#notes)
    ]])
  end)

  it("the example tells when there is no library", function()
    local said, code = nvim:play([[
      function vim.notify(text, level)
        print(text, level == vim.log.levels.ERROR)
      end
      vim.cmd "Ask hi"
      vim.cmd "qa!"
    ]], { variables = "LUA_PATH=/nowhere", arguments =
      [[--clean --cmd "set rtp+=$PWD/examples/neovim"]] })
    assert.equal("indoxhub: the library cannot be loaded; " ..
      ":checkhealth indoxhub_ask tells what is missing\ttrue\n", said)
    assert.equal(0, code)
  end)
end)
