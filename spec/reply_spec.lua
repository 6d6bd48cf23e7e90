local reply = require "indoxhub.reply"

local math_type = rawget(math, "type")

describe("usage", function()
  it("of the envelope stays as it is", function()
    local usage = { tokens_prompt = 19, tokens_completion = 4,
      tokens_total = 23, cost = 0.5, latency = 0.4, cache_read_tokens = 1,
      cache_write_tokens = 2, reasoning_tokens = 3, web_search_count = 0 }
    local same = {}
    for name, value in pairs(usage) do
      same[name] = value
    end
    assert.equal(usage, reply.usage(usage))
    assert.same(same, usage)
  end)

  it("of a Responses object gets the names of the envelope", function()
    assert.same({
      input_tokens = 11, output_tokens = 90, total_tokens = 101,
      input_tokens_details = { cached_tokens = 5 },
      output_tokens_details = { reasoning_tokens = 88 },
      tokens_prompt = 11, tokens_completion = 90, tokens_total = 101,
      cache_read_tokens = 5, reasoning_tokens = 88,
    }, reply.usage {
      input_tokens = 11, output_tokens = 90, total_tokens = 101,
      input_tokens_details = { cached_tokens = 5 },
      output_tokens_details = { reasoning_tokens = 88 },
    })
  end)

  it("of OpenAI gets the names of the envelope", function()
    local usage = reply.usage { prompt_tokens = 9, completion_tokens = 1,
      total_tokens = 12, prompt_tokens_details = { cached_tokens = 4 },
      completion_tokens_details = { reasoning_tokens = 2 } }
    assert.equal(9, usage.tokens_prompt)
    assert.equal(1, usage.tokens_completion)
    assert.equal(12, usage.tokens_total)
    assert.equal(4, usage.cache_read_tokens)
    assert.equal(2, usage.reasoning_tokens)
  end)

  it("of a stream's last frame is summed up, with its cost", function()
    local usage = reply.usage { input_tokens = 15, output_tokens = 2,
      cost_usd = 3.45e-06, latency_ms = 611 }
    assert.equal(17, usage.tokens_total)
    assert.equal(3.45e-06, usage.cost)
    assert.equal(611, usage.latency_ms)
  end)

  it("has no latency in a unit that nobody knows", function()
    assert.is_nil(reply.usage({ latency_ms = 611 }).latency)
    assert.equal(0.4, reply.usage({ latency = 0.4 }).latency)
  end)

  it("keeps what the server called by our name", function()
    local usage = reply.usage { tokens_prompt = 1, input_tokens = 2,
      prompt_tokens = 3, tokens_total = 0, total_tokens = 5, cost = 0,
      cost_usd = 7, reasoning_tokens = 0,
      output_tokens_details = { reasoning_tokens = 9 } }
    assert.equal(1, usage.tokens_prompt)
    assert.equal(0, usage.tokens_total)
    assert.equal(0, usage.cost)
    assert.equal(0, usage.reasoning_tokens)
  end)

  it("does not invent what is unknown", function()
    assert.same({}, reply.usage {})
    assert.same({ input_tokens = 3, tokens_prompt = 3 },
      reply.usage { input_tokens = 3 })
    assert.same({ output_tokens = 3, tokens_completion = 3 },
      reply.usage { output_tokens = 3 })
  end)

  it("may lack its details, or have them in an unknown form", function()
    local usage = reply.usage { input_tokens = 1, output_tokens = 2,
      input_tokens_details = 7, output_tokens_details = {} }
    assert.is_nil(usage.cache_read_tokens)
    assert.is_nil(usage.reasoning_tokens)
    assert.equal(3, usage.tokens_total)
  end)

  it("does not add up what are no numbers", function()
    assert.is_nil(reply.usage({ input_tokens = "3", output_tokens = {} })
      .tokens_total)
  end)

  it("is nothing when there is no table", function()
    assert.is_nil(reply.usage(nil))
    assert.is_nil(reply.usage("12"))
    assert.is_nil(reply.usage(12))
  end)

  it("is the same when it is made twice", function()
    local usage = reply.usage { input_tokens = 1, output_tokens = 2 }
    assert.equal(3, reply.usage(usage).tokens_total)
  end)
end)

describe("the envelope", function()
  it("is filled in from what other bodies call its fields", function()
    local body = { id = "resp-1", created = 1780388130,
      usage = { prompt_tokens = 1 } }
    assert.equal(body, reply.envelope(body))
    assert.equal("resp-1", body.request_id)
    assert.equal("resp-1", body.id)
    assert.equal(1780388130, body.created_at)
    assert.equal(1, body.usage.tokens_prompt)
    assert.is_true(body.success)
  end)

  it("keeps its own fields before all others", function()
    local body = reply.envelope { request_id = "a", id = "b",
      created_at = "2026-06-02T08:15:30Z", created = 5, success = false }
    assert.equal("a", body.request_id)
    assert.equal("2026-06-02T08:15:30Z", body.created_at)
    assert.is_false(body.success)
  end)

  it("has no usage when none was sent", function()
    assert.is_nil(reply.envelope({}).usage)
  end)
end)

describe("a body of status 200", function()
  it("tells of a failure by success or by an error", function()
    for _, body in ipairs { { success = false }, { error = "x" },
      { error = { message = "x" } }, { error = {} }, { error = true },
      { success = true, error = "x" } } do
      assert.is_true(reply.is_failure(body))
      assert.is_true(reply.is_failed_generation(body))
    end
  end)

  it("tells of none when it has none to tell", function()
    for _, body in ipairs { {}, { success = true }, { error = "" },
      { error = false }, { message = "error" }, { status = "completed" },
      { status = "in_progress" } } do
      assert.is_false(reply.is_failure(body))
      assert.is_false(reply.is_failed_generation(body))
    end
  end)

  it("tells by its status, too, when it is an answer", function()
    for _, status in ipairs { "failed", "error", "cancelled" } do
      assert.is_true(reply.is_failed_generation { status = status })
      assert.is_false(reply.is_failure { status = status })
    end
  end)
end)

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
      assert.equal(seconds, reply.epoch(text), text)
    end
  end)

  it("is known for the end of each month", function()
    local last_days = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 }
    local days = 0
    for month, last in ipairs(last_days) do
      local first = reply.epoch(("2025-%02d-01T00:00:00Z"):format(month))
      assert.equal(1735689600 + days * 86400, first, month)
      days = days + last
      local end_of = reply.epoch(("2025-%02d-%02dT00:00:00Z")
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
      assert.equal(1780388130, reply.epoch(text), text)
    end
  end)

  it("may have a zone of whole hours", function()
    assert.equal(1780388130, reply.epoch "2026-06-02T10:15:30+02")
    assert.equal(1780388130, reply.epoch "2026-06-02T03:15:30-05")
  end)

  it("has the fraction of its second", function()
    assert.equal(1780388130.5, reply.epoch "2026-06-02T08:15:30.5Z")
    assert.is_true(math.abs(1780388130.123456
      - reply.epoch "2026-06-02T08:15:30.123456") < 1e-6)
    assert.equal(1780388130.25, reply.epoch "2026-06-02T10:15:30.25+02:00")
  end)

  it("is a number that the server sent", function()
    assert.equal(1780388130, reply.epoch(1780388130))
    assert.equal(0, reply.epoch(0))
  end)

  it("is a whole number where it can be", function()
    assert.equal("1780388130",
      ("%.0f"):format(reply.epoch "2026-06-02T08:15:30Z"))
    if math_type then
      assert.equal("integer",
        math_type(reply.epoch "2026-06-02T10:15:30+02:00"))
    end
  end)

  it("is unknown for anything else", function()
    for _, value in ipairs { "", "yesterday", "2026-06-02", "08:15:30",
      "02.06.2026 08:15:30", "2026-6-2T8:15:30Z", " 2026-06-02T08:15:30Z",
      {}, true } do
      assert.is_nil(reply.epoch(value))
    end
    assert.is_nil(reply.epoch(nil))
  end)

  it("is unknown when its zone is", function()
    for _, zone in ipairs { " PST", " and later", "+1", "+02:", "+02:0",
      "+02:000", "+020", "-02:00x", "02:00", "ZZ", "z+02:00" } do
      assert.is_nil(reply.epoch("2026-06-02T08:15:30" .. zone), zone)
    end
  end)
end)

describe("the facts about an exchange", function()
  local function remember(value, headers)
    return reply.remember(value, { status = 200, headers = headers or {},
      result = { timing = { total = 0.5 }, bytes_in = 10, bytes_out = 20 } })
  end

  it("are told for a reply, and are not in it", function()
    local value = { data = "x" }
    assert.equal(value, remember(value, { ["x-a"] = "b" }))
    assert.same({ data = "x" }, value)
    assert.is_nil(getmetatable(value))
    local meta = reply.meta(value)
    assert.equal(200, meta.status)
    assert.equal("b", meta.headers["x-a"])
    assert.equal(1, meta.attempts)
    assert.equal(0.5, meta.timing.total)
    assert.equal(10, meta.bytes_in)
    assert.equal(20, meta.bytes_out)
  end)

  it("are unknown for another table", function()
    remember({})
    assert.is_nil(reply.meta {})
  end)

  it("have the id of the reply, or else that of the headers", function()
    local headers = { ["x-request-id"] = "header" }
    assert.equal("body",
      reply.meta(remember({ request_id = "body" }, headers)).request_id)
    assert.equal("header", reply.meta(remember({}, headers)).request_id)
    assert.is_nil(reply.meta(remember {}).request_id)
  end)

  it("have the time of the reply as a number", function()
    local meta = reply.meta(remember { created_at = "1970-01-02T00:00:00Z" })
    assert.equal(86400, meta.created)
    assert.equal(7, reply.meta(remember { created_at = 7 }).created)
    assert.is_nil(reply.meta(remember {}).created)
  end)

  it("have the limits of the account when the server tells them", function()
    local meta = reply.meta(remember({}, { ["x-ratelimit-limit"] = "60",
      ["x-ratelimit-remaining"] = "59",
      ["x-ratelimit-reset"] = "1780388160" }))
    assert.same({ limit = 60, remaining = 59, reset = 1780388160 },
      meta.ratelimit)
    assert.same({ remaining = 0 }, reply.meta(remember({},
      { ["x-ratelimit-remaining"] = "0" })).ratelimit)
    assert.is_nil(reply.meta(remember({},
      { ["x-ratelimit-limit"] = "many" })).ratelimit)
    assert.is_nil(reply.meta(remember {}).ratelimit)
  end)

  it("are those of the last exchange", function()
    local value = remember({}, { ["x-a"] = "1" })
    remember(value, { ["x-a"] = "2" })
    assert.equal("2", reply.meta(value).headers["x-a"])
  end)

  it("do not keep a reply alive", function()
    local alive = setmetatable({}, { __mode = "k" })
    do
      alive[remember { request_id = "x" }] = true
    end
    collectgarbage()
    collectgarbage()
    assert.is_nil(next(alive))
  end)

  it("may be few, when the exchange was not measured", function()
    local value = reply.remember({}, { status = 200, headers = {} })
    assert.is_nil(reply.meta(value).timing)
  end)
end)
