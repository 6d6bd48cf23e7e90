local errors = require "indoxhub.base.errors"

local IS_PUC_51 = _VERSION == "Lua 5.1" and not rawget(_G, "jit")
local NEEDS_STRINGS = IS_PUC_51 or _VERSION == "Lua 5.2"

-- The line of an error.
local function line(kind, message, fields)
  return tostring(errors.new(kind, message, fields))
end

describe("an error object", function()
  it("has a kind, a message and the fields it was given", function()
    local err = errors.new("rate_limit", "slow down",
      { status = 429, retry_after = 3, code = "burst" })
    assert.equal("rate_limit", err.kind)
    assert.equal("slow down", err.message)
    assert.equal(429, err.status)
    assert.equal(3, err.retry_after)
    assert.equal("burst", err.code)
  end)

  it("says whether sending again may succeed", function()
    local expected = {
      rate_limit = true, unavailable = true, server = true,
      server_timeout = true, network = true, timeout = true, truncated = true,
      invalid_request = false, validation = false, authentication = false,
      permission = false, insufficient_credits = false, not_found = false,
      protocol = false, limit = false, cancelled = false, forked = false,
    }
    for kind, retryable in pairs(expected) do
      assert.equal(retryable, errors.new(kind, "x").retryable, kind)
    end
  end)

  it("is told from every other value", function()
    assert.is_true(errors.is(errors.new("server", "x")))
    for _, other in ipairs { { kind = "server", message = "x" }, "server",
      42, true, setmetatable({}, {}) } do
      assert.is_false(errors.is(other))
    end
    assert.is_false(errors.is(nil))
  end)

  it("names its type", function()
    assert.equal("indoxhub.error",
      getmetatable(errors.new("server", "x")).__name)
  end)
end)

describe("the line of an error", function()
  it("names the call, the kind, the reason and what to do", function()
    assert.equal("chat.create: rate_limit: Slow down (HTTP 429, burst, "
      .. "retry after 2.5 s, request 7c1e); wait and try again",
      line("rate_limit", "Slow down", { operation = "chat.create",
        status = 429, code = "burst", retry_after = 2.5,
        request_id = "7c1e" }))
  end)

  it("leaves out what is not known", function()
    assert.equal("indoxhub: job_failed: no frames",
      line("job_failed", "no frames"))
    assert.equal("indoxhub: job_failed: no frames (HTTP 200)",
      line("job_failed", "no frames", { status = 200 }))
  end)

  it("shows seconds as a person writes them", function()
    assert.matches("retry after 30 s",
      line("rate_limit", "x", { retry_after = 30.0 }))
  end)

  it("advises by code where the kind alone says too little", function()
    local advice = {
      { "authentication", "no_key", "INDOXHUB_API_KEY" },
      { "authentication", "insecure", "allow_http" },
      { "authentication", "other", "check the API key" },
      { "network", "dns", "base_url" }, { "network", "connect", "base_url" },
      { "network", "tls", "ca_file" }, { "network", "proxy", "proxy option" },
      { "network", "descriptors", "ulimit %-n" },
      { "timeout", "connect", "timeout%.connect" },
      { "timeout", "first_byte", "timeout%.first_byte" },
      { "timeout", "idle", "timeout%.idle" },
      { "timeout", "total", "raise the timeout" },
      { "protocol", "redirect", "server points" },
      { "limit", "response", "max_response_bytes" },
      { "limit", "event", "max_event_bytes" },
    }
    for _, case in ipairs(advice) do
      local text = line(case[1], "x", { code = case[2] })
      assert.matches("; .*" .. case[3], text)
    end
  end)

  it("names what gave the base URL", function()
    local url = "https://kiln.example.test/v1"
    for _, case in ipairs {
      { "network", "dns", "check the host name in %s and the connection" },
      { "network", "connect", "check host and port in %s, and that it is up" },
      { "not_found", nil, "check the names in the call, and %s" },
      { "protocol", "redirect", "set %s to where the server points" },
      { "protocol", "html", "check that %s leads to the API and not to a web" },
      { "protocol", "json", "check that %s leads to the API" },
    } do
      for from, name in pairs { base_url = "base_url (" .. url .. ")",
        INDOXHUB_BASE_URL = "the variable INDOXHUB_BASE_URL (" .. url .. ")" }
      do
        local text = line(case[1], "x", { code = case[2], base_url = url,
          base_from = from })
        assert.is_truthy(text:find(case[3]:format(name), 1, true), text)
      end
      local text = line(case[1], "x", { code = case[2],
        base_url = "https://api.example.test", base_from = "default" })
      assert.is_nil(text:lower():find("base_url", 1, true), text)
      assert.is_nil(text:find("api.example", 1, true), text)
      assert.matches("; %a", text)
    end
  end)

  it("speaks of a web page only where one came", function()
    for _, code in ipairs { "json", "reply", "empty", "encoding", "stream",
      "redirect" } do
      assert.is_nil(line("protocol", "x", { code = code })
        :find("web page", 1, true))
    end
    assert.matches("web page", line("protocol", "x", { code = "html" }))
  end)

  it("advises by kind", function()
    for _, kind in ipairs { "permission", "insufficient_credits",
      "rate_limit", "unavailable", "server", "server_timeout", "truncated",
      "protocol", "forked" } do
      assert.matches("^indoxhub: " .. kind .. ": x; %a", line(kind, "x"))
    end
  end)

  it("advises nothing where nothing is known to help", function()
    assert.equal("indoxhub: network: x (reset)",
      line("network", "x", { code = "reset" }))
    assert.equal("indoxhub: cancelled: x", line("cancelled", "x"))
  end)

  it("is one line, whatever the server wrote", function()
    assert.equal("indoxhub: job_failed: first second third",
      line("job_failed", "\n first\r\n\tsecond   third \n"))
  end)

  it("does not move the cursor of a terminal", function()
    assert.equal("indoxhub: job_failed: a [2Jb c (request r 1)",
      line("job_failed", "a\27[2Jb\0c", { request_id = "r\n1" }))
  end)

  it("is not cut within a character", function()
    for before = 296, 300 do
      local text = line("job_failed", ("x"):rep(before) .. ("\195\184"):rep(9))
      assert.matches("^indoxhub: job_failed: x+[\195\184]*%.%.%.$", text)
      local _, firsts = text:gsub("\195", "")
      local _, seconds = text:gsub("\184", "")
      assert.equal(firsts, seconds)
    end
  end)

  it("does not grow with the server's eloquence", function()
    local text = line("job_failed", ("word "):rep(1000))
    assert.is_true(#text < 400)
    assert.matches("word %.%.%.$", text)
    assert.equal("indoxhub: job_failed: " .. ("x"):rep(300),
      line("job_failed", ("x"):rep(300)))
  end)
end)

describe("raising an error", function()
  it("raises what this interpreter can show", function()
    local err = errors.new("server", "broken")
    local ok, raised = pcall(errors.raise, err)
    assert.is_false(ok)
    if NEEDS_STRINGS then
      assert.equal(tostring(err), raised)
    else
      assert.equal(err, raised)
    end
  end)

  it("leaves other values as they are, without a place", function()
    local other = {}
    assert.equal("text", select(2, pcall(errors.raise, "text")))
    assert.equal(other, select(2, pcall(errors.raise, other)))
  end)
end)

describe("errors that every layer makes", function()
  it("are a cancelled call", function()
    local err = errors.cancelled()
    assert.equal("cancelled", err.kind)
    assert.equal("the call was cancelled", err.message)
    assert.is_false(err.retryable)
    assert.equal("the client is closed",
      errors.cancelled("the client is closed").message)
  end)

  it("are a client used on both sides of a fork", function()
    local err = errors.forked()
    assert.equal("forked", err.kind)
    assert.matches("forked; make a new client", tostring(err))
  end)
end)
