-- `:checkhealth` in Neovim, and the names that newer editors have for what it
-- needs.
local during_tests = require "spec.support.during_tests"
local editor = require "spec.runtime.neovim.editor"
local hosts = require "spec.runtime.hosts"

local ALL_ON_PATH = editor.ALL_ON_PATH

describe("in Neovim", function()
  local pair, nvim = during_tests(hosts.servers), during_tests(editor.new)

  local function health(name, options)
    local said, code = nvim:play(([[
      vim.cmd "silent checkhealth %s"
      print(table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, true), "\n"))
      vim.cmd "qa!"
    ]]):format(name), options)
    assert.equal(0, code, said)
    return editor.as_older(said)
  end

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
      { "ERROR: The C core is not there", "luarocks --lua-version 5.1",
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
end)
