local dates = require "indoxhub.analytics.dates"

local function day_text(value)
  local day, wrong = dates.day(value)
  return day and dates.text(day), wrong
end

describe("a day", function()
  it("is what an ISO date says", function()
    assert.equal(0, dates.day "1970-01-01")
    assert.equal(20484, dates.day "2026-01-31")
    for _, text in ipairs { "0001-01-01", "1900-02-28", "1969-12-31",
      "2000-02-29", "2024-02-29", "2026-12-31", "9999-12-31" } do
      assert.equal(text, day_text(text))
    end
  end)

  it("is the day of a time, in UTC", function()
    for text, day in pairs {
      ["2026-01-31T00:00:00Z"] = "2026-01-31",
      ["2026-01-31 23:59"] = "2026-01-31",
      ["2026-01-31T23:59:60z"] = "2026-01-31",
      ["2026-01-31T12:00:00.123456+00:00"] = "2026-01-31",
      ["2026-01-31T22:00:00-02:00"] = "2026-02-01",
      ["2026-01-31T22:00-0159"] = "2026-01-31",
      ["2026-01-01T00:30:00+01"] = "2025-12-31",
      ["2024-02-28T23:00:00-05"] = "2024-02-29",
    } do
      assert.equal(day, day_text(text), text)
    end
  end)

  it("is that of seconds since 1970", function()
    assert.equal("1970-01-01", day_text(86399))
    assert.equal("1969-12-31", day_text(-0.5))
    assert.equal(os.date("!%Y-%m-%d"), day_text(os.time()))
  end)

  it("comes back from its text, and is the next one's neighbour", function()
    for day = dates.day "0001-01-01", dates.day "9999-12-31", 89 do
      assert.equal(day, dates.day(dates.text(day)))
    end
    for day = dates.day "1899-12-01", dates.day "1904-03-02" do
      assert.equal(day, dates.day(dates.text(day)))
    end
  end)

  it("is refused when the calendar does not have it", function()
    for text, said in pairs {
      ["2026-02-29"] = "has no day 29, as that month has 28 days: ",
      ["1900-02-29"] = "has no day 29, as that month has 28 days: ",
      ["2026-02-31"] = "has no day 31, as that month has 28 days: ",
      ["2026-04-31"] = "has no day 31, as that month has 30 days: ",
      ["2026-01-00"] = "has no day 00, as that month has 31 days: ",
      ["2026-13-01"] = "has no month 13: ",
      ["2026-00-10"] = "has no month 00: ",
      ["0000-12-31"] = "must be in the years 1 to 9999, not ",
      ["9999-12-31T23:30:00-01:00"] = "must be in the years 1 to 9999, not ",
    } do
      local day, wrong = dates.day(text)
      assert.is_nil(day)
      assert.equal(said .. '"' .. text .. '"', wrong)
    end
  end)

  it("is refused when it is no date at all", function()
    for _, value in ipairs { "", "today", "31.1.2026", "2026-1-31",
      "2026-01-31x", "2026-01-31T", "2026-01-31T24:00", "2026-01-31T12",
      "2026-01-31T12:60", "2026-01-31T12:00:61", "2026-01-31T12:00+25:00",
      "2026-01-31T12:00+1:00", "2026-01-31T12:00 UTC", "2026-01-31\n", true,
      {}, 0 / 0, math.huge, -math.huge } do
      local day, wrong = dates.day(value)
      assert.is_nil(day, tostring(value))
      assert.matches('^must be a date such as "2026%-01%-31", or a time such '
        .. 'as "2026%-01%-31T18:00:00Z", not ', wrong)
    end
    assert.matches("must be in the years 1 to 9999", select(2,
      dates.day(1e300)))
    assert.truthy(select(2, dates.day(nil)))
  end)
end)

describe("a period", function()
  local function back(text, from)
    local day, wrong = dates.back(assert(dates.period(text)),
      dates.ending(dates.day(from)))
    return day and dates.text(day), wrong
  end

  it("reaches back by days, weeks and hours", function()
    assert.equal("2026-03-01", back("30d", "2026-03-31"))
    assert.equal("2025-12-31", back("1d", "2026-01-01"))
    assert.equal("2024-02-29", back("1d", "2024-03-01"))
    assert.equal("2026-03-17", back("2w", "2026-03-31"))
    assert.equal("2026-03-31", back("23h", "2026-03-31"))
    assert.equal("2026-03-30", back("24h", "2026-03-31"))
  end)

  it("counts hours from the moment", function()
    local noon = dates.day "2026-03-31" * 86400 + 43200
    local function hours(text)
      return dates.text(dates.back(dates.period(text), noon))
    end
    assert.equal("2026-03-31", hours "12h")
    assert.equal("2026-03-30", hours "13h")
  end)

  it("reaches back by months to the same day, or the last", function()
    assert.equal("2026-02-28", back("1m", "2026-03-31"))
    assert.equal("2024-02-29", back("1m", "2024-03-30"))
    assert.equal("2026-02-15", back("1m", "2026-03-15"))
    assert.equal("2025-12-31", back("3m", "2026-03-31"))
    assert.equal("2025-12-10", back("1m", "2026-01-10"))
    assert.equal("2024-12-28", (back("14m", "2026-02-28")))
    assert.equal("2024-11-30", back("18m", "2026-05-31"))
  end)

  it("reaches back by years, also from a leap day", function()
    assert.equal("2023-02-28", back("1y", "2024-02-29"))
    assert.equal("2020-02-29", back("4y", "2024-02-29"))
    assert.equal("0001-06-01", back("2025y", "2026-06-01"))
  end)

  it("does not reach back before the year 1", function()
    for _, text in ipairs { "2026y", "24312m", "800000d",
      ("9"):rep(30) .. "w", ("9"):rep(400) .. "h",
      ("9"):rep(400) .. "m" } do
      local day, wrong = back(text, "2026-06-01")
      assert.is_nil(day)
      assert.matches("goes back before the year 1$", wrong)
    end
  end)

  it("is a number and a unit", function()
    for _, text in ipairs { "", "d", "30", "0d", "-1d", "1.5d", "30D", "30 d",
      "30days", "30s", "d30", 30, true, {} } do
      local period, wrong = dates.period(text)
      assert.is_nil(period, tostring(text))
      assert.matches('^must be a number and a unit, such as "30d"', wrong)
    end
    assert.truthy(select(2, dates.period(nil)))
  end)
end)
