-- A name server that does not answer holds up nobody: not the calls beside it,
-- not cancelling, not the end of the program.
local core = require "indoxhub.core"
local during_tests = require "spec.support.during_tests"
local programs = require "spec.support.programs"
local servers = require "spec.support.servers"

-- Resolving takes eight (see slow_resolver.c).
local SOON = 5

describe("while a host name is looked up", function()
  local sandbox = during_tests(servers.sandbox, "--pace 0")

  -- Runs code with `slow` and `quick`, two clients. Returns what it printed;
  -- fails when it waited for the name.
  local function run(code)
    local started = core.now()
    local said, status = programs.run(([[
      local indoxhub = require "indoxhub"
      local slow = indoxhub.new { api_key = "k", allow_http = true,
        base_url = "http://slow.invalid" }
      local quick = indoxhub.new { api_key = "k", base_url = %q }
    ]]):format(sandbox.url) .. code,
      "export LD_PRELOAD=$PWD/build/tools/slow_resolver.so")
    assert.equal(0, status, said)
    assert.is_true(core.now() - started < SOON, said)
    return said
  end

  it("the time to connect runs", function()
    assert.equal("timeout connect\n", run [[
      local _, err = slow:with({ timeout = { connect = 0.2 } }).user:health()
      print(err.kind .. " " .. err.code)
    ]])
  end)

  it("other calls run", function()
    assert.equal("ok\n", run [[
      indoxhub.run(function()
        local waiting = indoxhub.spawn(function() slow.user:health() end)
        indoxhub.sleep(0.01)
        print(quick.user:health().status)
        waiting:cancel()
      end)
    ]])
  end)

  it("the call can be cancelled", function()
    assert.equal("cancelled\n", run [[
      indoxhub.run(function()
        local waiting = indoxhub.spawn(function()
          return slow.user:health()
        end)
        indoxhub.sleep(0.01)
        waiting:cancel()
        local _, err = waiting:await()
        print(err.kind)
      end)
    ]])
  end)

  for how, code in pairs {
    ["at its end"] = "", ["by os.exit"] = "os.exit(0)",
    ["by os.exit, closing the state"] = "os.exit(0, true)",
    ["by a full collection"] =
      "slow, client = nil, nil; collectgarbage(); collectgarbage()",
  } do
    it("the program can leave " .. how, function()
      assert.equal("", run([[
        indoxhub.spawn(function() slow.user:health() end)
        for _ = 1, 3 do indoxhub.step() end
      ]] .. code))
    end)
  end
end)
