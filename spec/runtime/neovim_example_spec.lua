-- The example for Neovim, played as a person would.
local PROGRAM = require "spec.runtime.neovim.example"
local during_tests = require "spec.support.during_tests"
local editor = require "spec.runtime.neovim.editor"
local events = require "spec.support.events"
local hosts = require "spec.runtime.hosts"
local servers = require "spec.support.servers"

local ALL_ON_PATH = editor.ALL_ON_PATH

describe("in Neovim", function()
  local pair, nvim = during_tests(hosts.servers), during_tests(editor.new)

  local function assert_example(expected, code, variables)
    local said, exit_code = nvim:play(pair:prelude() .. PROGRAM ..
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
    assert_example("one|The capital of Italy is Rome.|" ..
      "The capital of Kenya is Nairobi.|The capital of Japan is Tokyo.|two|" ..
      "The capital of Norway is Oslo.|three\none|two|three\n" ..
      "# What is 3 + 3?||3 + 3 is 6.\n# What is 4 + 4?||4 + 4 is 8.\n", [[
      local buffer = open()
      vim.cmd "2Ask! The capital of Norway?"
      vim.cmd "1Ask! The capital of Japan?"
      vim.cmd "1Ask! The capital of Kenya?"
      vim.cmd "1Ask! The capital of Italy?"
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
      { "send", servers.EVENTS_HEAD .. events.chunk "so far" }, { "close" } })
    pair.raw:script("slowly", { { "body" },
      { "send", servers.EVENTS_HEAD .. events.chunk "one" }, { "sleep", 500 },
      { "send", events.chunk "two" }, { "hold" } })
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
    local line, count = events.chunk "a line\\r\\nand ", 30000
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
