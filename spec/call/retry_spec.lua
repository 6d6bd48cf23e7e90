-- Which failures are worth another try, and after how long.
local retry = require "indoxhub.call.retry"

-- What became of a request: never sent whole, or sent.
local MOMENTS = { "unsent", "sent" }

-- kind, status, code; then whether a GET, a POST, a POST with retry_unsafe and
-- a DELETE are sent again when the request was not sent whole ("u"), when it
-- was ("s"), in both cases ("us") or never ("-").
local TABLE = {
  { "invalid_request", 400, nil, "-", "-", "-", "-" },
  { "authentication", 401, nil, "-", "-", "-", "-" },
  { "authentication", nil, "no_key", "-", "-", "-", "-" },
  { "insufficient_credits", 402, nil, "-", "-", "-", "-" },
  { "insufficient_credits", 429, nil, "-", "-", "-", "-" },
  { "insufficient_credits", 503, nil, "-", "-", "-", "-" },
  { "insufficient_credits", nil, nil, "-", "-", "-", "-" },
  { "permission", 403, nil, "-", "-", "-", "-" },
  { "not_found", 404, nil, "-", "-", "-", "-" },
  { "invalid_request", 405, nil, "-", "-", "-", "-" },
  { "server_timeout", 408, nil, "us", "-", "us", "-" },
  { "invalid_request", 409, nil, "-", "-", "-", "-" },
  { "invalid_request", 413, nil, "-", "-", "-", "-" },
  { "validation", 422, nil, "-", "-", "-", "-" },
  { "invalid_request", 425, nil, "-", "-", "-", "-" },
  { "rate_limit", 429, nil, "us", "us", "us", "-" },
  { "rate_limit", nil, nil, "us", "us", "us", "-" },
  { "server", 500, nil, "us", "-", "us", "-" },
  { "server", 501, nil, "-", "-", "-", "-" },
  { "server", 502, nil, "us", "-", "us", "-" },
  { "unavailable", 503, nil, "us", "us", "us", "-" },
  { "unavailable", nil, nil, "us", "us", "us", "-" },
  { "server_timeout", 504, nil, "us", "-", "us", "-" },
  { "unavailable", 529, nil, "us", "us", "us", "-" },
  { "server", 505, nil, "-", "-", "-", "-" },
  { "server", 599, nil, "-", "-", "-", "-" },
  { "server", nil, nil, "-", "-", "-", "-" },
  { "network", nil, "dns", "us", "u", "us", "u" },
  { "network", nil, "connect", "us", "u", "us", "u" },
  { "network", nil, "tls", "us", "u", "us", "u" },
  { "network", nil, "proxy", "us", "u", "us", "u" },
  { "network", 407, nil, "-", "-", "-", "-" },
  { "network", nil, "reset", "us", "u", "us", "u" },
  { "network", nil, "descriptors", "us", "u", "us", "u" },
  { "timeout", nil, "connect", "us", "u", "us", "u" },
  { "timeout", nil, "first_byte", "us", "u", "us", "u" },
  { "timeout", nil, "idle", "us", "u", "us", "u" },
  { "timeout", nil, "total", "-", "-", "-", "-" },
  { "truncated", nil, "closed", "-", "-", "-", "-" },
  { "truncated", 200, "closed", "-", "-", "-", "-" },
  { "protocol", 200, "json", "-", "-", "-", "-" },
  { "protocol", 307, "redirect", "-", "-", "-", "-" },
  { "limit", nil, "response", "-", "-", "-", "-" },
  { "cancelled", nil, nil, "-", "-", "-", "-" },
  { "forked", nil, nil, "-", "-", "-", "-" },
  { "file", nil, "reader", "-", "-", "-", "-" },
}

-- Column -> method and retry_unsafe.
local COLUMNS = { [4] = { "GET" }, [5] = { "POST" }, [6] = { "POST", true },
  [7] = { "DELETE" } }

local function state(changes)
  local made = { failed = 1, max_retries = 2, unsent = false }
  for name, value in pairs(changes or {}) do
    made[name] = value
  end
  return made
end

describe("a failure", function()
  for _, row in ipairs(TABLE) do
    local err = { kind = row[1], status = row[2], code = row[3] }
    local what = ("%s %s %s"):format(row[1], tostring(row[2]),
      tostring(row[3]))
    it("of kind " .. what .. " is as the table says", function()
      for column, how in pairs(COLUMNS) do
        for _, moment in ipairs(MOMENTS) do
          local expected = row[column]:find(moment:sub(1, 1), 1, true) ~= nil
          local wait = retry.wait(how[1], err, state {
            unsent = moment == "unsent", unsafe = how[2] }, 0)
          assert.equal(expected and 0.5 or nil, wait, ("%s, %s, %s%s")
            :format(what, moment, how[1], how[2] and " unsafe" or ""))
        end
      end
    end)
  end

  it("of another method is like that of a POST", function()
    for _, method in ipairs { "PUT", "PATCH", "OPTIONS", "PURGE" } do
      assert.is_false(retry.is_worth(method, { kind = "server", status = 500 },
        state()))
      assert.is_true(retry.is_worth(method, { kind = "rate_limit",
        status = 429 }, state()))
      assert.is_true(retry.is_worth(method, { kind = "server", status = 500 },
        state { unsafe = true }))
    end
    assert.is_true(retry.is_worth("HEAD", { kind = "server", status = 500 },
      state()))
  end)

  it("of a DELETE that was sent stays, whatever risk is taken", function()
    assert.is_false(retry.is_worth("DELETE", { kind = "network" },
      state { unsafe = true }))
    assert.is_true(retry.is_worth("DELETE", { kind = "network" },
      state { unsafe = true, unsent = true }))
  end)

  it("is worth another try where what was cut off goes on", function()
    local cut = { kind = "truncated", code = "closed" }
    assert.is_true(retry.is_worth("GET", cut, state { resumable = true }))
    assert.is_false(retry.is_worth("GET", cut, state()))
  end)
end)

describe("a server's word on another try", function()
  local function asked(status, changes, fields)
    local err = { kind = "server", status = status, retry_asked = true }
    for name, value in pairs(fields or {}) do
      err[name] = value
    end
    local course = state { operation = "chat.create" }
    for name, value in pairs(changes or {}) do
      course[name] = value
    end
    return retry.wait("POST", err, course, 0) ~= nil, course
  end

  it("allows one that the method does not", function()
    for _, status in ipairs { 408, 409, 500, 501, 504, 520 } do
      for _, operation in ipairs { "chat.create", "chat.stream",
        "completions.create", "embeddings.create" } do
        local again, course = asked(status, { operation = operation })
        assert.is_true(again, status)
        assert.is_true(course.asked)
      end
    end
  end)

  it("allows it once, and within max_retries", function()
    assert.is_false(asked(500, { asked = true }))
    assert.is_false(asked(500, { failed = 3 }))
    assert.is_false(asked(500, { max_retries = 0 }))
  end)

  it("counts for nothing where the method allows it anyway", function()
    local again, course = asked(429)
    assert.is_true(again)
    assert.is_nil(course.asked)
  end)

  it("counts for nothing of other statuses and calls", function()
    for _, status in ipairs { 200, 400, 401, 404, 422 } do
      assert.is_false(asked(status))
    end
    for _, operation in ipairs { "audio.transcribe", "images.generate",
      "POST chat/completions" } do
      assert.is_false(asked(500, { operation = operation }))
    end
    assert.is_false(asked(nil))
  end)

  it("ends the tries when it is no", function()
    for _, method in ipairs { "GET", "POST" } do
      assert.is_nil(retry.wait(method, { kind = "rate_limit", status = 429,
        retryable = false }, state(), 0))
    end
  end)
end)

describe("the tries of a call", function()
  local err = { kind = "rate_limit", status = 429 }

  it("are one more than max_retries", function()
    for most = 0, 4 do
      for failed = 1, 6 do
        local wait = retry.wait("POST", err, state { failed = failed,
          max_retries = most }, 0)
        assert.equal(failed <= most, wait ~= nil,
          failed .. " failed of " .. most)
      end
    end
  end)
end)

describe("the wait before a try", function()
  local function wait(hint, failed, random)
    return retry.wait("GET", { kind = "unavailable", status = 503,
      retry_after = hint }, state { failed = failed or 1, max_retries = 9 },
      random or 0.5)
  end

  it("doubles up to a bound, and is shortened by chance", function()
    local longest = { 0.5, 1, 2, 4, 8, 8, 8 }
    for failed, seconds in ipairs(longest) do
      assert.equal(seconds, retry.backoff(failed, 0))
      assert.equal(seconds * 0.75, retry.backoff(failed, 1))
      assert.equal(seconds * 0.875, wait(nil, failed, 0.5))
    end
  end)

  it("is what the server asks for, to the bit", function()
    for _, hint in ipairs { 0, 0.001, 7, 59.9, 60 } do
      for _, random in ipairs { 0, 1 } do
        assert.equal(hint, wait(hint, 3, random))
      end
    end
  end)

  it("is left to the program when the server asks for too long", function()
    for _, hint in ipairs { 60.1, 61, 3600, 1e12 } do
      assert.is_nil(wait(hint))
    end
  end)

  it("does not make a try of what is not worth one", function()
    assert.is_nil(retry.wait("POST", { kind = "server", status = 500,
      retry_after = 1 }, state(), 0))
  end)
end)
