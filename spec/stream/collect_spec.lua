-- A program whose finalizers use the library, in the middle of its own work.
local during_tests = require "spec.support.during_tests"
local events = require "spec.support.events"
local programs = require "spec.support.programs"
local servers = require "spec.support.servers"

describe("a stream", function()
  local raw = during_tests(servers.raw)

  -- In an interpreter of its own, where collections are frequent.
  it("survives finalizers that turn the loop", function()
    local base = raw:script("littered", { { "body" }, { "send",
      servers.EVENTS_HEAD .. events.created },
      { "repeat", 20000, events.delta("0123456789") },
      { "send", events.completed .. events.done } })
    local said, code = programs.run(([[
      local indoxhub = require "indoxhub"
      local client = indoxhub.new { api_key = "k", base_url = %q }
      local finalized = 0
      local function on_collect()
        finalized = finalized + 1
        indoxhub.step()
      end
      local function litter()
        if newproxy then
          getmetatable(newproxy(true)).__gc = on_collect
        else
          setmetatable({}, { __gc = on_collect })
        end
      end
      local stream = client.chat:stream {
        messages = { { role = "user", content = "go" } } }
      while stream:next() do
        litter()
      end
      print(finalized > 0, stream:reply().data == ("0123456789"):rep(20000))
    ]]):format(base))
    assert.equal("true\ttrue\n", said)
    assert.equal(0, code)
  end)
end)
