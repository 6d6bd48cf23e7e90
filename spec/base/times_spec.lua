local times = require "indoxhub.base.times"

local math_type = rawget(math, "type")

describe("the epoch of a time", function()
  it("is known for the days around a leap day", function()
    local expected = {
      ["1970-01-01T00:00:00Z"] = 0,
      ["1970-01-01T00:00:01Z"] = 1,
      ["1970-03-01T00:00:00Z"] = 5097600,
      ["1972-02-29T00:00:00Z"] = 68169600,
      ["1999-12-31T23:59:59Z"] = 946684799,
      ["2000-02-28T12:00:00Z"] = 951739200,
      ["2000-02-29T12:00:00Z"] = 951825600,
      ["2000-03-01T00:00:00Z"] = 951868800,
      ["2001-09-09T01:46:40Z"] = 1000000000,
      ["2023-02-28T23:59:59Z"] = 1677628799,
      ["2023-03-01T00:00:00Z"] = 1677628800,
      ["2024-02-29T23:59:59Z"] = 1709251199,
      ["2024-03-01T00:00:00Z"] = 1709251200,
      ["2033-05-18T03:33:20Z"] = 2000000000,
      ["2038-01-19T03:14:08Z"] = 2147483648,
      ["2100-02-28T23:59:59Z"] = 4107542399,
      ["2100-03-01T00:00:00Z"] = 4107542400,
      ["1969-12-31T23:59:59Z"] = -1,
    }
    for text, seconds in pairs(expected) do
      assert.equal(seconds, times.epoch(text), text)
    end
  end)

  it("is known for the end of each month", function()
    local last_days = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 }
    local days = 0
    for month, last in ipairs(last_days) do
      local first = times.epoch(("2025-%02d-01T00:00:00Z"):format(month))
      assert.equal(1735689600 + days * 86400, first, month)
      days = days + last
      local end_of = times.epoch(("2025-%02d-%02dT00:00:00Z")
        :format(month, last))
      assert.equal(1735689600 + (days - 1) * 86400, end_of, month)
    end
  end)

  it("is the same in every way of writing it", function()
    for _, text in ipairs { "2026-06-02T08:15:30Z", "2026-06-02t08:15:30z",
      "2026-06-02 08:15:30", "2026-06-02T08:15:30",
      "2026-06-02T10:15:30+02:00", "2026-06-02T10:15:30+0200",
      "2026-06-02T02:45:30-05:30", "2026-06-02T08:15:30+00:00",
      "2026-06-02T08:15:30-00:00", "2026-06-01T22:15:30-10:00",
      "2026-06-02T22:15:30+14:00" } do
      assert.equal(1780388130, times.epoch(text), text)
    end
  end)

  it("may have a zone of whole hours", function()
    assert.equal(1780388130, times.epoch "2026-06-02T10:15:30+02")
    assert.equal(1780388130, times.epoch "2026-06-02T03:15:30-05")
  end)

  it("has the fraction of its second", function()
    assert.equal(1780388130.5, times.epoch "2026-06-02T08:15:30.5Z")
    assert.is_true(math.abs(1780388130.123456
      - times.epoch "2026-06-02T08:15:30.123456") < 1e-6)
    assert.equal(1780388130.25, times.epoch "2026-06-02T10:15:30.25+02:00")
  end)

  it("is a number that the server sent", function()
    assert.equal(1780388130, times.epoch(1780388130))
    assert.equal(0, times.epoch(0))
  end)

  it("is a whole number where it can be", function()
    assert.equal("1780388130",
      ("%.0f"):format(times.epoch "2026-06-02T08:15:30Z"))
    if math_type then
      assert.equal("integer",
        math_type(times.epoch "2026-06-02T10:15:30+02:00"))
    end
  end)

  it("is unknown for anything else", function()
    for _, value in ipairs { "", "yesterday", "2026-06-02", "08:15:30",
      "02.06.2026 08:15:30", "2026-6-2T8:15:30Z", " 2026-06-02T08:15:30Z",
      {}, true } do
      assert.is_nil(times.epoch(value))
    end
    assert.is_nil(times.epoch(nil))
  end)

  it("is unknown when its zone is", function()
    for _, zone in ipairs { " PST", " and later", "+1", "+02:", "+02:0",
      "+02:000", "+020", "-02:00x", "02:00", "ZZ", "z+02:00" } do
      assert.is_nil(times.epoch("2026-06-02T08:15:30" .. zone), zone)
    end
  end)
end)

describe("a date in a header", function()
  it("is known", function()
    assert.equal(784111777, times.http_date "Sun, 06 Nov 1994 08:49:37 GMT")
    assert.equal(0, times.http_date "Thu, 01 Jan 1970 00:00:00 GMT")
    assert.equal(1709251199, times.http_date "Thu, 29 Feb 2024 23:59:59 GMT")
  end)

  it("is read in the two old forms, too", function()
    assert.equal(784111777, times.http_date "Sunday, 06-Nov-94 08:49:37 GMT")
    assert.equal(1709251199,
      times.http_date "Thursday, 29-Feb-24 23:59:59 GMT")
    assert.equal(784111777, times.http_date "Sun Nov  6 08:49:37 1994")
    assert.equal(1709251199, times.http_date "Thu Feb 29 23:59:59 2024")
  end)

  it("is unknown for anything else", function()
    for _, text in ipairs { "", "5", "2026-06-02T08:15:30Z",
      "Sun, 06 Foo 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 PST",
      "Sun, 6 Nov 1994 08:49:37 GMT" } do
      assert.is_nil(times.http_date(text), text)
    end
    assert.is_nil(times.http_date(nil))
  end)
end)

describe("a number in a header", function()
  it("has a point, whatever the locale of the process", function()
    for text, number in pairs { ["0"] = 0, ["7"] = 7, ["1.5"] = 1.5,
      [" 0.25 "] = 0.25, ["59.9"] = 59.9, ["1."] = 1, ["0.1"] = 0.1,
      ["007"] = 7, ["1795255200123"] = 1795255200123 } do
      assert.equal(number, times.decimal(text), text)
    end
  end)

  it("is nothing else", function()
    for _, text in ipairs { "", ".5", "-1", "1,5", "1e3", "0x10", "nan", "1 2",
      ("9"):rep(400) } do
      assert.is_nil(times.decimal(text), text)
    end
    assert.is_nil(times.decimal(nil))
  end)
end)

describe("a length of time", function()
  it("is a sum of numbers with units", function()
    for text, seconds in pairs { ["12s"] = 12, ["6m0s"] = 360, ["1h"] = 3600,
      ["1h2m3.5s"] = 3723.5, ["120ms"] = 0.12, ["1d2h"] = 93600, ["0s"] = 0,
      ["6M 0S"] = 360 } do
      assert.equal(seconds, times.duration(text), text)
    end
    assert.is_true(times.duration("250\194\181s") < 0.001)
    assert.is_true(times.duration("250us") < 0.001)
  end)

  it("is nothing else", function()
    for _, text in ipairs { "", "12", "s", "1x", "1h2", "-1s", "1.2.3s", "soon",
      "1s, 2s" } do
      assert.is_nil(times.duration(text), text)
    end
    assert.is_nil(times.duration(nil))
  end)
end)
