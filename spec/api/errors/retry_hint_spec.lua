-- What a server says about when to try again.
local retry_hint = require "indoxhub.api.errors.retry_hint"

local NOW = "Sat, 21 Nov 2026 10:00:00 GMT"
local EPOCH = 1795255200 -- the same moment

local function hint(headers, body, message, status)
  return retry_hint({ status = status or 429, headers = headers or {} },
    body or {}, message)
end

describe("a hint", function()
  it("is nothing when nothing is said", function()
    assert.is_nil(hint())
    assert.is_nil(hint({}, { details = "soon" }, "Slow down"))
  end)

  it("is a number of seconds in a header", function()
    assert.equal(0, hint { ["retry-after"] = "0" })
    assert.equal(7, hint { ["retry-after"] = "7" })
    assert.equal(1.5, hint { ["retry-after"] = " 1.5 " })
  end)

  it("is a number of milliseconds in a header, before the seconds", function()
    assert.equal(1.5,
      hint { ["retry-after-ms"] = "1500", ["retry-after"] = "9" })
    assert.equal(9, hint { ["retry-after-ms"] = "soon", ["retry-after"] = "9" })
  end)

  it("is a date in a header, by the server's clock", function()
    assert.equal(90, hint { date = NOW,
      ["retry-after"] = "Sat, 21 Nov 2026 10:01:30 GMT" })
    assert.equal(0, hint { date = NOW, ["retry-after"] = NOW })
  end)

  it("is a date in a header, by our clock where the server has none",
    function()
      local seconds = hint { ["retry-after"] =
        os.date("!%a, %d %b %Y %H:%M:%S GMT", os.time() + 1000) }
      assert.is_true(seconds > 900 and seconds <= 1000)
    end)

  it("is a number of seconds in the body", function()
    assert.equal(7, hint(nil, { details = { retry_after = 7 } }))
    assert.equal(0.25, hint(nil, { details = { retry_after = 0.25 } }))
    assert.equal(7, hint(nil, { details = { retry_after = "7" } }))
    assert.equal(1e15, hint(nil, { details = { retry_after = 1e15 } }))
  end)

  it("stands in other places of a body, too", function()
    assert.equal(7, hint(nil, { retry_after = 7 }))
    assert.equal(7, hint(nil, { error = { retry_after = "7" } }))
    assert.equal(7, hint(nil, { error = { details = { retry_after = 7 } } }))
    assert.equal(34.5, hint(nil, { error = { code = 429, details = {
      { ["@type"] = "type.googleapis.com/google.rpc.Help" },
      { ["@type"] = "type.googleapis.com/google.rpc.RetryInfo",
        retryDelay = "34.5s" } } } }))
    for _, wrong in ipairs { { retry_after = -1 }, { retry_after = {} },
      { error = "retry" }, { error = { details = "x" } },
      { error = { details = { { retryDelay = 5 }, { retryDelay = "x" } } } }
    } do
      assert.is_nil(hint(nil, wrong))
    end
    assert.equal(12, hint(nil, { error = { message = "x" } },
      "Too many calls. Please retry after 12 seconds."))
    assert.equal(90, hint(nil, {}, "Retry after 1m30s."))
    assert.is_nil(hint(nil, {}, "retry after a while"))
  end)

  it("is a time in the body", function()
    for _, time in ipairs { "2026-11-21T10:00:20Z", "2026-11-21T10:00:20",
      "2026-11-21T11:00:20+01:00", EPOCH + 20 } do
      local said = { details = { reset_time = time } }
      assert.equal(20, hint({ date = NOW }, said))
    end
  end)

  it("is the end of the minute, only where the limit is why", function()
    local headers = { date = NOW, ["x-ratelimit-reset"] = EPOCH + 12 .. "" }
    assert.equal(12, hint(headers))
    for _, status in ipairs { 200, 408, 500, 503 } do
      assert.is_nil(hint(headers, nil, nil, status))
    end
  end)

  it("is when a limit begins anew, however that is written", function()
    for value, seconds in pairs { ["30"] = 30, ["11.5"] = 11.5, ["12s"] = 12,
      ["6m0s"] = 360, ["1h2m3.5s"] = 3723.5, ["120ms"] = 0.12, ["1d"] = 86400,
      [EPOCH + 12 .. ""] = 12, [EPOCH + 12 .. "000"] = 12,
      [EPOCH + 12 .. "500"] = 12.5, ["2026-11-21T10:00:20Z"] = 20,
      ["2026-11-21T11:00:20.5+01:00"] = 20.5,
      ["Sat, 21 Nov 2026 10:01:30 GMT"] = 90, ["0"] = 0 } do
      for _, name in ipairs { "x-ratelimit-reset", "ratelimit-reset",
        "x-ratelimit-reset-tokens", "x-rate-limit-reset",
        "anthropic-ratelimit-requests-reset" } do
        assert.equal(seconds, hint { date = NOW, [name] = value }, value)
      end
    end
  end)

  it("is not believed when a limit begins anew after a day", function()
    for _, value in ipairs { "86401", "25h", "99999999999999", "1e3",
      EPOCH + 86401 .. "", "2026-11-23T10:00:00Z", "500000000" } do
      assert.is_nil(hint { date = NOW, ["x-ratelimit-reset"] = value })
    end
    assert.equal(7, hint { date = NOW, ["x-ratelimit-reset-requests"] = "7",
      ["x-ratelimit-reset-tokens"] = "48h",
      ["x-ratelimit-remaining-tokens"] = "0" })
  end)

  it("is the longest of the limits that are used up", function()
    local headers = { ["x-ratelimit-reset-requests"] = "2s",
      ["x-ratelimit-reset-tokens"] = "6m0s",
      ["x-ratelimit-reset-images"] = "9s" }
    assert.equal(2, hint(headers))
    headers["x-ratelimit-remaining-tokens"] = "0"
    assert.equal(360, hint(headers))
    headers["x-ratelimit-remaining-tokens"] = "17"
    headers["x-ratelimit-remaining-images"] = "0"
    assert.equal(9, hint(headers))
    headers["x-ratelimit-remaining-requests"] = "0"
    assert.equal(9, hint(headers))
    assert.equal(5, hint { ["anthropic-ratelimit-tokens-reset"] = "5",
      ["anthropic-ratelimit-tokens-remaining"] = "0",
      ["anthropic-ratelimit-requests-reset"] = "1" })
  end)

  it("is what the text says", function()
    for text, seconds in pairs {
      ["Try again in 20 seconds."] = 20, ["try again in 1 second"] = 1,
      ["Please try again in 1.5s."] = 1.5, ["Retry in 500ms"] = 0.5,
      ["IN 3 SEC"] = 3, ["again in 2 minutes"] = 120, ["in 1 hour"] = 3600,
      ["come back in 2 days"] = 172800, ["again in 6m0s."] = 360,
      ["Please try again in 1m12.5s. Or pay"] = 72.5,
    } do
      assert.equal(seconds, hint(nil, nil, text), text)
    end
  end)

  it("is not any number of a text", function()
    for _, text in ipairs { "used by 20 seconds", "in 20 models", "in a minute",
      "begin 20 seconds", "in -5 seconds", "20 seconds", "in 20" } do
      assert.is_nil(hint(nil, nil, text), text)
    end
  end)

  it("is in an answer that is only text, and not in a web page", function()
    local function said(content)
      return retry_hint({ status = 429, text = "Try again in 9 seconds",
        headers = { ["content-type"] = content } }, {}, nil)
    end
    assert.equal(9, said "text/plain; charset=utf-8")
    assert.is_nil(said "text/html")
  end)

  it("is what stands in the best place", function()
    local headers = { date = NOW, ["retry-after"] = "1",
      ["x-ratelimit-reset"] = EPOCH + 4 .. "" }
    local details = { retry_after = 2, reset_time = EPOCH + 3 }
    local text = "Try again in 5 seconds"
    assert.equal(1, hint(headers, { details = details }, text))
    headers["retry-after"] = nil
    assert.equal(2, hint(headers, { details = details }, text))
    details.retry_after = nil
    assert.equal(3, hint(headers, { details = details }, text))
    details.reset_time = nil
    assert.equal(4, hint(headers, { details = details }, text))
    headers["x-ratelimit-reset"] = nil
    assert.equal(5, hint(headers, { details = details }, text))
  end)

  it("is passed over when it is negative, past or no number", function()
    for _, value in ipairs { "-1", "soon", "", "1, 2", "0x10", "1e3", "nan",
      "Sat, 21 Nov 2026 09:59:59 GMT", "Sat, 99 Foo 2026" } do
      assert.is_nil(hint { date = NOW, ["retry-after"] = value }, value)
    end
    for _, value in ipairs { -1, -0.5, "-1", true, {}, math.huge, 0 / 0 } do
      assert.is_nil(hint(nil, { details = { retry_after = value } }))
    end
    for _, value in ipairs { EPOCH - 1, "2026-11-21T09:00:00Z", "tomorrow",
      {} } do
      assert.is_nil(hint({ date = NOW }, { details = { reset_time = value } }))
    end
    for _, value in ipairs { EPOCH - 1 .. "", EPOCH - 1 .. "000", "-5", "later",
      "", "6m0", "m", "5 apples", "1.2.3s" } do
      assert.is_nil(hint { date = NOW, ["x-ratelimit-reset"] = value })
    end
    assert.equal(6, hint({ ["retry-after"] = "-1" },
      { details = { retry_after = 6 } }))
  end)
end)
