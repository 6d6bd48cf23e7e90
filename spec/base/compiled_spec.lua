-- Bytecode beside the Lua files, as `make install` puts it there.
local during_tests = require "spec.support.during_tests"
local files = require "spec.support.files"
local programs = require "spec.support.programs"
local servers = require "spec.support.servers"

local LUA = os.getenv "INDOXHUB_LUA"

-- What is read as source in any case.
local ALWAYS = { "init.lua", "version.lua", "base/compiled.lua" }

-- What of ours is left for `require` to find.
local LEFT = [[
  for name in pairs(package.preload) do
    if name:find "^indoxhub" then
      print(name)
    end
  end
]]

local ASK = [[
  local client = require("indoxhub").new { api_key = "indox-test",
    base_url = %q }
  print(assert(client.chat:create { messages = { { role = "user",
    content = "What is 6 * 7?" } } }).data)
  print(FROM_SOURCE and "source" or "bytecode")
]] .. LEFT

describe("bytecode of the library", function()
  local sandbox = during_tests(servers.sandbox, "--pace 0")
  local folder, name

  setup(function()
    folder = files.folder()
    name = folder .. "/lua/indoxhub/compiled.bin"
    os.execute("cp -r lua " .. folder)
    local pipe = io.popen(("%s rockspec/compile.lua '%s' %s/lua %s 2>&1")
      :format(LUA, package.cpath:match("[^;]*build/[^;]*"), folder, name))
    assert.equal("", pipe:read("*a"))
    pipe:close()
    -- From here on it shows who reads the source.
    local source = folder .. "/lua/indoxhub/base/number.lua"
    files.write(source, "FROM_SOURCE = true; " .. files.read(source))
  end)

  teardown(function()
    files.remove_folder(folder)
  end)

  local function run(code, lua_folder)
    return programs.run(code:gsub("%%q", ("%q"):format(sandbox.url)),
      ("export LUA_PATH='%s/?.lua;%s/?/init.lua;;'"):format(lua_folder
        or folder .. "/lua", lua_folder or folder .. "/lua"))
  end

  -- The same with a file that holds something else.
  local function run_with(bytes)
    local kept = files.read(name)
    files.write(name, bytes)
    local said = run(ASK)
    files.write(name, kept)
    return said
  end

  it("is all that a call needs", function()
    local bare = files.folder()
    os.execute(("mkdir -p %s/indoxhub/base"):format(bare))
    for _, one in ipairs { "compiled.bin", ALWAYS[1], ALWAYS[2],
      ALWAYS[3] } do
      os.execute(("cp %s/lua/indoxhub/%s %s/indoxhub/%s"):format(folder, one,
        bare, one))
    end
    local said = run(ASK .. [[
      for loaded in pairs(package.loaded) do
        if loaded:find "^indoxhub" then
          package.loaded[loaded] = nil
        end
      end
      ]] .. ASK, bare)
    files.remove_folder(bare)
    assert.equal(("6 * 7 is 42.\nbytecode\n"):rep(2), said)
  end)

  it("names files and lines of the source", function()
    local said = run [[
      local client = require("indoxhub").new { api_key = "k", base_url = %q }
      local info = debug.getinfo(client.chat.create, "Sl")
      print(info.source, info.linedefined)
      print(select(2, pcall(require("indoxhub").sleep, {})))
      print(select(2, pcall(function()
        client.chat:create {} end)))
    ]]
    local resources = require "indoxhub.client.resources"
    local line = debug.getinfo(resources.all.chat.__index.create, "S")
      .linedefined
    local source, told, rest = said:match("^@([^\t]*)\t(%d+)\n(.*)$")
    assert.equal(folder .. "/lua/indoxhub/client/resources.lua", source)
    assert.equal(line, tonumber(told))
    assert.truthy(rest:find(":6: chat.create: messages is required", 1, true),
      rest)
  end)

  it("is passed over where it is not all there, or none", function()
    local bytes = files.read(name)
    local first = #bytes:match("^%d+\n")
    for _, length in ipairs { 0, 1, first, first + 40, #bytes - 1 } do
      assert.equal("6 * 7 is 42.\nsource\n",
        run_with(bytes:sub(1, length)), length)
    end
    for _, other in ipairs { "x", "-1\n", "1e99\nx", "nan\n", "2\nab2\ncd",
      ("\0"):rep(1000) } do
      assert.equal("6 * 7 is 42.\nsource\n", run_with(other), other)
    end
  end)

  it("is passed over in another version or interpreter", function()
    local bytes = files.read(name)
    local at = #bytes:match("^%d+\n") + 1
    for _, offset in ipairs { 0, 12, 40, 100 } do
      local byte = bytes:sub(at + offset, at + offset)
      assert.equal("6 * 7 is 42.\nsource\n", run_with(bytes:sub(1, at
        + offset - 1) .. string.char((byte:byte() + 1) % 256)
        .. bytes:sub(at + offset + 1)), offset)
    end
    assert.equal("6 * 7 is 42.\nbytecode\n", run(ASK))
  end)

  it("differs between interpreters", function()
    local seen, count = {}, 0
    for _, lua in ipairs { "lua5.1", "lua5.2", "lua5.3", "lua5.4", "luajit" } do
      local stamp = files.output(("LUA_PATH='lua/?.lua;lua/?/init.lua' %s -e "
        .. "'io.write(require([[indoxhub.base.compiled]]).stamp())'"):format(
        lua))
      assert.is_true(#stamp > 200, lua)
      assert.is_nil(seen[stamp], lua)
      seen[stamp], count = true, count + 1
    end
    assert.equal(5, count)
  end)

  it("gives way to what the program has put in the place of a module",
    function()
      local said = run([[
        package.preload["indoxhub.base.number"] = function()
          MINE = true
          return dofile "lua/indoxhub/base/number.lua"
        end
        require "indoxhub"
        print(MINE, FROM_SOURCE)
      ]] .. LEFT)
      assert.equal("true\tnil\nindoxhub.base.number\n", said)
    end)
end)
