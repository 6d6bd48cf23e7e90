-- Calls that wait before they are tried again: how long, and what ends that.
local indoxhub = require "indoxhub"
local loop = require "indoxhub.loop"
local retries = require "spec.support.retries"

local MESSAGES = { { role = "user", content = "go" } }

local OK, BUSY, TICK = retries.OK, retries.BUSY, retries.TICK

local refusal = retries.refusal

describe("a call", function()
  local scene = retries.scene()
  local waits, wait = scene.waits, loop.wait
  local client_with, request_count = scene.client_with, scene.request_count

  it("ends when the server says so", function()
    for _, status in ipairs { "429 Too Many Requests",
      "503 Service Unavailable" } do
      local client, name = client_with { refusal(status,
        "X-Should-Retry: false\r\n"), OK }
      local _, err = client.chat:create { messages = MESSAGES }
      assert.is_false(err.retryable)
      assert.equal(1, request_count(name))
    end
  end)

  it("is tried once more when the server asks for it", function()
    local asked = refusal("500 Internal Server Error",
      "X-Should-Retry: true\r\n")
    local client, name = client_with { asked, OK }
    indoxhub.assert(client.chat:create { messages = MESSAGES })
    assert.equal(2, request_count(name))
    client, name = client_with { asked, asked, OK }
    local _, err = client.chat:create { messages = MESSAGES }
    assert.equal("server", err.kind)
    assert.equal(2, request_count(name))
    client, name = client_with { BUSY, asked, OK }
    indoxhub.assert(client.chat:create { messages = MESSAGES })
    assert.equal(3, request_count(name))
    client, name = client_with { asked, OK }
    _, err = client.images:generate { prompt = "a kiln" }
    assert.equal("server", err.kind)
    assert.equal(1, request_count(name))
  end)

  it("is tried again when a limit begins anew", function()
    local client = client_with { refusal("429 Too Many Requests",
      "X-RateLimit-Reset-Tokens: 1m0s\r\nX-RateLimit-Remaining-Tokens: 0\r\n"
      .. "X-RateLimit-Reset-Requests: 2s\r\n"),
      refusal("429 Too Many Requests", "Retry-After-Ms: 1500\r\n"), OK }
    indoxhub.assert(client.chat:create { messages = MESSAGES })
    assert.same({ 60, 1.5 }, waits)
  end)

  it("leaves a long hint to the program", function()
    local client = client_with { refusal("429 Too Many Requests",
      "Retry-After: 61\r\n"), OK }
    local _, err = client.chat:create { messages = MESSAGES }
    assert.equal(61, err.retry_after)
    assert.equal(1, #err.attempts)
    assert.same({}, waits)
  end)

  it("follows a hint of 60 seconds", function()
    local client = client_with { refusal("429 Too Many Requests",
      "Retry-After: 60\r\n"), OK }
    indoxhub.assert(client.chat:create { messages = MESSAGES })
    assert.same({ 60 }, waits)
  end)

  it("ends before a wait that its time limit does not allow", function()
    local client = client_with { refusal("429 Too Many Requests",
      "Retry-After: 50\r\n"), OK }
    local _, err = client.chat:create({ messages = MESSAGES }, { timeout = 40 })
    assert.equal("rate_limit", err.kind)
    assert.equal(50, err.retry_after)
    assert.same({}, waits)
  end)

  it("has one time limit for all its tries", function()
    loop.wait = wait -- luacheck: ignore 122
    local client = client_with { refusal("503 Service Unavailable",
      "Retry-After: 0.5\r\n"), { { "body" }, { "hold" } } }
    local _, err = client.chat:create({ messages = MESSAGES },
      { timeout = 1 })
    assert.equal("total", err.code)
    assert.equal(2, #err.attempts)
    -- A limit of its own would have let it last as long.
    assert.is_true(err.attempts[2].seconds < 1)
  end)

  -- Ends what waits between two tries by `stop`, while another task runs on.
  local function end_backoff(stop)
    loop.wait = wait -- luacheck: ignore 122
    local retrying = false
    local client, name = client_with({ refusal("503 Service Unavailable",
      "Retry-After: 50\r\n"), OK }, { log = function(event)
        retrying = retrying or event.name == "retry"
      end })
    local err, turns = nil, 0
    indoxhub.run(function()
      local waiting = indoxhub.spawn(function()
        err = select(2, client.chat:create { messages = MESSAGES })
      end)
      while not retrying or turns < 20 do
        indoxhub.sleep(TICK)
        turns = turns + 1
      end
      stop(client, waiting)
      waiting:await()
    end)
    assert.equal("cancelled", err.kind)
    assert.equal(1, request_count(name))
    assert.equal(50, err.attempts[1].wait)
    return err
  end

  it("ends when its client is closed while it waits", function()
    local err = end_backoff(function(client) client:close() end)
    assert.equal("the client is closed", err.message)
  end)

  it("ends when its task is cancelled while it waits, and others go on",
    function()
      local err = end_backoff(function(_, waiting) waiting:cancel() end)
      assert.equal("chat.create", err.operation)
    end)
end)
