-- Calls that are tried again, on real connections: which, and how often.
local indoxhub = require "indoxhub"
local servers = require "spec.support.servers"
local retries = require "spec.support.retries"

local MESSAGES = { { role = "user", content = "go" } }
local KEY = retries.KEY

local OK, LIMITED, BUSY, BROKEN = retries.OK, retries.LIMITED, retries.BUSY,
  retries.BROKEN

local refusal, assert_backoff = retries.refusal, retries.assert_backoff

describe("a call", function()
  local scene = retries.scene()
  local raw, waits = scene.raw, scene.waits
  local client_with, request_count = scene.client_with, scene.request_count

  it("is tried twice more, and waits longer each time", function()
    local client, name = client_with { BUSY, LIMITED, OK }
    local reply = indoxhub.assert(client.chat:create { messages = MESSAGES })
    assert.equal("fine", reply.data)
    assert.equal(3, indoxhub.meta(reply).attempts)
    assert.equal(3, request_count(name))
    assert.equal(2, #waits)
    assert_backoff(0.5, waits[1])
    assert_backoff(1, waits[2])
  end)

  it("sends the same bytes each time", function()
    local client, name = client_with { BUSY, BUSY, OK }
    indoxhub.assert(client.chat:create({ messages = MESSAGES,
      temperature = 0.5 }, { headers = { ["X-A"] = "b" } }))
    local got = raw:got(name)
    assert.equal(0, #got % 3)
    assert.equal(got:sub(1, #got / 3):rep(3), got)
    assert.equal(3, request_count(name))
  end)

  it("tells what became of each try", function()
    local client = client_with {
      refusal("429 Too Many Requests", "Retry-After: 7\r\n",
        '{"error":"RateLimitError","message":"slow down"}'),
      refusal("503 Service Unavailable", "Retry-After: 0\r\n"), BROKEN }
    local reply, err = client.chat:create { messages = MESSAGES }
    assert.is_nil(reply)
    assert.equal("server", err.kind)
    assert.equal(3, #err.attempts)
    local one, two, three = err.attempts[1], err.attempts[2], err.attempts[3]
    for _, try in ipairs(err.attempts) do
      assert.is_true(try.seconds >= 0 and try.seconds < 20)
      try.seconds = nil
    end
    assert.same({ status = 429, code = "RateLimitError", wait = 7 }, one)
    assert.same({ status = 503, code = "unavailable", wait = 0 }, two)
    assert.same({ status = 500, code = "server" }, three)
    assert.same({ 7, 0 }, waits)
  end)

  it("is given up after max_retries, of the call or else of the client",
    function()
      for most = 0, 3 do
        for _, where in ipairs { "client", "call" } do
          local client, name = client_with({ BUSY }, {
            max_retries = where == "client" and most or 9 })
          local _, err = client.chat:create({ messages = MESSAGES },
            { max_retries = where == "call" and most or nil })
          assert.equal("unavailable", err.kind)
          assert.equal(most + 1, #err.attempts)
          assert.equal(most + 1, request_count(name))
        end
      end
    end)

  it("is not tried again when it may have been billed", function()
    for _, answer in ipairs { BROKEN, refusal "504 Gateway Timeout",
      refusal "408 Request Timeout", { { "body" }, { "reset" } },
      { { "body" }, { "close" } } } do
      local client, name = client_with { answer, OK }
      local reply, err = client.chat:create { messages = MESSAGES }
      assert.is_nil(reply)
      assert.equal(1, #err.attempts)
      assert.equal(1, request_count(name))
    end
  end)

  it("is tried again when the program takes that risk", function()
    for _, answer in ipairs { BROKEN, refusal "504 Gateway Timeout",
      { { "body" }, { "reset" } } } do
      local client, name = client_with { answer, OK }
      local reply = indoxhub.assert(client.chat:create({ messages = MESSAGES },
        { retry_unsafe = true }))
      assert.equal(2, indoxhub.meta(reply).attempts)
      assert.equal(2, request_count(name))
    end
  end)

  it("that only asks is tried again", function()
    for _, answer in ipairs { BROKEN, refusal "502 Bad Gateway",
      refusal "504 Gateway Timeout", refusal "408 Request Timeout",
      { { "reset" } } } do
      local client = client_with { answer, OK }
      assert.equal(2,
        indoxhub.meta(indoxhub.assert(client.user:me())).attempts)
    end
  end)

  it("that deletes is not tried again once it was sent", function()
    for _, answer in ipairs { BUSY, LIMITED, BROKEN, { { "reset" } } } do
      local client, name = client_with { answer, OK }
      local _, err = client.user:delete_api_key(1)
      assert.equal(1, #err.attempts)
      assert.equal(1, request_count(name))
    end
  end)

  it("that never reached a server is tried again, also one that deletes",
    function()
      local gone = servers.raw()
      gone:stop()
      local client = indoxhub.new { api_key = KEY,
        base_url = "http://127.0.0.1:" .. gone.port }
      for _, try in ipairs {
        function() return client.user:me() end,
        function() return client.user:delete_api_key(1) end,
        function() return client.chat:create { messages = MESSAGES } end,
        function() return client.chat:stream { messages = MESSAGES } end,
      } do
        local _, err = try()
        assert.equal("network", err.kind)
        assert.equal(3, #err.attempts)
        assert.equal("connect", err.attempts[3].code)
        assert.is_number(err.attempts[2].wait)
        assert.is_nil(err.attempts[3].wait)
      end
    end)

  it("whose body was not read whole is tried again", function()
    local long = { { role = "user", content = ("long "):rep(4e6) } }
    local client, name = client_with { { { "reset" } }, { { "count" },
      { "send", OK } } }
    local reply = indoxhub.assert(client.chat:create { messages = long })
    assert.equal(2, indoxhub.meta(reply).attempts)
    assert.equal(2, request_count(name))
  end)

  it("is not tried again without credit", function()
    for _, answer in ipairs { refusal "402 Payment Required",
      refusal("429 Too Many Requests", "Retry-After: 0\r\n",
        '{"error":{"code":"insufficient_quota","message":"no credit"}}') } do
      local client = client_with { answer, OK }
      local _, err = client.chat:create { messages = MESSAGES }
      assert.equal("insufficient_credits", err.kind)
      assert.equal(1, #err.attempts)
    end
  end)

  it("that fails inside a reply of status 200 is judged by its failure",
    function()
      local client = client_with { refusal("200 OK", nil,
        '{"success":false,"message":"x","error":{"code":"overloaded"}}'), OK }
      indoxhub.assert(client.chat:create { messages = MESSAGES })
      client = client_with { refusal("200 OK", nil,
        '{"success":false,"message":"x"}'), OK }
      local _, err = client.chat:create { messages = MESSAGES }
      assert.equal(1, #err.attempts)
    end)
end)
