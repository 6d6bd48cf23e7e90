local json = require "indoxhub.base.json"
local names = require "indoxhub.api.errors.names"

local function levels(body)
  return names.levels(json.decode(json.encode(body)))
end

describe("the name of a failure", function()
  it("is in the innermost error", function()
    local error = { code = "kiln_missing", type = "kiln_error" }
    for _, body in ipairs { { error = error }, { error = { error = error } },
      { error }, { errors = { error } }, { detail = error },
      { response = { status = "failed", error = error } },
      { choices = { { error = error } } },
      { error = json.encode { error = error } },
      { error = { message = "x", metadata = {
        raw = json.encode { error = error } } } } } do
      assert.equal("kiln_missing", names.code(levels(body)), json.encode(body))
    end
  end)

  it("is a code, else a type, else a status in capitals", function()
    assert.equal("a", names.code(levels { error = { code = "a", type = "b" } }))
    assert.equal("b", names.code(levels { error = { code = 1, type = "b" } }))
    assert.equal("NOT_FOUND",
      names.code(levels { error = { code = 404, status = "NOT_FOUND" } }))
  end)

  it("is never a number, a sentence, or what kind of event it is", function()
    for _, body in ipairs { { error = { code = "404" } }, { code = "12" },
      { error = "no kiln" }, { type = "error" }, { type = "response.error" },
      { type = "finish" }, { status = "failed" }, { object = "error" },
      { error = { type = "error" } },
      { detail = { { loc = { "body" }, type = "missing" } } } } do
      assert.is_nil(names.code(levels(body)), json.encode(body))
    end
  end)

  it("is the type of an object that is an error", function()
    assert.equal("ServerError",
      names.code(levels { object = "error", type = "ServerError" }))
    assert.equal("invalid_request_error",
      names.code(levels { type = "invalid_request_error" }))
  end)

  it("means a kind, however it is written", function()
    for name, kind in pairs { RateLimitError = "rate_limit",
      rate_limit_error = "rate_limit", RATE_LIMIT_EXCEEDED = "rate_limit",
      RESOURCE_EXHAUSTED = "rate_limit", ThrottlingException = "rate_limit",
      ["overloaded-error"] = "unavailable", NotFoundError = "not_found",
      DEADLINE_EXCEEDED = "server_timeout", UNAUTHENTICATED = "authentication",
      INVALID_ARGUMENT = "invalid_request", validation_error = "validation",
      AccessDeniedException = "permission",
      ["Throttling.RateQuota"] = "rate_limit",
      ["NotFound.Model"] = "not_found" } do
      assert.equal(kind, names.kind(levels { error = { code = name } }), name)
    end
    assert.is_nil(names.kind(levels { error = { code = "kiln_missing" } }))
  end)
end)

describe("the status in a body", function()
  it("is a number or its digits, wherever it stands", function()
    for _, body in ipairs { { status_code = 429 }, { status = "429" },
      { code = 429 }, { statusCode = 429 }, { error = { code = "429" } },
      { error = { status = 429 } }, { { error = { code = 429 } } },
      { choices = { { error = { code = 429 } } } },
      { error = { message = '{"error":{"code":429,"message":"x"}}' } },
      { response = { error = { code = 429 } } } } do
      assert.equal(429, names.status(levels(body)), json.encode(body))
    end
  end)

  it("is none of another kind", function()
    for _, body in ipairs { { code = 200 }, { code = 1113 }, { code = "0x1F4" },
      { code = "4e2" }, { status = "failed" }, { code = 399 }, {} } do
      assert.is_nil(names.status(levels(body)), json.encode(body))
    end
  end)
end)

describe("an account that does not pay", function()
  it("is told by name, by number or in words", function()
    for _, body in ipairs { { error = { code = "insufficient_quota" } },
      { error = { type = "insufficient_quota" } },
      { error = "billing_hard_limit_reached" },
      { error = { code = "billing_not_active" } },
      { error = { type = "billing_error" } },
      { error = { code = "InsufficientBalance" } },
      { error = { code = "payment_required" } },
      { error = { code = 1113 } }, { code = "1113" },
      { error = { code = 402 } },
      { error = { code = 503, metadata = {
        raw = '{"error":{"code":"insufficient_credits"}}' } } } } do
      assert.is_true(names.is_unpaid(levels(body)), json.encode(body))
    end
    for _, words in ipairs { "Your credit balance is too low",
      "Insufficient Balance", "insufficient credits left",
      "Insufficient account balance" } do
      assert.is_true(names.is_unpaid({}, words), words)
    end
  end)

  it("is not one whose limit begins anew", function()
    assert.is_false(names.is_unpaid(
      levels { error = { code = "rate_limit_exceeded" } },
      "You exceeded your current quota, please check your plan and billing"))
    assert.is_false(names.is_unpaid({}, "insufficient permissions"))
    assert.is_false(names.is_unpaid({}))
  end)
end)

describe("an answer that the server ended", function()
  it("is told by its status, or by its event", function()
    for _, body in ipairs { { status = "cancelled" }, { status = "canceled" },
      { response = { status = "cancelled" } }, { type = "response.cancelled" } }
    do
      assert.is_true(names.is_cancelled(body))
    end
    for _, body in ipairs { {}, { status = "failed" }, "cancelled" } do
      assert.is_false(names.is_cancelled(body))
    end
  end)
end)

describe("the levels of a body", function()
  it("end in one without end", function()
    local deep, wide = {}, {}
    for i = 1, 1000 do
      deep, wide[i] = { error = deep }, { code = i }
    end
    assert.is_true(#names.levels(deep) < 10)
    assert.is_true(#names.levels { errors = wide } < 50)
  end)
end)
