-- What a system prompt changes.
-- On two interpreters: the sandbox runs on lua5.4, and this is a part of it.
local instructions = require "indoxhub.sandbox.saying.instructions"

describe("instructions", function()
  local function answer(system, text, is_known)
    return instructions.apply(instructions.read(system), text, not is_known)
  end

  it("change an answer that knows nothing special", function()
    for system, text in pairs {
      [""] = "One. Two.", ["Be brief."] = "One.",
      ["You are a terse pirate who hates Mondays."] =
        "As a terse pirate: One.",
      ["Act as the captain. Think."] = "As the captain: One. Two.",
      ["Answer in upper case"] = "ONE. TWO.",
      ['Always answer "Ahoy."'] = "Ahoy.",
      ["Be kind."] = 'One. Two. I was told: "Be kind.".',
      ["You are kind."] = 'One. Two. I was told: "You are kind.".',
    } do
      assert.equal(text, answer(system, "One. Two."), system)
    end
  end)

  it("leave an answer alone that knows something", function()
    assert.equal("One. Two.", answer("Be brief.", "One. Two.", true))
    assert.equal("One.", answer("You are a pirate.", "One.", true))
    assert.equal("ONE.", answer("All caps, please", "One.", true))
    assert.equal("Ahoy.", answer('Only say "Ahoy."', "One.", true))
  end)

  it("are quoted without being cut in a letter", function()
    local quoted = answer(("\195\188"):rep(100), "One.")
    assert.truthy(quoted:find("\195\188...", 1, true))
    assert.is_nil(quoted:find "\195[^\188]")
  end)
end)
