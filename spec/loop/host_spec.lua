-- Hosts are recognised by what they can do, not by the name of a global.
local host = require "indoxhub.loop.host"

local function nothing() end

local API = { nvim_create_autocmd = nothing }

-- Names of globals and modules that hosts put in place.
local GLOBALS, MODULES = { "vim", "ngx" }, { "luv", "cqueues" }

describe("the host", function()
  local kept

  before_each(function()
    kept = {}
    for _, name in ipairs(GLOBALS) do
      kept[name], _G[name] = rawget(_G, name), nil
    end
    for _, name in ipairs(MODULES) do
      kept[name], package.loaded[name] = package.loaded[name], nil
    end
  end)

  after_each(function()
    for _, name in ipairs(GLOBALS) do
      _G[name] = kept[name]
    end
    for _, name in ipairs(MODULES) do
      package.loaded[name] = kept[name]
    end
  end)

  local function with(name, value)
    rawset(_G, name, value)
    return host()
  end

  it("is plain Lua where there is none", function()
    assert.equal("builtin", host())
  end)

  it("is Neovim where an editor's loop can be used", function()
    for _, loop in ipairs { "uv", "loop" } do
      assert.equal("uv", with("vim", { api = API, [loop] = {},
        schedule = nothing, wait = nothing, in_fast_event = nothing }))
    end
  end)

  it("is plain Lua in a worker thread of Neovim", function()
    package.loaded.luv = {} -- which nothing turns there
    assert.equal("builtin", with("vim", { loop = {}, schedule = nothing }))
    assert.equal("builtin", with("vim", { uv = {}, api = API }))
  end)

  it("is plain Lua where a test has made a vim", function()
    for _, vim in ipairs { {}, { api = API }, { schedule = nothing }, true,
      { api = API, schedule = nothing, wait = nothing, loop = true } } do
      assert.equal("builtin", with("vim", vim))
    end
  end)

  it("is luv, also beside such a vim", function()
    package.loaded.luv = {}
    assert.equal("uv", host())
    assert.equal("uv", with("vim", {}))
  end)

  it("is nginx where it can be asked for its phase", function()
    assert.equal("nginx", with("ngx", { get_phase = nothing, timer = {} }))
    assert.equal("builtin", with("ngx", {}))
    assert.equal("builtin", with("ngx", true))
  end)

  it("is cqueues once a program has loaded it", function()
    package.loaded.cqueues = {}
    assert.equal("cqueues", host())
  end)
end)
