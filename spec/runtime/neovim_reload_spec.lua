-- In Neovim, where plugin managers load a plugin again: all its modules are
-- cleared and required anew, also in mid-stream.
local PROGRAM = require "spec.runtime.neovim.example"
local during_tests = require "spec.support.during_tests"
local editor = require "spec.runtime.neovim.editor"
local hosts = require "spec.runtime.hosts"

-- Before each program: how a plugin manager does that, and what must not grow.
local RELOAD = [[
  local function reload()
    for name in pairs(package.loaded) do
      if name:find "^indoxhub" then
        package.loaded[name] = nil
      end
    end
    indoxhub = require "indoxhub"
    client = indoxhub.new { api_key = "indox-test", base_url = SANDBOX }
  end
  local function ask()
    local reply = indoxhub.assert(client.chat:create { messages = MESSAGES })
    assert(reply.data == "6 * 7 is 42.")
  end
  -- Handles that were made and are still there.
  local handles = setmetatable({}, { __mode = "k" })
  for _, name in ipairs { "new_poll", "new_timer", "new_idle" } do
    local make = uv[name]
    uv[name] = function(...)
      local handle = make(...)
      handles[handle] = true
      return handle
    end
  end
  -- Descriptors, handles of libuv, and autocommands.
  local function count()
    -- What LuaJIT compiled keeps a copy until the next is used first, and how
    -- much it compiles differs from run to run.
    reload()
    ask()
    for _ = 1, 5 do -- what finalizers hold is collected after them
      collectgarbage()
      vim.wait(5) -- handles are closed in the loop's next turn
    end
    local open = 0
    for handle in pairs(handles) do
      local is_there, is_closing = pcall(uv.is_closing, handle)
      open = open + (is_there and not is_closing and 1 or 0)
    end
    return #vim.fn.glob("/proc/self/fd/*", true, true), open,
      #vim.api.nvim_get_autocmds {}
  end
  local function check_growth(act)
    for _ = 1, 3 do
      act()
    end
    local before = { count() }
    for _ = 1, 50 do
      act()
    end
    local after = { count() }
    for i, what in ipairs { "descriptors", "handles", "autocommands" } do
      if after[i] > before[i] + 2 then
        print(what, before[i], after[i])
      end
    end
  end
]]

describe("loaded again in Neovim, the library", function()
  local pair, nvim = during_tests(hosts.servers), during_tests(editor.new)

  local function assert_says(expected, code)
    local said, exit_code = nvim:play(pair:prelude() .. RELOAD .. code)
    assert.equal(expected, said)
    assert.equal(0, exit_code)
  end

  it("leaves nothing behind, however often", function()
    assert_says("", [[
      check_growth(function()
        ask()
        reload()
      end)
      vim.cmd "qa!"
    ]])
  end)

  it("leaves nothing behind of tasks either", function()
    assert_says("", [[
      check_growth(function()
        local task = indoxhub.spawn(function()
          ask()
          indoxhub.sleep(0.001)
          ask()
        end)
        reload()
        wait_until(function()
          return task:status() ~= "pending"
        end)
        assert(task:status() == "done")
      end)
      vim.cmd "qa!"
    ]])
  end)

  it("goes on with a stream and with sleepers that were there", function()
    assert_says("slept\n6 * 7 is 42.\n5\n", [[
      local slow = client:with { headers = { ["X-Sandbox-Pace"] = "0.05" } }
      local pieces, first = 0, nil
      local reader = indoxhub.spawn(function()
        local stream = indoxhub.assert(slow.chat:stream {
          messages = MESSAGES })
        while true do
          local piece = stream:next()
          if not piece then
            break
          end
          pieces = pieces + 1
        end
        return indoxhub.assert(stream:reply()).data
      end)
      local sleeper = indoxhub.spawn(function()
        indoxhub.sleep(0.05)
        print "slept"
      end)
      wait_until(function()
        return pieces > 0
      end)
      for _ = 1, 10 do
        reload()
        ask()
        collectgarbage()
      end
      wait_until(function()
        return reader:status() ~= "pending" and sleeper:status() ~= "pending"
      end)
      print(reader:await())
      print(pieces)
      vim.cmd "qa!"
    ]])
  end)

  it("leaves its loop to a client that had not asked yet", function()
    assert_says("6 * 7 is 42.\n6 * 7 is 42.\n", [[
      local old, old_client = indoxhub, client
      reload()
      local first = old.spawn(function()
        print(old_client.chat:create { messages = MESSAGES }.data)
      end)
      wait_until(function()
        return first:status() ~= "pending"
      end)
      first:await()
      print(client.chat:create { messages = MESSAGES }.data)
      vim.cmd "qa!"
    ]])
  end)

  it("loads no helper of it for a client that was there", function()
    assert_says("used\n", [[
      local use_all = dofile "spec/support/all_helpers.lua"
      ask()
      local old, old_client = indoxhub, client
      reload()
      ask()
      leave(function()
        use_all(old, old_client)
        for name in pairs(package.loaded) do
          if name:find "^indoxhub%.conversation" then
            print(name)
          end
        end
        print "used"
      end)
    ]])
  end)

  it("ends what was there when the editor is left", function()
    assert_says("", [[
      local open
      indoxhub.spawn(function()
        local stream = silent()
        open = true
        stream:next()
      end)
      wait_until(function()
        return open
      end)
      reload()
      ask()
      collectgarbage()
      vim.cmd "qa!"
    ]])
    pair:wait_for_leaver()
  end)

  it("ends a stream that nobody holds any more", function()
    assert_says("", [[
      do
        local stream = silent()
      end
      parts = nil
      reload()
      ask()
      wait_until(function()
        collectgarbage()
        return true
      end)
      vim.cmd "qa!"
    ]])
    pair:wait_for_leaver()
  end)

  it("goes on with the core alone loaded again", function()
    assert_says("6 * 7 is 42.\n", [[
      local slow = client:with { headers = { ["X-Sandbox-Pace"] = "0.05" } }
      local stream = indoxhub.assert(slow.chat:stream { messages = MESSAGES })
      assert(stream:next())
      package.loaded["indoxhub.core"] = nil
      local core = require "indoxhub.core"
      assert(core.engine()):close()
      ask()
      print(indoxhub.assert(stream:reply()).data)
      vim.cmd "qa!"
    ]])
  end)

  it("lets an answer of the example end, which is loaded again, too", function()
    local said, exit_code = nvim:play(pair:prelude() .. RELOAD .. PROGRAM .. [[
      vim.env.INDOXHUB_BASE_URL = SANDBOX
      require("indoxhub_ask").setup { client = {
        headers = { ["X-Sandbox-Pace"] = "0.05" } } }
      local first = ask "Ask echo: one two three four five six"
      await(function()
        return #text_of(first):match "[^|]*$" > 0
      end)
      for _ = 1, 5 do
        reload()
        vim.g.loaded_indoxhub_ask = nil
        vim.cmd "runtime plugin/indoxhub_ask.lua"
      end
      assert(is_answering(first))
      local second = ask "Ask echo: seven"
      await_end(first)
      await_end(second)
      print(text_of(first))
      print(text_of(second))
      print(#vim.api.nvim_get_autocmds { event = "BufUnload",
        buffer = { first, second } }, #notes)
      vim.cmd "qa!"
    ]], { arguments = editor.ALL_ON_PATH,
      variables = "INDOXHUB_API_KEY=indox-test" })
    assert.equal("# echo: one two three four five six||one two three " ..
      "four five six\n# echo: seven||seven\n0\t0\n", said)
    assert.equal(0, exit_code)
  end)
end)
