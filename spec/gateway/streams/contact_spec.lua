local contact = require "indoxhub.gateway.streams.contact"

describe("contact with a store", function()
  local made, now

  before_each(function()
    made, now = contact.new(), 100
  end)

  -- Asks each half second, for so many seconds.
  local function ask(seconds, took)
    for _ = 1, seconds * 2 do
      now = now + 0.5
      made:heard(now - (took or 0.01), now)
    end
  end

  it("lasts as long as it is answered", function()
    assert.is_false(made:lasts(0, now))
    ask(4)
    assert.is_false(made:lasts(4, now))
    ask(1)
    assert.is_true(made:lasts(4, now))
  end)

  it("begins anew when the store was away", function()
    ask(9)
    made:lost()
    assert.is_false(made:lasts(0, now))
    ask(4)
    assert.is_false(made:lasts(4, now))
    ask(1)
    assert.is_true(made:lasts(4, now))
  end)

  it("begins anew when the store was slow", function()
    ask(9)
    now = now + 2
    made:heard(now - 1.5, now)
    assert.is_true(made:lasts(0, now))
    ask(3.5)
    assert.is_false(made:lasts(4, now))
    ask(0.5)
    assert.is_true(made:lasts(4, now))
  end)

  it("begins anew when this worker did not ask for a while", function()
    ask(9)
    now = now + 2
    assert.is_false(made:lasts(0, now))
    made:heard(now, now + 0.01)
    assert.is_false(made:lasts(4, now + 0.01))
  end)
end)
