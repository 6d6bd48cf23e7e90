-- A core that is missing, or of another version than the Lua files.
local core = require "indoxhub.core"
local programs = require "spec.support.programs"

local interpreter = rawget(_G, "jit") and "luajit"
  or _VERSION:lower():gsub(" ", "")

describe("the core", function()
  -- What a program says that finds this in place of the core.
  local function said_with(preload)
    return programs.run(([[
      package.preload["indoxhub.core"] = function()
        %s
      end
      print((select(2, pcall(require, "indoxhub"))))
    ]]):format(preload))
  end

  it("is of the version of the Lua files", function()
    assert.equal(require "indoxhub.version", core.version)
  end)

  it("is refused when it is older or newer, with the way out", function()
    for _, version in ipairs { "0.0.9", "99.1" } do
      local said = said_with(('return { version = %q }'):format(version))
      assert.matches("core is of version " .. version:gsub("%.", "%%.")
        .. ", the Lua files are of %d", said)
      assert.truthy(said:find("make build LUA=" .. interpreter, 1, true))
      assert.truthy(said:find("make neovim", 1, true))
      assert.truthy(said:find("luarocks --lua-version", 1, true))
    end
  end)

  it("is refused when it is from before it had one", function()
    assert.matches("core is of version 0%.0, ", (said_with "return {}"))
  end)

  it("is missed with the way out, and with what Lua says", function()
    local said = said_with 'error("some trouble")'
    assert.matches("^indoxhub: the C core cannot be loaded", said)
    assert.truthy(said:find("make build LUA=" .. interpreter, 1, true))
    assert.truthy(said:find("some trouble", 1, true))
  end)

  it("that was built for another Lua is told from one that is missing",
    function()
      local root = assert(io.popen "pwd"):read "*l"
      local other = interpreter == "lua5.4" and "luajit" or "lua5.4"
      local function said_of(place)
        return (programs.run([[
          package.cpath = "]] .. root .. place .. [["
          print((select(2, pcall(require, "indoxhub"))))
        ]]))
      end
      local built = ("/build/%s/lib/?.so"):format(other)
      local file = assert(io.open(root .. built:gsub("%?", "indoxhub/core")),
        "make build LUA=" .. other .. " comes first")
      file:close()
      local said = said_of(built)
      assert.truthy(said:find("the C core was built for another Lua than this, "
        .. interpreter .. ".\n", 1, true), said)
      said = said_of "/nowhere/?.so"
      assert.matches("^indoxhub: the C core is not there%.\n", said)
      assert.truthy(said:find("make neovim", 1, true))
    end)

  it("that does not fit the machine is told by what loaders say", function()
    for message, reason in pairs {
      ["libcurl.so.4: cannot open shared object file: No such file"] =
        "needs libcurl: install libcurl4 (Debian, Ubuntu), libcurl (Alpine)",
      ["Error loading shared library libcurl.so.4: No such file"] =
        "needs libcurl: install libcurl4 (Debian, Ubuntu), libcurl (Alpine)",
      ["x.so: undefined symbol: curl_multi_waitfds"] = "a newer libcurl",
      ["Error relocating x.so: curl_multi_waitfds: symbol not found"] =
        "a newer libcurl",
      ["libc.so.6: version `GLIBC_2.38' not found"] = "another libc",
      ["libc.musl-x86_64.so.1: cannot open shared object file"] =
        "another libc",
      ["Error loading shared library libc.so.6: No such file"] =
        "another libc",
      ["Error relocating x.so: __fprintf_chk: symbol not found"] =
        "another libc",
      ["Error relocating x.so: luaL_setfuncs: symbol not found"] =
        "another Lua than this, " .. interpreter,
      ["x.so: wrong ELF class: ELFCLASS32"] = "another kind of processor",
    } do
      local said = said_with(("error(%q)"):format(message))
      local first = said:match "^[^\n]*"
      assert.truthy(first:find(reason, 1, true), first)
      assert.truthy(said:find(message, 1, true), said)
    end
  end)
end)
