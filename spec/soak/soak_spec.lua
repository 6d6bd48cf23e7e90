-- A short soak test over each transport; `make soak` makes as many calls as one
-- wants. See soak.lua
-- On two interpreters: it looks for what many calls do, not for what Lua does.
local programs = require "spec.support.programs"

-- The same calls each time. Short rounds give samples enough to see what grows,
-- which is the same whatever carries the calls; long ones take less time.
local ARGUMENTS = {
  plain = '"calls=2000", "round=100"',
  tls = '"calls=800", "round=200", "faults=25"',
  h2 = '"calls=800", "round=200", "faults=25"',
}

describe("thousands of mixed calls to a server with faults", function()
  for transport, arguments in pairs(ARGUMENTS) do
    it("leave nothing, and have outcomes that their faults explain: "
      .. transport, function()
      local said, code = programs.run(([[
        arg = { %s, "seed=1", "transport=%s" }
        dofile "spec/soak/soak.lua"
      ]]):format(arguments, transport))
      assert.matches("soak: all is well", said, 1, true)
      assert.equal(0, code, said)
    end)
  end
end)
