local answer_errors = require "indoxhub.api.errors.answer"
local errors = require "indoxhub.base.errors"
local json = require "indoxhub.base.json"
local refusals = require "spec.support.refusals"

local KEY = refusals.KEY
local answer, refused, told = refusals.answer, refusals.refused, refusals.told

describe("what was used before a failure", function()
  it("stands in the error under the names of replies", function()
    for _, err in ipairs {
      refused(500, { error = "x", usage = { prompt_tokens = "3",
        completion_tokens = 4 } }),
      told { error = "x", usage = { input_tokens = 3, output_tokens = 4 } },
    } do
      assert.equal(3, err.usage.tokens_prompt)
      assert.equal(4, err.usage.tokens_completion)
      assert.equal(7, err.usage.tokens_total)
    end
    assert.is_nil(refused(500, { error = "x" }).usage)
    assert.is_nil(refused(500, { error = "x", usage = "none" }).usage)
  end)

  it("shows no key", function()
    local err = refused(500, { error = "x", usage = { tokens_prompt = 3,
      [KEY] = { KEY, { KEY } } } })
    assert.is_nil(json.encode(err.usage):find(KEY, 1, true))
    assert.equal(3, err.usage.tokens_prompt)
  end)
end)

describe("the kind of a failing status", function()
  it("is decided by the status", function()
    local expected = {
      [400] = "invalid_request", [401] = "authentication",
      [402] = "insufficient_credits", [403] = "permission",
      [404] = "not_found", [408] = "server_timeout", [422] = "validation",
      [429] = "rate_limit", [500] = "server", [502] = "server",
      [503] = "unavailable", [504] = "server_timeout",
      [529] = "unavailable",
    }
    for status, kind in pairs(expected) do
      local err = refused(status, "{}")
      assert.equal(kind, err.kind, status)
      assert.equal(status, err.status)
    end
  end)

  it("is decided by the class of a status nobody knows", function()
    for _, status in ipairs { 405, 409, 410, 413, 418, 451, 499 } do
      assert.equal("invalid_request", refused(status, "{}").kind, status)
    end
    for _, status in ipairs { 501, 507, 520, 524, 599 } do
      assert.equal("server", refused(status, "{}").kind, status)
    end
  end)

  it("does not depend on what the body is", function()
    for _, body in ipairs { "", "text", "<html></html>", "[]", "42", "null",
      '{"error":"unauthorized"}', '{"status_code":401}', '{"detail":{}}',
      '{"success":true}', "{broken" } do
      assert.equal("server", refused(500, body).kind, body)
    end
  end)

  it("is insufficient_credits when a 429 says that the quota is used up",
    function()
      local err = refused(429, { error = { message = "no quota left",
        type = "insufficient_quota", code = "insufficient_quota" } })
      assert.equal("insufficient_credits", err.kind)
      assert.equal("insufficient_quota", err.code)
      assert.is_false(err.retryable)
    end)

  it("is insufficient_credits wherever waiting would not help", function()
    for _, status in ipairs { 402, 429, 503 } do
      for _, body in ipairs { { error = { code = 1113, message = "x" } },
        { error = { type = "billing_hard_limit_reached" } },
        { detail = { code = "insufficient_quota" } },
        { code = "Arrearage", message = "x" },
        { error = { type = "exceeded_current_quota_error", message = "x" } },
        { message = "Sorry, your account balance is insufficient" },
        { { error = { code = "1113" } } }, "Your credit balance is too low",
        'data: {"error":{"code":"insufficient_quota"}}\n\n' } do
        local err = refused(status, body)
        assert.equal("insufficient_credits", err.kind)
        assert.is_false(err.retryable)
      end
    end
  end)

  it("stays with another status of an account that does not pay, which is " ..
    "not tried again", function()
      for status, kind in pairs { [400] = "invalid_request", [500] = "server",
        [408] = "server_timeout" } do
        local err = refused(status, { error = { code = "insufficient_quota" } },
          { ["x-should-retry"] = "true" })
        assert.equal(kind, err.kind)
        assert.is_false(err.retryable)
        assert.is_nil(err.retry_asked)
      end
    end)

  it("makes an error object that knows whether to try again", function()
    assert.is_true(errors.is(refused(500, "")))
    assert.is_true(refused(503, "").retryable)
    assert.is_false(refused(403, "").retryable)
  end)
end)

describe("the code", function()
  it("is a machine name, wherever the server put it", function()
    assert.equal("bad_request", refused(400, { error = "bad_request" }).code)
    assert.equal("burst", refused(429, { code = "burst" }).code)
    assert.equal("overloaded",
      refused(500, { error = { code = "overloaded", type = "server" } }).code)
  end)

  it("is never a sentence or a number", function()
    assert.is_nil(refused(500, { error = "provider failed" }).code)
    assert.equal("server_error", refused(500,
      { error = { code = 500, type = "server_error" } }).code)
  end)

  it("says what was not found when the server has no name for it", function()
    local expected = {
      ["Provider openia does not exist"] = "provider",
      ["Model gpt-0 is unknown"] = "model", ["No such session"] = "session",
      ["job 17 is gone"] = "job", ["Unknown stream"] = "stream",
    }
    for message, code in pairs(expected) do
      assert.equal(code, refused(404, { detail = message }).code)
    end
    assert.is_nil(refused(404, { detail = "Not Found" }).code)
    assert.is_nil(refused(400, { detail = "Model is missing" }).code)
  end)
end)

describe("the request id", function()
  it("is the body's, under either name, before the header's", function()
    local headers = { ["x-request-id"] = "header" }
    assert.equal("body", refused(500,
      { request_id = "body", id = "other" }, headers).request_id)
    assert.equal("other", refused(500, { id = "other" }, headers).request_id)
    assert.equal("header", refused(500, {}, headers).request_id)
    assert.equal("header", refused(500, "<html>", headers).request_id)
    assert.is_nil(refused(500, {}).request_id)
  end)
end)

describe("the time to wait", function()
  it("is the header's, before the body's", function()
    local body = { error = "rate_limited", details = { retry_after = 7 } }
    assert.equal(30, refused(429, body, { ["retry-after"] = "30" }).retry_after)
    assert.equal(7, refused(429, body).retry_after)
    assert.equal(0, refused(429, {}, { ["retry-after"] = "0" }).retry_after)
    assert.is_nil(refused(429, {}).retry_after)
  end)

  it("is the body's when the header's cannot be read", function()
    assert.equal(7, refused(429, { details = { retry_after = "7" } },
      { ["retry-after"] = "soon" }).retry_after)
  end)

  it("is no hint when it is negative", function()
    assert.is_nil(refused(429, {}, { ["retry-after"] = "-1" }).retry_after)
    assert.is_nil(refused(429, { details = { retry_after = -1 } }).retry_after)
  end)
end)

describe("what a server says of trying again", function()
  it("is kept with the error", function()
    local err = refused(500, {}, { ["x-should-retry"] = "true" })
    assert.is_true(err.retry_asked)
    assert.is_true(err.retryable)
    err = refused(503, {}, { ["x-should-retry"] = "false" })
    assert.is_nil(err.retry_asked)
    assert.is_false(err.retryable)
    err = refused(503, {}, { ["x-should-retry"] = "maybe" })
    assert.is_nil(err.retry_asked)
    assert.is_true(err.retryable)
  end)

  it("was said before a failure that is told later", function()
    local function later(said)
      return answer_errors.from_body({ error = { code = 503 } },
        answer(200, nil, { ["x-should-retry"] = said }))
    end
    assert.is_nil(later("true").retry_asked)
    assert.is_false(later("false").retryable)
  end)
end)

describe("the details of a refused request", function()
  it("are lists of loc, msg and type, and nothing else", function()
    local err = refused(422, { detail = { { loc = { "body", "model" },
      msg = "no such model", type = "value_error", input = "gpt-0",
      ctx = { a = 1 }, url = "https://errors.example.test" } } })
    assert.same({ { loc = { "body", "model" }, msg = "no such model",
      type = "value_error" } }, err.detail)
  end)

  it("are absent when the server sent no list", function()
    assert.is_nil(refused(422, { detail = "text" }).detail)
    assert.is_nil(refused(422, { detail = { msg = "x" } }).detail)
    assert.is_nil(refused(422, {}).detail)
  end)

  it("are a list without holes", function()
    local err = refused(422, { detail = { "text", { msg = "x" } } })
    local count = 0
    for _ in pairs(err.detail) do
      count = count + 1
    end
    assert.equal(count, #err.detail)
    assert.equal("x", err.detail[#err.detail].msg)
  end)
end)

describe("the body", function()
  it("is kept as it came", function()
    assert.equal('{"detail":"x"}', refused(400, '{"detail":"x"}').body)
  end)

  it("is cut where it gets long", function()
    local err = refused(500, ("long "):rep(10000))
    assert.is_true(#err.body > 1000 and #err.body <= 2000)
    assert.is_true(#err.message <= 2000)
  end)
end)

describe("the refusals of the vendor's documents", function()
  local file = io.open("../shared/spec/fixtures.json")
  local rest = file and assert(json.decode(file:read("*a"))).rest or {}
  if file then
    file:close()
  end

  for _, entry in ipairs(rest) do
    for _, response in ipairs(entry.responses) do
      if response.status >= 400 then
        it(("say why: %s, %s"):format(entry.op, response.name), function()
          local err = refused(response.status, response.body)
          assert.is_true(err.message:find("%a%a") ~= nil, err.message)
          assert.not_equal("the server gave no reason", err.message)
          assert.is_nil(err.message:find("[<>]"))
        end)
      end
    end
  end
end)
