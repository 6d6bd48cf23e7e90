-- Faults, refusals and redirects on request.
local ask = require "spec.sandbox.ask"
local during_tests = require "spec.support.during_tests"
local faults = require "indoxhub.sandbox.faults"

describe("the sandbox's faults", function()
  local sandbox = during_tests(ask.start)

  local function statuses(count, headers, path)
    local list = {}
    for i = 1, count do
      local _, err = sandbox:request("GET", path or "user/me", nil, headers)
      list[i] = err and err.status or 200
    end
    return list
  end

  it("are read from a text", function()
    assert.same({ kind = "status", number = 503, times = 2 },
      faults.parse "status:503*2")
    assert.same({ kind = "cut", number = 3 }, faults.parse "cut:3")
    assert.is_nil(faults.parse "")
    for _, text in ipairs { "503*2", "status:503*", "status:503*-1", "*2",
      "status:503**2", "html:204*1" } do
      local fault, message = faults.parse(text)
      assert.is_nil(fault)
      assert.truthy(message:find("is no fault", 1, true), text)
    end
  end)

  it("happen some times, to requests with the same id or path", function()
    local twice = { ["X-Sandbox-Fail"] = "status:503*2" }
    assert.same({ 503, 503, 200, 200 }, statuses(4, twice))
    assert.same({ 503, 503, 200 }, statuses(3, twice, "user/usage"))
    twice["X-Sandbox-Id"] = "one"
    assert.same({ 503, 503, 200 }, statuses(3, twice))
    assert.same({ 200 }, statuses(1, twice, "user/usage"))
    twice["X-Sandbox-Id"] = "other"
    assert.same({ 503, 503, 200 }, statuses(3, twice))
    assert.same({ 200 }, statuses(1, { ["X-Sandbox-Fail"] = "status:503*0" }))
  end)

  it("happen some times for all, by the flag", function()
    local other = ask.start("--fail 'status:500*1'")
    assert.equal(500, (other:refused("GET", "user/me")))
    assert.truthy(other:get("user/me"))
    assert.equal(500, (other:refused("GET", "user/health")))
    other:stop()
  end)

  it("reach every endpoint that answers with JSON", function()
    local reply, failure = sandbox:request("GET", "user/me", nil,
      { ["X-Sandbox-Fail"] = "cut:0" })
    assert.is_nil(reply)
    assert.equal("truncated", failure.kind)
    local body = sandbox:curl_json("models/", "-H", "X-Sandbox-Fail: error:0")
    assert.is_false(body.success)
    assert.equal(faults.IN_ANSWER, body.message)
  end)

  it("say when to come back", function()
    local function told(...)
      local _, _, headers = sandbox:curl("user/me", ...)
      return headers["retry-after"]
    end
    assert.equal("1", told("-H", "X-Sandbox-Fail: status:429"))
    assert.is_nil(told("-H", "X-Sandbox-Fail: status:503"))
    assert.equal("7", told("-H", "X-Sandbox-Fail: status:503", "-H",
      "X-Sandbox-Retry-After: 7"))
    assert.equal("Wed, 21 Oct 2026 07:28:00 GMT", told("-H",
      "X-Sandbox-Fail: status:429", "-H",
      "X-Sandbox-Retry-After: Wed, 21 Oct 2026 07:28:00 GMT"))
  end)

  it("have the eight shapes of the vendor's errors", function()
    local function body(shape)
      return sandbox:curl_json("user/me", "-H", "X-Sandbox-Fail: status:429",
        "-H", "X-Sandbox-Error-Shape: " .. shape)
    end
    assert.is_false(body("E1").success)
    assert.equal("", body("E1").data)
    assert.equal("Rate limit exceeded", body("e2").detail)
    assert.same({ "body" }, body("E3").detail[1].loc)
    local e4 = body("E4")
    assert.equal("RateLimitError", e4.error)
    assert.equal(429, e4.status_code)
    assert.equal(1, e4.details.retry_after)
    assert.equal("RateLimitError", body("E5").error.code)
    assert.equal("Rate limit exceeded", body("E7").detail.message)
    local status, text, headers = sandbox:curl("user/me", "-H",
      "X-Sandbox-Fail: status:429", "-H", "X-Sandbox-Error-Shape: E6")
    assert.equal(429, status)
    assert.equal("text/html", headers["content-type"])
    assert.truthy(text:find("Rate limit exceeded", 1, true))
    local e8, ok = body("E8")
    assert.is_false(e8.success)
    assert.equal(200, ok)
  end)

  it("give these shapes to other refusals, too", function()
    for _, shape in ipairs { "E1", "E2", "E3", "E4", "E5", "E6", "E7" } do
      local headers = { ["X-Sandbox-Error-Shape"] = shape }
      local status, message = sandbox:refused("GET", "videos/jobs/none", nil,
        headers)
      assert.equal(404, status)
      assert.truthy(message:find("Video job not found", 1, true), shape)
      local _, _, err = sandbox:as("an-invalid-one"):refused("GET", "user/me",
        nil, headers)
      assert.equal("authentication", err.kind)
    end
    local status, message = sandbox:refused("POST", "completions", {},
      { ["X-Sandbox-Error-Shape"] = "E3" })
    assert.equal(422, status)
    assert.equal("body.prompt: is required", message)
  end)

  it("ask for a slash at the end, or redirect to it", function()
    local status, body, headers = sandbox:curl("user/me", "-H",
      "X-Sandbox-Slash: on")
    assert.equal(403, status)
    assert.equal("text/html", headers["content-type"])
    assert.truthy(body:find("<html>", 1, true))
    assert.equal(200, (sandbox:curl("user/me/", "-H", "X-Sandbox-Slash: on")))
    for _, way in ipairs { "307", "308" } do
      local question = { "-H", "X-Sandbox-Slash: " .. way, "-d",
        '{"prompt":"2 + 2"}' }
      status, body, headers = sandbox:curl("completions?x=1",
        (table.unpack or unpack)(question))
      assert.equal(tonumber(way), status)
      assert.equal("", body)
      assert.equal(sandbox.server.url .. "/completions/?x=1",
        headers.location)
      status = sandbox:curl(headers.location,
        (table.unpack or unpack)(question))
      assert.equal(200, status)
    end
    local page = sandbox:post("images/generations", { prompt = "x" })
    assert.equal(200, (sandbox:curl(page.data[1].url, "-H",
      "X-Sandbox-Slash: on")))
  end)

  it("come by flags, which headers overrule", function()
    local other = ask.start("--slash on --error-shape E5 --retry-after 9")
    assert.equal(403, (other:curl("user/me")))
    local reply = other:curl_json("nowhere/")
    assert.equal("Not Found", reply.error.message)
    local _, _, headers = other:curl("nowhere/")
    assert.equal("9", headers["retry-after"])
    assert.equal(200, (other:curl("user/me", "-H", "X-Sandbox-Slash: off")))
    other:stop()
  end)

  it("are refused when they are unknown", function()
    for header, value in pairs { ["X-Sandbox-Shape"] = "array,round",
      ["X-Sandbox-Dialect"] = "latin", ["X-Sandbox-Pace"] = "fast",
      ["X-Sandbox-Error-Shape"] = "E9", ["X-Sandbox-Slash"] = "maybe",
      ["X-Sandbox-Job"] = "sleep", ["X-Sandbox-Auth"] = "none",
      ["X-Sandbox-Job-Seconds"] = "-1", ["X-Sandbox-Credits"] = "much" } do
      local status, message = sandbox:refused("GET", "user/health", nil,
        { [header] = value })
      assert.equal(400, status)
      assert.is_string(message)
    end
  end)
end)
