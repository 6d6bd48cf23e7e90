-- In Neovim, as plugin managers install it: the folder, and its build step.
local editor = require "spec.runtime.neovim.editor"
local files = require "spec.support.files"
local hosts = require "spec.runtime.hosts"

describe("as a plugin of Neovim", function()
  local folder, nvim

  setup(function()
    folder, nvim = files.folder(), editor.new()
    -- With what was compiled already, so that it does not take long.
    local said, code = hosts.run(("sh -c 'cp -rp --parents csrc lua Makefile "
      .. "spec/support/deps.sh spec/support/packages.sh %s && "
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

  it("streams an answer", function()
    local pair = hosts.servers()
    local said = play(([[
      local indoxhub = require "indoxhub"
      leave(function()
        local client = indoxhub.new { api_key = "k", base_url = %q }
        for piece in indoxhub.assert(client.chat:stream {
          messages = { { role = "user", content = "count to 3" } } }) do
          print(piece)
        end
      end)
    ]]):format(pair.sandbox.url))
    pair:stop()
    assert.equal("1\n 2\n 3\n", said)
  end)

  -- Its build step with another compiler.
  local function build_without(compiler)
    return hosts.run(("make -s -C %s neovim BUILD=%s/other CC='%s'"):format(
      folder, folder, compiler))
  end

  it("tells what to install where something is missing", function()
    for compiler, package in pairs {
      ["no-such-compiler"] = "gcc",
      ["cc -nostdinc"] = "libc6-dev",
      ["cc -DLIBCURL_VERSION_NUM=0x074b00 -DCURLINC_CURLVER_H"] =
        "libcurl4-openssl-dev",
    } do
      local said, code = build_without(compiler)
      assert.not_equal(0, code)
      assert.matches("^Some packages are missing. Run this, then try again:\n",
        said)
      assert.truthy(said:find(" " .. package, 1, true), said)
      assert.is_nil(said:find("error:", 1, true), said)
    end
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
