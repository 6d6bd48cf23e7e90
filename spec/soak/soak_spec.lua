-- A short soak test; `make soak` makes as many calls as one wants. See soak.lua
-- On two interpreters: it looks for what many calls do, not for what Lua does.
local programs = require "spec.support.programs"

-- The same calls each time. A round is short, so that there are samples enough.
local ARGUMENTS = '"calls=3000", "seed=1", "round=100"'

describe("thousands of mixed calls to a server with faults", function()
  it("have outcomes that their faults explain, and leave nothing", function()
    local said, code = programs.run(([[
      arg = { %s }
      dofile "spec/soak/soak.lua"
    ]]):format(ARGUMENTS))
    assert.matches("soak: all is well", said, 1, true)
    assert.equal(0, code, said)
  end)
end)
