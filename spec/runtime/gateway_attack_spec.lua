-- What hostile clients and upstreams try at the gateway.
local events = require "spec.support.events"
local gateways = require "spec.runtime.gateway.server"
local json = require "indoxhub.base.json"
local keys = require "spec.runtime.gateway.keys"
local servers = require "spec.support.servers"

local QUESTION = { messages = { { role = "user", content = "x" } } }
local STREAM = { stream = true, messages = QUESTION.messages }

describe("gateway", function()
  local raw, gateway, key

  setup(function()
    raw = servers.raw()
    local option
    key, option = keys.option "calls_at_once = 3"
    gateway = gateways.start { base = raw:base "v1", lua =
      ("{ keys = { %s }, longest_answer = 1 }"):format(option) }
  end)

  teardown(function()
    assert.equal("", gateway:stop())
    raw:stop()
  end)

  local function ask(path, body, flags)
    return gateway:ask(path, { key = key, json = body, flags = flags })
  end

  -- Frees places as soon as they are not used: as many calls as there may be.
  local function has_all_places()
    raw:script("v1", servers.json('{"choices":[{"message":{"role":'
      .. '"assistant","content":"x"},"finish_reason":"stop"}]}'))
    for _ = 1, 5 do
      assert.equal(200, (ask("/v1/chat/completions", QUESTION)))
    end
  end

  it("ends answers of an upstream that never does", function()
    raw:script("v1", { { "body" }, { "hold" } })
    local status, body = ask("/v1/chat/completions", QUESTION)
    assert.equal(504, status)
    assert.equal("upstream_timeout", body.error.type)
    assert.equal(504, (ask("/v1/chat/completions", STREAM)))
    raw:script("v1", { { "body" }, { "send", servers.EVENTS_HEAD
      .. events.delta "one" }, { "hold" } })
    local text
    status, text = ask("/v1/chat/completions", STREAM)
    assert.equal(200, status)
    assert.truthy(text:find('"content":"one"', 1, true))
    assert.truthy(text:find('"type":"upstream_timeout"', 1, true))
    assert.is_nil(text:find("[DONE]", 1, true))
    assert.is_nil(text:find('"finish_reason":"', 1, true))
    has_all_places()
  end)

  it("tells no answer for whole that broke off", function()
    raw:script("v1", { { "body" }, { "send", servers.EVENTS_HEAD
      .. events.delta "one" }, { "close" } })
    local _, text = ask("/v1/chat/completions", STREAM)
    assert.truthy(text:find('"type":"upstream_error"', 1, true))
    assert.is_nil(text:find("[DONE]", 1, true))
    has_all_places()
  end)

  it("sends nothing of a request in its headers, or to the upstream's",
  function()
    raw:script("v1", servers.json('{"choices":[{"message":{"role":'
      .. '"assistant","content":"x"},"finish_reason":"stop"}]}'))
    local body = { model = "a\r\nX-Evil: 1", messages = QUESTION.messages }
    local _, _, head = ask("/v1/chat/completions", body,
      "-H 'X-Request-Id: evil' -H 'X-Api-Key: evil' -H 'Cookie: evil=1' "
      .. "-H 'X-Forwarded-For: evil' -H 'traceparent: evil'")
    assert.is_nil(head:lower():find("evil", 1, true))
    local sent = raw:got("v1"):match "^.*(POST .-\r\n\r\n)"
    assert.is_nil(sent:lower():find("evil", 1, true))
    assert.is_nil(sent:find(key, 1, true))
    assert.truthy(sent:find("Bearer " .. gateways.UPSTREAM_KEY, 1, true))
  end)

  it("tells nothing of the upstream's key, whatever the upstream says",
  function()
    for _, status in ipairs { "400 Bad", "401 No", "403 No", "402 Pay",
      "404 None", "429 Slow", "500 Broken" } do
      raw:script("v1", servers.last_reply(status, json.encode { error = {
        message = "your key " .. gateways.UPSTREAM_KEY .. " is bad" } }))
      local _, body = ask("/v1/chat/completions", QUESTION, "-m 10")
      assert.is_nil(json.encode(body):find("s3cr3t", 1, true), status)
      assert.truthy(body.error.message)
    end
    assert.is_nil(gateway:log():find("s3cr3t", 1, true))
  end)

  it("keeps places of readers that hang up in any moment", function()
    raw:script("v1", { { "body" }, { "send", servers.EVENTS_HEAD
      .. events.delta "one" }, { "hold" } })
    for i = 1, 4 do
      ask("/v1/chat/completions", i % 2 == 0 and STREAM or QUESTION,
        "-H 'X-Stream-Linger: 0' -m 0.2")
      servers.wait_until(function()
        local status = ask("/v1/chat/completions", QUESTION, "-m 0.2")
        return status ~= 429
      end, "a place")
    end
    servers.wait_until(function()
      return raw:gone "v1" >= 8
    end, "all calls to be given up")
    has_all_places()
  end)

  it("answers files of forms as bytes, and never opens one of its own",
  function()
    for _, form in ipairs { "-F file=/etc/passwd -F model=x",
      "-F model=x" } do
      local status, body = gateway:ask("/v1/audio/transcriptions",
        { key = key, flags = form })
      assert.equal(400, status)
      assert.equal("file is required: the recording", body.error.message)
    end
    assert.equal(400, (gateway:ask("/v1/audio/transcriptions", { key = key,
      body = '{"file":"/etc/passwd"}' })))
  end)
end)
