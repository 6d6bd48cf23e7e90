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
      assert.truthy(said:find("luarocks make", 1, true))
    end
  end)

  it("is refused when it is from before it had one", function()
    assert.matches("core is of version 0%.0, ", (said_with "return {}"))
  end)

  it("is missed with the way out, and with what Lua says", function()
    local said = said_with 'error("undefined symbol: lua_x")'
    assert.matches("^indoxhub: the C core cannot be loaded", said)
    assert.truthy(said:find("make build LUA=" .. interpreter, 1, true))
    assert.truthy(said:find("undefined symbol: lua_x", 1, true))
  end)
end)
