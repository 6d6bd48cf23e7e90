-- The example for Neovim: selections that are replaced, conversations, and the
-- marks of answers that are not whole.
local PROGRAM = require "spec.runtime.neovim.example"
local editor = require "spec.runtime.neovim.editor"
local events = require "spec.support.events"
local hosts = require "spec.runtime.hosts"
local servers = require "spec.support.servers"

local MORE = [[
  -- The marks of a buffer, as "row: text".
  local ended = vim.api.nvim_create_namespace "indoxhub_ask_ended"
  local function marks_of(buffer)
    local list = {}
    for i, mark in ipairs(vim.api.nvim_buf_get_extmarks(buffer, ended, 0, -1,
      { details = true })) do
      list[i] = mark[2] + 1 .. ":" .. mark[4].virt_text[1][1]
    end
    return table.concat(list, ",")
  end
  local function await_mark(buffer, text)
    await(function()
      return marks_of(buffer) == text
    end)
  end
  local function note()
    await(function()
      return notes[1]
    end)
    return table.remove(notes, 1).text
  end
  -- A chat with a question in it, which is sent.
  local function say(buffer, question)
    vim.api.nvim_buf_set_lines(buffer, -2, -1, true,
      vim.split(question, "\n"))
    type_keys "<CR>"
  end
  local function slow()
    require("indoxhub_ask").setup { client = {
      headers = { ["X-Sandbox-Pace"] = "0.03" } } }
  end
]]

describe("in Neovim the example", function()
  local pair, nvim

  setup(function()
    pair, nvim = hosts.servers(), editor.new()
    pair.raw:script("broken", { { "body" },
      { "send", servers.EVENTS_HEAD .. events.chunk "so\\nfar\\n" },
      { "close" } })
  end)

  teardown(function()
    pair:stop()
    nvim:stop()
  end)

  local function assert_example(expected, code)
    local said, exit_code = nvim:play(pair:prelude() .. PROGRAM .. MORE ..
      "leave(function()\n" .. code .. "\nend)", {
      arguments = editor.ALL_ON_PATH,
      variables = "INDOXHUB_API_KEY=indox-test INDOXHUB_BASE_URL="
        .. pair.sandbox.url })
    assert.equal(expected, said)
    assert.equal(0, exit_code)
  end

  -------------------------------------------------------------------------
  describe("marks answers", function()
    it("that were stopped", function()
      assert_example("3: [stopped]\n3: [stopped]\n3: [stopped]\n", [[
        base_url "left"
        local buffer = ask "Ask hi"
        await_text(buffer, "# hi||one two")
        type_keys "<C-x>"
        await_end(buffer)
        print(marks_of(buffer))
        buffer = open()
        vim.cmd "2Ask! hi"
        await_text(buffer, "one|two|one two|three")
        vim.cmd "AskStop"
        await_end(buffer)
        print(marks_of(buffer))
        -- Of which nothing had come yet.
        require("indoxhub_ask").setup { client = {
          headers = { ["X-Sandbox-Fail"] = "stall:0" } } }
        buffer = ask "Ask hi"
        vim.cmd "AskStop"
        await_end(buffer)
        print(marks_of(buffer))
      ]])
      pair:wait_for_leaver()
      pair:wait_for_leaver()
    end)

    it("that broke off, until they are undone", function()
      assert_example("one|two|so|far||three\n4: [broken off: truncated]\n" ..
        "one|two|three\n\n3: [broken off: insufficient_credits]\n", [[
        base_url "broken"
        local buffer = open()
        vim.cmd "2Ask! hi"
        await_mark(buffer, "4: [broken off: truncated]")
        print(text_of(buffer))
        print(marks_of(buffer))
        type_command "undo"
        await_mark(buffer, "")
        print(text_of(buffer))
        print(marks_of(buffer))
        require("indoxhub_ask").setup { client = {
          headers = { ["X-Sandbox-Fail"] = "status:402" } } }
        buffer = ask "Ask hi"
        await_end(buffer)
        print(marks_of(buffer))
      ]])
    end)
  end)

  -------------------------------------------------------------------------
  describe("replaces", function()
    it("lines by an answer, undone as one", function()
      assert_example("one|new||two|three|three\none|two|three\n" ..
        "one|new||two|three|three\n0\n", [[
        local buffer = open()
        vim.api.nvim_buf_set_lines(buffer, 3, 3, true, { "three" })
        vim.cmd "let &undolevels = &undolevels"
        vim.cmd "2,3AskReplace echo: new"
        await_end(buffer)
        print(text_of(buffer))
        type_command "undo"
        print((text_of(buffer):gsub("|three$", "")))
        type_command "redo"
        print(text_of(buffer))
        print(#notes)
      ]])
    end)

    it("what is selected within lines, whatever its letters", function()
      assert_example("a\195\169 <||6 * 7 \195\169\195\188z|two\n" ..
        "a<||6 * 7|bc|two\n<||6 * 7|\195\169\n", [[
        local buffer = open()
        local function replace(lines, keys)
          vim.api.nvim_buf_set_lines(buffer, 0, -1, true, lines)
          type_keys("gg0" .. keys .. "<Esc>")
          type_command "'<,'>AskReplace echo: <"
          await_end(buffer)
          print(text_of(buffer))
        end
        replace({ "a\195\169 6 * 7 \195\169\195\188z", "two" },
          "wvf\195\169")
        replace({ "a6 * 7", "bc", "two" }, "lvj0")
        replace({ "6 * 7", "\195\169" }, "v$j$")
      ]])
    end)

    it("by what is in a block of code", function()
      pair.raw:script("code", { { "body" }, { "send", servers.EVENTS_HEAD ..
        events.answer("\\n```lua\\n  x = 1\\n\\n  y\\n```\\n") },
        { "close" } })
      assert_example("one|  x = 1||  y|three\n", [[
        base_url "code"
        local buffer = open()
        vim.cmd "2AskReplace tidy"
        await_end(buffer)
        print(text_of(buffer))
      ]])
    end)

    it("nothing when the answer is not whole, or the text changed", function()
      assert_example("one|two|three\n2: [broken off: truncated]\ntruncated\n" ..
        "one|two|three\n2: [stopped]\n" ..
        "one|other|three\nthe text was changed meanwhile\n1 2 3||two\n", [[
        base_url "broken"
        local buffer = open()
        vim.cmd "2AskReplace tidy"
        await_end(buffer)
        print(text_of(buffer))
        print(marks_of(buffer))
        print(note():match "truncated")
        base_url "left"
        vim.cmd "2AskReplace tidy"
        await(function() -- what has come is shown behind the line
          local mark = vim.api.nvim_buf_get_extmarks(buffer, namespace, 0, -1,
            { details = true })[1]
          return mark[4].virt_text[1][1] == "... one two"
        end)
        vim.cmd "AskStop"
        await_end(buffer)
        print(text_of(buffer))
        print(marks_of(buffer))
        slow()
        vim.cmd "2AskReplace echo: 1 2 3"
        vim.api.nvim_buf_set_lines(buffer, 1, 2, true, { "other" })
        await_end(buffer)
        print(text_of(buffer))
        print(note():match "the text was changed meanwhile")
        print((vim.fn.getreg '"':gsub("\n", "|")))
      ]])
      pair:wait_for_leaver()
    end)
  end)

  -------------------------------------------------------------------------
  describe("talks in a buffer, which", function()
    it("remembers, and sends at a key", function()
      assert_example("indoxhub_chat\tnofile\n## You||\n" ..
        "## You||What is 6 * 7?||## Answer||6 * 7 is 42.||## You||\n11\n" ..
        '## You||What did I ask first?||## Answer||You asked first: "What is '
        .. '6 * 7?"||## You||\n0\ntrue\n', [[
        vim.cmd "AskChat"
        local buffer = vim.api.nvim_get_current_buf()
        print(vim.bo.filetype, vim.bo.buftype)
        print(text_of(buffer))
        say(buffer, "What is 6 * 7?")
        await_end(buffer)
        print(text_of(buffer))
        print(vim.api.nvim_win_get_cursor(0)[1])
        say(buffer, "What did I ask first?")
        await_end(buffer)
        print((text_of(buffer):gsub("^.-42%.||", "")))
        print(#notes)
        -- It is shown again, not begun again.
        vim.cmd "close"
        vim.cmd "AskChat"
        print(vim.api.nvim_get_current_buf() == buffer)
      ]])
    end)

    it("refuses an empty question, and two at once", function()
      assert_example("indoxhub: type a question below the last heading\n" ..
        "indoxhub: an answer is coming; <C-x> ends it\n## You||Count to 9||" ..
        "## Answer||1 2 3 4 5 6 7 8 9||## You||\n", [[
        slow()
        vim.cmd "AskChat"
        local buffer = vim.api.nvim_get_current_buf()
        type_keys "<CR>"
        print(note())
        say(buffer, "Count to 9")
        type_keys "<CR>"
        print(note())
        await_end(buffer)
        print(text_of(buffer))
      ]])
    end)

    it("goes on after an answer that was stopped", function()
      assert_example("## You||hi||## Answer||one two||## You||\n" ..
        "7: [stopped]\n7: [stopped],15: [stopped]\n0\n", [[
        base_url "left"
        vim.cmd "AskChat"
        local buffer = vim.api.nvim_get_current_buf()
        say(buffer, "hi")
        await_text(buffer, "## You||hi||## Answer||one two")
        type_keys "<C-x>"
        await_end(buffer)
        print(text_of(buffer))
        print(marks_of(buffer))
        say(buffer, "hi")
        await(function()
          return select(2, text_of(buffer):gsub("one two", "")) == 2
        end)
        type_keys "<C-x>"
        await_end(buffer)
        print(marks_of(buffer))
        print(#notes)
      ]])
      pair:wait_for_leaver()
      pair:wait_for_leaver()
    end)

    it("leaves the question in its place when no answer came", function()
      assert_example("## You||echo: 6 * 7|is it?\n4: [broken off: " ..
        "insufficient_credits]\ntrue\n## You||echo: 6 * 7|is it?||" ..
        "## Answer||6 * 7|is it?||## You||\n\n", [[
        require("indoxhub_ask").setup { client = {
          headers = { ["X-Sandbox-Fail"] = "status:402*1" } } }
        vim.cmd "AskChat"
        local buffer = vim.api.nvim_get_current_buf()
        say(buffer, "echo: 6 * 7\nis it?")
        await_end(buffer)
        print(text_of(buffer))
        print(marks_of(buffer))
        print(note():find "insufficient_credits" ~= nil)
        type_keys "<CR>"
        await_end(buffer)
        print(text_of(buffer))
        print(marks_of(buffer))
      ]])
    end)

    it("tells that there is no key", function()
      assert_example("true\n## You||hi\n3: [broken off: authentication]\n", [[
        require("indoxhub_ask").setup { client = {
          api_key = function() return "" end } }
        vim.cmd "AskChat"
        local buffer = vim.api.nvim_get_current_buf()
        say(buffer, "hi")
        print(note():find("no API key is set", 1, true) ~= nil)
        print(text_of(buffer))
        print(marks_of(buffer))
      ]])
    end)

    it("goes on in a closed window, and ends with its buffer", function()
      assert_example("1\t## You||Count to 12||## Answer||1 2 3 4 5 6 7 8 9 " ..
        "10 11 12||## You||\nfalse\t0\n", [[
        slow()
        vim.cmd "AskChat"
        local buffer = vim.api.nvim_get_current_buf()
        say(buffer, "Count to 12")
        vim.cmd "close"
        await_end(buffer)
        vim.cmd "AskChat"
        print(vim.api.nvim_get_current_buf() - buffer + 1, text_of(buffer))
        base_url "left"
        vim.cmd "AskChat!"
        buffer = vim.api.nvim_get_current_buf()
        say(buffer, "hi")
        await_text(buffer, "## You||hi||## Answer||one two")
        vim.cmd "bwipeout!"
        print(vim.api.nvim_buf_is_valid(buffer), #notes)
      ]])
      pair:wait_for_leaver()
    end)

    it("answers beside others, and is left with the editor", function()
      assert_example("1 2 3 4 5||## You||\n1 2 3 4 5 6||## You||\n", [[
        slow()
        local buffers = {}
        for i = 1, 2 do
          vim.cmd "AskChat!"
          buffers[i] = vim.api.nvim_get_current_buf()
          say(buffers[i], "Count to " .. i + 4)
        end
        for i = 1, 2 do
          await_end(buffers[i])
          print(text_of(buffers[i]):match "Answer||(.*)$")
        end
        base_url "left"
        vim.cmd "AskChat!"
        local buffer = vim.api.nvim_get_current_buf()
        say(buffer, "hi")
        await_text(buffer, "## You||hi||## Answer||one two")
        vim.cmd "qa"
      ]])
      pair:wait_for_leaver()
    end)
  end)

  it("knows its answers and chats when it is loaded again", function()
    assert_example("3: [stopped]\n0\ntrue\n6 * 7 is 42.||## You||\n", [[
      base_url "left"
      local buffer = ask "Ask hi"
      await_text(buffer, "# hi||one two")
      local function reload()
        for name in pairs(package.loaded) do
          if name:find "^indoxhub_ask" then
            package.loaded[name] = nil
          end
        end
        vim.cmd "source examples/neovim/plugin/indoxhub_ask.lua"
        require "indoxhub_ask"
      end
      reload()
      assert(is_answering(buffer))
      vim.cmd "AskStop"
      await_end(buffer)
      print(marks_of(buffer))
      print(#vim.api.nvim_get_autocmds { event = "BufUnload",
        buffer = buffer })
      vim.cmd "AskChat"
      local chat = vim.api.nvim_get_current_buf()
      reload()
      vim.cmd "AskChat"
      print(vim.api.nvim_get_current_buf() == chat)
      say(chat, "What is 6 * 7?")
      await_end(chat)
      print(text_of(chat):match "Answer||(.*)$")
    ]])
    pair:wait_for_leaver()
  end)
end)
