-- The core under whatever a program of Lua can do to it: see
-- spec/support/core_fuzz. INDOXHUB_CORE_FUZZ_SECONDS asks for more than a few
-- seconds, and INDOXHUB_CORE_FUZZ_SEED for another sequence.
local run = require "spec.support.core_fuzz.run"

-- Enough to call everything many times; under sanitizers it takes ten seconds.
local ROUNDS = 400

describe("the core", function()
  it("answers any call with results or an error of Lua", function()
    local seed = tonumber(os.getenv("INDOXHUB_CORE_FUZZ_SEED")) or 1
    local seconds = tonumber(os.getenv("INDOXHUB_CORE_FUZZ_SECONDS"))
    local said, code = run.once(seed, seconds and 1e9 or ROUNDS, seconds or 10)
    assert.equal(0, code, ("seed %d: %s"):format(seed, said))
    local done, calls = said:match("^seed %d+: (%d+) rounds, (%d+) calls ")
    assert.truthy(done, said)
    -- A round ends early where a finalizer raises, but not each.
    assert.is_true(tonumber(calls) > 10 * tonumber(done), said)
  end)
end)
