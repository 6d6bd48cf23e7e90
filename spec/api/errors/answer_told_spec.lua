-- Failures that no failing status tells.
local answer_errors = require "indoxhub.api.errors.answer"
local errors = require "indoxhub.base.errors"
local json = require "indoxhub.base.json"
local refusals = require "spec.support.refusals"

local answer, told = refusals.answer, refusals.told

describe("a failure told in a successful reply (E8)", function()
  it("has the server's message", function()
    local err = told { success = false, message = "no credits left" }
    assert.equal("no credits left", err.message)
    assert.is_true(errors.is(err))
  end)

  it("is of the kind of its status number, wherever that stands", function()
    for _, body in ipairs {
      { status_code = 402, error = "overloaded", message = "x" },
      { status = 402, success = false },
      { error = { status = 402, message = "x" } },
      { error = { code = 402, message = "x" } },
      { error = { code = "402", message = "x" } },
      { code = 402, success = false },
      { error = "Status 402: no credits" },
      { success = false, message = "status 402: no credits" },
    } do
      local err = told(body)
      assert.equal("insufficient_credits", err.kind, json.encode(body))
      assert.equal(402, err.status)
    end
  end)

  it("takes every number of a failing status", function()
    for status, kind in pairs { [400] = "invalid_request", [599] = "server" } do
      assert.equal(kind, told({ success = false, status = status }).kind)
      assert.equal(status, told({ error = "Status " .. status }).status)
    end
    for _, other in ipairs { 399, 600 } do
      assert.is_nil(told({ success = false, status = other }).status)
      assert.is_nil(told({ error = "Status " .. other }).status)
    end
  end)

  it("finds the status number inside the text, as old servers wrote it",
    function()
      assert.equal("authentication",
        told { error = "Provider error: Status 401 from openai" }.kind)
    end)

  it("takes no other number for a status", function()
    for _, body in ipairs {
      { status = "failed" }, { code = 1001, success = false },
      { error = { code = 200, message = "x" } },
      { error = "Status 200: fine" }, { error = "Status 4011" },
      { error = "Status 999" }, { error = "4 Status" },
    } do
      local err = told(body)
      assert.equal("server", err.kind, json.encode(body))
      assert.is_nil(err.status)
    end
  end)

  it("is of the kind of its machine name when it has no status", function()
    local expected = {
      overloaded = "unavailable", overloaded_error = "unavailable",
      service_unavailable = "unavailable",
      insufficient_quota = "insufficient_credits",
      insufficient_credits = "insufficient_credits",
      rate_limit = "rate_limit", rate_limit_exceeded = "rate_limit",
      rate_limit_error = "rate_limit", RateLimitError = "rate_limit",
      bad_request = "invalid_request",
      invalid_request_error = "invalid_request",
      unauthorized = "authentication", invalid_token = "authentication",
      authentication_error = "authentication",
      invalid_api_key = "authentication", permission_error = "permission",
      permission_denied = "permission", ModelNotFoundError = "not_found",
      ProviderNotFoundError = "not_found", model_not_found = "not_found",
      not_found = "not_found", not_found_error = "not_found",
    }
    for name, kind in pairs(expected) do
      assert.equal(kind, told { error = name }.kind, name)
      assert.equal(kind, told { error = { code = name } }.kind, name)
      assert.equal(kind, told { error = { type = name } }.kind, name)
      assert.equal(kind, told { code = name, success = false }.kind, name)
    end
  end)

  it("is of the kind of the name it knows when there are two", function()
    local err = told { error = { message = "too long",
      type = "invalid_request_error", code = "context_length_exceeded" } }
    assert.equal("invalid_request", err.kind)
    assert.equal("context_length_exceeded", err.code)
    assert.is_false(err.retryable)
  end)

  it("is a lack of credits without a status, too", function()
    for _, body in ipairs { { error = { code = 1113, message = "x" } },
      { error = { code = 429, type = "insufficient_quota" } },
      { error = { type = "invalid_request_error",
        message = "Your credit balance is too low" } },
      { base_resp = { status_code = 1, status_msg = "insufficient balance" } } }
    do
      local err = told(body)
      assert.equal("insufficient_credits", err.kind, json.encode(body))
      assert.is_false(err.retryable)
    end
  end)

  it("is cancelled where the server ended the answer itself", function()
    local err = told { status = "cancelled", error = { message = "too slow" } }
    assert.equal("cancelled", err.kind)
    assert.equal("server", err.code)
    assert.equal("too slow", err.message)
    assert.equal("the server cancelled the answer",
      told({ response = { status = "cancelled" } }).message)
  end)

  it("is the server's fault when nothing is known", function()
    local err = told { success = false }
    assert.equal("server", err.kind)
    assert.matches("without a reason", err.message)
  end)

  it("keeps id, waiting time, details and body", function()
    local err = told { success = false, request_id = "7c1e",
      details = { retry_after = 3 }, detail = { { msg = "x" } } }
    assert.equal("7c1e", err.request_id)
    assert.equal(3, err.retry_after)
    assert.equal("x", err.detail[1].msg)
    assert.matches("7c1e", err.body)
  end)

  it("needs no body text, as in a stream", function()
    local err = answer_errors.from_body({ error = "x" }, answer(200))
    assert.equal("x", err.message)
    assert.is_nil(err.body)
  end)
end)

describe("a body that is not what was promised", function()
  it("is an error of kind protocol with all that is known", function()
    local err = answer_errors.protocol("a web page came",
      answer(200, "<html>", { ["x-request-id"] = "7c1e" }), "html")
    assert.equal("protocol", err.kind)
    assert.equal("html", err.code)
    assert.equal("a web page came", err.message)
    assert.equal(200, err.status)
    assert.equal("7c1e", err.request_id)
    assert.equal("<html>", err.body)
    assert.is_false(err.retryable)
  end)

  it("may have no body, as in a stream", function()
    local err = answer_errors.protocol("broken", answer(200))
    assert.is_nil(err.body)
    assert.is_nil(err.request_id)
  end)
end)

describe("an answer that is not what was promised", function()
  local function protocol(status, text, headers, code)
    return answer_errors.protocol("the reply is not valid JSON",
      answer(status, text, headers), code or "json")
  end

  it("is named as what it is", function()
    for _, case in ipairs {
      { "the server answered 204 No Content, without a body", "empty",
        protocol(204, "") },
      { "the server answered 200, without a body", "empty",
        protocol(200, "") },
      { "the answer is compressed (gzip), which was not asked for", "encoding",
        protocol(200, "\31\139\8\0") },
      { "the answer is compressed (br), which was not asked for", "encoding",
        protocol(200, "\1\2", { ["content-encoding"] = "br" }) },
      { "the server sent a web page", "html",
        protocol(200, "<!doctype html><html></html>") },
      { "the server answered 304 Not Modified, without a body", "empty",
        answer_errors.unexpected(answer(304, "")) },
      { "the server answered with status 300", "empty",
        answer_errors.unexpected(answer(300, "choose")) },
    } do
      assert.equal("protocol", case[3].kind)
      assert.equal(case[1], case[3].message)
      assert.equal(case[2], case[3].code)
    end
  end)

  it("is otherwise as the caller found it", function()
    local err = protocol(200, "{broken")
    assert.equal("the reply is not valid JSON", err.message)
    assert.equal("json", err.code)
    err = protocol(302, "", nil, "redirect")
    assert.equal("redirect", err.code)
  end)

  it("is no web page where none came", function()
    for _, err in ipairs { protocol(200, "{broken"), protocol(204, ""),
      protocol(200, "[]", nil, "reply"), protocol(200, "\31\139\8\0") } do
      assert.is_nil(tostring(err):find("web page", 1, true))
    end
    assert.matches("web page", tostring(protocol(200, "<html></html>")))
  end)
end)
