-- JSON in a Neovim without lua-cjson.
local editor = require "spec.runtime.neovim.editor"
local hosts = require "spec.runtime.hosts"
local scenes = require "spec.runtime.scenes"

local PREPARE = 'require("spec.runtime.neovim.json").prepare "%s"\n'

-- The only case that is about lua-cjson itself.
local NOT_HERE = "the program's own JSON library"

describe("JSON in Neovim", function()
  local pair, nvim, scenes_done

  setup(function()
    pair, nvim, scenes_done = hosts.servers(), editor.new(), 0
  end)

  teardown(function()
    pair:stop()
    nvim:stop()
  end)

  local function run_specs(shape, ...)
    local said, code = nvim:play(([[
      require("spec.runtime.neovim.json").run("%s")
    ]]):format(table.concat({ shape, ... }, '", "')))
    assert.equal(0, code, said)
    return tonumber(said:match("^(%d+) passed, 0 failed, 0 skipped\n$")), said
  end

  -- How many cases of a spec there are.
  local function count(name)
    local said = hosts.run(("%s luajit spec/support/specs.lua --list %s")
      :format(hosts.environment "luajit", name))
    return select(2, said:gsub("[^\n]+", ""))
  end

  for _, shape in ipairs { "full", "reduced" } do
    describe("with a vim.json that is " .. shape, function()
      it("is what it is with lua-cjson", function()
        local passed, said = run_specs(shape, "--filter-out", NOT_HERE,
          "spec/json_spec.lua")
        assert.equal(count "spec/json_spec.lua" - 1, passed, said)
      end)

      it("hides what is special about the library", function()
        local passed, said = run_specs(shape,
          "spec/runtime/neovim/json_cases.lua")
        assert.equal(count "spec/runtime/neovim/json_cases.lua", passed, said)
      end)

      it("serves every scene", function()
        local said, code = nvim:play(PREPARE:format(shape) .. pair:prelude()
          .. [[
          leave(function()
            print(require("indoxhub.json").library)
            local ticks, timer = 0, uv.new_timer()
            timer:start(1, 1, function()
              ticks = ticks + 1
            end)
            scenes.run { sandbox = SANDBOX, raw = RAW, say = print,
              ticks = function() return ticks end }
            timer:close()
          end)
        ]])
        assert.equal("vim.json\n" .. scenes.expected, said)
        assert.equal(0, code)
        scenes_done = scenes_done + 1
        pair:wait_for_scenes(scenes_done)
      end)
    end)
  end

  -------------------------------------------------------------------------
  -- which library

  local ON_PATH = [[--clean --cmd "set rtp+=$PWD"]]

  -- What checkhealth says in an editor that runs `prepare` before.
  local function health(prepare)
    local said, code = nvim:play(prepare .. [[
      vim.cmd "silent checkhealth indoxhub"
      print(table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, true), "\n"))
      vim.cmd "qa!"
    ]], { arguments = ON_PATH, variables = "INDOXHUB_API_KEY= " ..
      "INDOX_HUB_API_KEY= INDOX_ROUTER_API_KEY=indox-test" })
    assert.equal(0, code, said)
    return (said:gsub("%- (%u+) ", "- %1: ")) -- as older editors write it
  end

  it("is lua-cjson's where that is, and checkhealth says so", function()
    local said = health ""
    assert.matches("OK: JSON is read and written by lua%-cjson\n", said)
    assert.matches("OK: An API key is set in INDOX_ROUTER_API_KEY ", said)
  end)

  it("is vim.json's where it is not, and checkhealth says so", function()
    local said = health(PREPARE:format "reduced")
    assert.matches("OK: JSON is read and written by vim%.json\n", said)
    assert.is_nil(said:find("ERROR"), said)
  end)

  it("is asked for where there is neither", function()
    local said = health(PREPARE:format "full" .. "vim.json = nil\n")
    assert.matches("ERROR: There is no JSON library: .*no lua%-cjson here",
      said)
    assert.matches("luarocks %-%-lua%-version 5%.1 install lua%-cjson", said)
  end)
end)
