-- JSON in a Neovim that has no library for it.
local editor = require "spec.runtime.neovim.editor"
local hosts = require "spec.runtime.hosts"
local scenes = require "spec.runtime.scenes"

local PREPARE = 'require("spec.runtime.neovim.json").prepare()\n'

describe("JSON in Neovim", function()
  local pair, nvim, scenes_done

  setup(function()
    pair, nvim, scenes_done = hosts.servers(), editor.new(), 0
  end)

  teardown(function()
    pair:stop()
    nvim:stop()
  end)

  local function run_specs(name)
    local said, code = nvim:play(([[
      require("spec.runtime.neovim.json").run("%s")
    ]]):format(name))
    assert.equal(0, code, said)
    return tonumber(said:match("^(%d+) passed, 0 failed, 0 skipped\n$")), said
  end

  -- How many cases of a spec there are.
  local function count(name)
    local said = hosts.run(("%s luajit spec/support/specs.lua --list %s")
      :format(hosts.environment "luajit", name))
    return select(2, said:gsub("[^\n]+", ""))
  end

  for _, name in ipairs { "spec/base/json_spec.lua",
    "spec/runtime/neovim/json_cases.lua" } do
    it("is what " .. name .. " says", function()
      local passed, said = run_specs(name)
      assert.equal(count(name), passed, said)
    end)
  end

  it("serves every scene", function()
    local said, code = nvim:play(PREPARE .. pair:prelude() .. [[
      leave(function()
        local ticks, timer = 0, uv.new_timer()
        timer:start(1, 1, function()
          ticks = ticks + 1
        end)
        scenes.run { sandbox = SANDBOX, raw = RAW, say = print,
          ticks = function() return ticks end }
        timer:close()
      end)
    ]])
    assert.equal(scenes.expected, said)
    assert.equal(0, code)
    scenes_done = scenes_done + 1
    pair:wait_for_scenes(scenes_done)
  end)

  it("is nothing that checkhealth misses", function()
    local said, code = nvim:play(PREPARE .. [[
      vim.cmd "silent checkhealth indoxhub"
      print(table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, true), "\n"))
      vim.cmd "qa!"
    ]], { arguments = [[--clean --cmd "set rtp+=$PWD"]], variables =
      "INDOXHUB_API_KEY= INDOX_HUB_API_KEY= " ..
      "INDOX_ROUTER_API_KEY=indox-test" })
    assert.equal(0, code, said)
    said = editor.as_older(said)
    assert.matches("OK: The engine works\n", said)
    assert.matches("OK: An API key is set in INDOX_ROUTER_API_KEY ", said)
    assert.is_nil(said:find("ERROR"), said)
  end)
end)
