-- Minutes, days and months as Redis and machines without it count them.
local calendar = require "indoxhub.gateway.shared.calendar"

describe("gateway/shared/calendar", function()
  -- A time, and what the system's own calendar says of it.
  local function check(now)
    local date = os.date("!*t", now)
    local minute, day, month, to_minute, to_day, to_month =
      calendar.windows(now)
    assert.equal(math.floor(now / 60), minute)
    assert.equal(math.floor(now / 86400), day)
    assert.equal(date.year * 12 + date.month - 1, month)
    assert.equal(60 - date.sec, to_minute)
    assert.equal(0, (now + to_day) % 86400)
    assert.is_true(to_day >= 1 and to_day <= 86400)
    local ends = os.date("!*t", now + to_month)
    assert.same({ 1, 0, 0, 0 }, { ends.day, ends.hour, ends.min, ends.sec })
    local before = os.date("!*t", now + to_month - 1)
    assert.same({ date.year, date.month }, { before.year, before.month })
  end

  it("agrees with the system's, across leap years and centuries", function()
    for now = 0, 4.2e9, 86400 * 13 + 12347 do
      check(now)
    end
  end)

  it("knows the ends of months", function()
    for _, now in ipairs { 951782399, 951782400, 951868799, 951868800,
      1709164799, 1709251199, 1709251200, 4107542399, 4107542400, 1704067199,
      1704067200 } do
      check(now)
    end
  end)
end)
