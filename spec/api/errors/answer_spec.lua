local answer_errors = require "indoxhub.api.errors.answer"
local errors = require "indoxhub.base.errors"
local json = require "indoxhub.base.json"
local redact = require "indoxhub.base.redact"

local KEY = "indox-" .. ("Zz09"):rep(8)
local BYOK = "sk-own/4711+x"

local function answer(status, text, headers)
  return { status = status, text = text, headers = headers or {},
    hide = redact.new { KEY, BYOK } }
end

-- The error of a failing status with a body, text or table.
local function refused(status, body, headers)
  local text = type(body) == "table" and json.encode(body) or body
  return answer_errors.from_status(answer(status, text, headers))
end

-- The error told in a reply of status 200.
local function told(body)
  return answer_errors.from_body(body, answer(200, json.encode(body)))
end

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

describe("the message", function()
  it("is the field message of an envelope that failed (E1)", function()
    local err = refused(400, { request_id = "7c1e", success = false,
      message = "model is missing", data = "" })
    assert.equal("model is missing", err.message)
    assert.equal("7c1e", err.request_id)
  end)

  it("is the text in detail (E2)", function()
    assert.equal("Invalid API key",
      refused(401, { detail = "Invalid API key" }).message)
  end)

  it("is made of the list in detail (E3)", function()
    local err = refused(422, { detail = {
      { loc = { "body", "messages", 0, "role" }, msg = "field required",
        type = "value_error.missing" },
      { loc = { "body" }, msg = "too long", type = "value_error" },
    } })
    assert.equal("body.messages.0.role: field required; body: too long",
      err.message)
  end)

  it("is made of what a list in detail has, and be it little", function()
    assert.equal("must be short", refused(422,
      { detail = { { msg = "must be short" } } }).message)
    assert.equal("body: is not valid", refused(422,
      { detail = { { loc = { "body" } } } }).message)
    assert.equal("first; second", refused(422,
      { detail = { "first", "second" } }).message)
  end)

  it("is the field message beside a machine name (E4)", function()
    local err = refused(404, { error = "ModelNotFoundError",
      message = "no such model", status_code = 404, success = false,
      request_id = "7c1e", details = { provider = "openai" } })
    assert.equal("no such model", err.message)
    assert.equal("ModelNotFoundError", err.code)
    assert.equal("7c1e", err.request_id)
  end)

  it("is the message of an error object (E5)", function()
    local err = refused(400, { error = { message = "bad top_p",
      type = "invalid_request_error", param = "top_p", code = json.null } })
    assert.equal("bad top_p", err.message)
    assert.equal("invalid_request_error", err.code)
  end)

  it("is the title of a web page (E6)", function()
    local err = refused(403, "<!doctype html><html><head>\n<title lang=en>"
      .. "\n Attention Required! </title><style>p{}</style></head>"
      .. "<body><p>ray</p></body></html>")
    assert.equal("Attention Required!", err.message)
  end)

  it("is the text of a web page without a title (E6)", function()
    local err = refused(502, "<html><style>a{color:red}</style>"
      .. "<script>var a = 1;</script><h1>502 Bad Gateway</h1>\n<hr>"
      .. "<center>nginx</center></html>")
    assert.matches("502 Bad Gateway", tostring(err))
    assert.matches("nginx", tostring(err))
    for _, noise in ipairs { "<", "var a", "color" } do
      assert.is_nil(err.message:find(noise, 1, true), noise)
    end
  end)

  it("is the text of a web page whose title is empty (E6)", function()
    assert.matches("Bad Gateway", refused(502,
      "<html><title></title><h1>Bad Gateway</h1></html>").message)
  end)

  it("is a plain text (E6)", function()
    assert.equal("Access denied", refused(403, "Access denied").message)
  end)

  it("is what an object in detail says (E7)", function()
    for _, name in ipairs { "message", "msg", "error" } do
      assert.equal("said so",
        refused(400, { detail = { [name] = "said so" } }).message)
    end
  end)

  it("says that there is none when the body is empty (E7)", function()
    for _, body in ipairs { "", " \n", "{}", "[]", '{"detail":{}}',
      '{"message":"","detail":"  "}', '{"detail":[]}' } do
      assert.equal("the server gave no reason", refused(500, body).message,
        body)
    end
  end)

  it("is read from any bytes that are JSON or an event", function()
    for _, bytes in ipairs { '\239\187\191 {"detail":"too hot"}',
      'data: {"error":{"message":"too hot"}}\n\n', '["too hot"]',
      "event: error\ndata: too hot\n\n", '"too hot"' } do
      for _, content_type in ipairs { "text/plain", "application/json",
        "text/event-stream", "image/png" } do
        assert.equal("too hot", refused(400, bytes,
          { ["content-type"] = content_type }).message)
      end
    end
  end)

  it("is the beginning of a long text", function()
    assert.equal(("\195\164"):rep(200) .. "...",
      refused(500, ("\195\164"):rep(900)).message)
  end)

  it("is never made of bytes that are no text", function()
    assert.equal("the server gave no reason",
      refused(500, "\137PNG\r\n\26\n\0\0\0\13IHDR").message)
    assert.equal("the server gave its reason compressed (gzip), which was "
      .. "not asked for", refused(500, "\31\139\8\0\0abc").message)
    assert.equal("the server gave its reason compressed (br), which was "
      .. "not asked for", refused(500, "\27\2abc",
        { ["content-encoding"] = "br" }).message)
  end)

  it("is never empty, whatever scalar came (E7)", function()
    for _, body in ipairs { "42", "true", "null", '"x"' } do
      assert.is_true(#refused(500, body).message > 0)
    end
  end)

  it("prefers what is meant for people", function()
    local body = { error = { message = "first" }, message = "second",
      detail = "third" }
    assert.equal("first", refused(400, body).message)
    body.error = "machine_name"
    assert.equal("second", refused(400, body).message)
    body.message = ""
    assert.equal("third", refused(400, body).message)
    body.detail = nil
    assert.equal("machine_name", refused(400, body).message)
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

describe("secrets", function()
  -- Every text of an error, at any depth.
  local function texts_of(value, found)
    found = found or {}
    if type(value) == "string" then
      found[#found + 1] = value
    elseif type(value) == "table" then
      for key, item in pairs(value) do
        texts_of(key, found)
        texts_of(item, found)
      end
    end
    return found
  end

  local function assert_clean(err)
    local found = texts_of(err)
    found[#found + 1] = tostring(err)
    for _, text in ipairs(found) do
      for _, secret in ipairs { KEY, BYOK, KEY:sub(1, 20) } do
        assert.is_nil(text:find(secret, 1, true), text)
      end
    end
  end

  it("are not in message and body", function()
    local err = refused(401, { detail = "bad key " .. KEY .. " " .. BYOK })
    assert.equal("bad key [redacted] [redacted]", err.message)
    assert.equal("bad key [redacted]", refused(401, "bad key " .. KEY).body)
    assert_clean(refused(401, "bad key " .. KEY .. " or " .. BYOK))
  end)

  it("are not in the details", function()
    local err = refused(422, { detail = { { loc = { "body", "byok_api_key" },
      msg = "refused: " .. BYOK, type = "value_error", input = BYOK } } })
    assert.equal("refused: [redacted]", err.detail[1].msg)
    assert_clean({ err.detail, err.message, tostring(err) })
  end)

  it("are not in the body as JSON writes them", function()
    -- Some servers write a slash with a backslash before it.
    local err = refused(400, [[{"input":"sk-own\/4711+x"}]])
    assert.is_nil(err.body:find("4711", 1, true), err.body)
  end)

  it("are not in a title of a web page", function()
    assert_clean(refused(403, "<title>denied: " .. KEY .. "</title>"))
  end)

  it("are not in the other fields either", function()
    assert_clean(refused(422, { error = KEY, request_id = KEY, detail = {
      { loc = { "body", KEY }, msg = "x", type = KEY } } }))
    assert_clean(refused(500, {}, { ["x-request-id"] = KEY }))
  end)

  it("are not half in the body where that is cut", function()
    for missing = 1, #BYOK - 1 do
      local before = ("x"):rep(2000 - #BYOK + missing)
      local err = refused(500, before .. BYOK .. " rest")
      assert.is_nil(err.body:find(BYOK:sub(1, 3), 1, true), missing)
    end
  end)

  it("are not half in the message where the body is cut", function()
    local err = refused(500, ("x"):rep(1990) .. BYOK)
    assert.is_nil(err.message:find("sk-", 1, true))
  end)

  it("are not in what a successful reply or an event tells", function()
    local err = told { success = false, message = "key " .. KEY }
    assert.equal("key [redacted]", err.message)
    assert_clean(err)
  end)

  it("are not in a broken promise", function()
    local err = answer_errors.protocol("not JSON: " .. KEY,
      answer(200, "also " .. KEY))
    assert.equal("not JSON: [redacted]", err.message)
    assert.equal("also [redacted]", err.body)
  end)
end)

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
