local failure = require "indoxhub.api.reading.failure"
local reply = require "indoxhub.api.replies.reply"
local usage_of = require "indoxhub.api.reading.usage"

describe("usage", function()
  it("of the envelope stays as it is", function()
    local usage = { tokens_prompt = 19, tokens_completion = 4,
      tokens_total = 23, cost = 0.5, latency = 0.4, cache_read_tokens = 1,
      cache_write_tokens = 2, reasoning_tokens = 3, web_search_count = 0 }
    local same = {}
    for name, value in pairs(usage) do
      same[name] = value
    end
    assert.equal(usage, usage_of.of(usage))
    assert.same(same, usage)
  end)

  it("of a Responses object gets the names of the envelope", function()
    assert.same({
      input_tokens = 11, output_tokens = 90, total_tokens = 101,
      input_tokens_details = { cached_tokens = 5 },
      output_tokens_details = { reasoning_tokens = 88 },
      tokens_prompt = 11, tokens_completion = 90, tokens_total = 101,
      cache_read_tokens = 5, reasoning_tokens = 88,
    }, usage_of.of {
      input_tokens = 11, output_tokens = 90, total_tokens = 101,
      input_tokens_details = { cached_tokens = 5 },
      output_tokens_details = { reasoning_tokens = 88 },
    })
  end)

  it("of OpenAI gets the names of the envelope", function()
    local usage = usage_of.of { prompt_tokens = 9, completion_tokens = 1,
      total_tokens = 12, prompt_tokens_details = { cached_tokens = 4 },
      completion_tokens_details = { reasoning_tokens = 2 } }
    assert.equal(9, usage.tokens_prompt)
    assert.equal(1, usage.tokens_completion)
    assert.equal(12, usage.tokens_total)
    assert.equal(4, usage.cache_read_tokens)
    assert.equal(2, usage.reasoning_tokens)
  end)

  it("of a stream's last frame is summed up, with its cost", function()
    local usage = usage_of.of { input_tokens = 15, output_tokens = 2,
      cost_usd = 3.45e-06, latency_ms = 611 }
    assert.equal(17, usage.tokens_total)
    assert.equal(3.45e-06, usage.cost)
    assert.equal(611, usage.latency_ms)
  end)

  it("has no latency in a unit that nobody knows", function()
    assert.is_nil(usage_of.of({ latency_ms = 611 }).latency)
    assert.equal(0.4, usage_of.of({ latency = 0.4 }).latency)
  end)

  it("keeps what the server called by our name", function()
    local usage = usage_of.of { tokens_prompt = 1, input_tokens = 2,
      prompt_tokens = 3, tokens_total = 0, total_tokens = 5, cost = 0,
      cost_usd = 7, reasoning_tokens = 0,
      output_tokens_details = { reasoning_tokens = 9 } }
    assert.equal(1, usage.tokens_prompt)
    assert.equal(0, usage.tokens_total)
    assert.equal(0, usage.cost)
    assert.equal(0, usage.reasoning_tokens)
  end)

  it("does not invent what is unknown", function()
    assert.same({}, usage_of.of {})
    assert.same({ input_tokens = 3, tokens_prompt = 3 },
      usage_of.of { input_tokens = 3 })
    assert.same({ output_tokens = 3, tokens_completion = 3 },
      usage_of.of { output_tokens = 3 })
  end)

  it("may lack its details, or have them in an unknown form", function()
    local usage = usage_of.of { input_tokens = 1, output_tokens = 2,
      input_tokens_details = 7, output_tokens_details = {} }
    assert.is_nil(usage.cache_read_tokens)
    assert.is_nil(usage.reasoning_tokens)
    assert.equal(3, usage.tokens_total)
  end)

  it("does not add up what are no numbers", function()
    assert.is_nil(usage_of.of({ input_tokens = "3", output_tokens = {} })
      .tokens_total)
  end)

  it("is nothing when there is no table", function()
    assert.is_nil(usage_of.of(nil))
    assert.is_nil(usage_of.of("12"))
    assert.is_nil(usage_of.of(12))
  end)

  it("is the same when it is made twice", function()
    local usage = usage_of.of { input_tokens = 1, output_tokens = 2 }
    assert.equal(3, usage_of.of(usage).tokens_total)
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
      { error = { message = "x" } }, { error = true },
      { success = true, error = "x" } } do
      assert.is_true(failure.is_told(body))
      assert.is_true(failure.is_of_generation(body))
    end
  end)

  it("tells of none when it has none to tell", function()
    for _, body in ipairs { {}, { success = true }, { error = "" },
      { error = {} }, { error = { code = 0, message = " " } },
      { error = false }, { message = "error" }, { status = "completed" },
      { status = "in_progress" } } do
      assert.is_false(failure.is_told(body))
      assert.is_false(failure.is_of_generation(body))
    end
  end)

  it("tells by its status, too, when it is an answer", function()
    for _, status in ipairs { "failed", "error", "cancelled" } do
      assert.is_true(failure.is_of_generation { status = status })
      assert.is_false(failure.is_told { status = status })
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
