-- In Neovim, as plugin managers install it: the folder, and its build step.
local editor = require "spec.runtime.neovim.editor"
local files = require "spec.support.files"
local hosts = require "spec.runtime.hosts"

describe("as a plugin of Neovim", function()
  local folder, nvim

  setup(function()
    folder, nvim = files.folder(), editor.new()
    -- With what was compiled already, so that it does not take long.
    local said, code = hosts.run(("sh -c 'cp -rp csrc lua Makefile %s && "
      .. "rm -f %s/lua/indoxhub/core.so && make -s -C %s neovim "
      .. "BUILD=$PWD/build/luajit'"):format(folder, folder, folder))
    assert(code == 0, said)
  end)

  teardown(function()
    files.remove_folder(folder)
    nvim:stop()
  end)

  -- Runs code in an editor that knows the folder and nothing else of it.
  local function play(code)
    return nvim:play(code, {
      arguments = ([[--clean --cmd "set rtp+=%s"]]):format(folder),
      variables = "env -u LUA_PATH -u LUA_CPATH" })
  end

  it("is found by the editor without any setting", function()
    local said, code = play [[
      local indoxhub = require "indoxhub"
      local core = require "indoxhub.core"
      print(type(indoxhub.new), type(core.engine))
      vim.cmd "qa!"
    ]]
    assert.equal("function\tfunction\n", said)
    assert.equal(0, code)
  end)

  it("makes calls", function()
    local said = play [[
      local indoxhub = require "indoxhub"
      leave(function()
        local client = indoxhub.new { api_key = "k", max_retries = 0,
          base_url = "http://127.0.0.1:1/api/v1" }
        local reply, err = client.user:health()
        print(reply, err.kind)
      end)
    ]]
    assert.equal("nil\tnetwork\n", said)
  end)

  it("is built anew beside an editor that uses it", function()
    local said = play(([[
      local indoxhub = require "indoxhub"
      local built = os.execute "make -s -C %s neovim BUILD=$PWD/build/luajit"
      print(built == 0 or built == true, indoxhub.step())
      vim.cmd "qa!"
    ]]):format(folder))
    assert.matches("true\tfalse\n$", said)
  end)
end)
