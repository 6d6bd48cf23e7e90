-- The gateway and those who ask it without a key.
local gateways = require "spec.runtime.gateway.server"
local keys = require "spec.runtime.gateway.keys"
local redis = require "spec.support.redis"
local servers = require "spec.support.servers"
local streams = require "spec.runtime.openresty.streams"

-- Addresses of this machine, for one visitor each.
local ADA, BOB = "--interface 127.0.0.1", "--interface 127.0.0.2"

describe("gateway/visitors", function()
  local store, sandbox, gateway, key

  setup(function()
    store = redis.start()
    sandbox = servers.sandbox "--pace 0"
    key = keys.add(store)
  end)

  teardown(function()
    servers.kill(sandbox)
    store:stop()
  end)

  local function begin(options, where)
    where = where or {}
    gateway = gateways.start { base = where.base or sandbox.url,
      redis = where.redis, workers = where.workers, lua = options }
  end

  local function chat(flags, fields)
    return gateway:chat({ flags = flags }, fields)
  end

  it("have limits, each his own", function()
    gateways.wait_for_room(10)
    begin "{ visitors = { requests_per_minute = 3 } }"
    for _ = 1, 3 do
      assert.equal(200, (chat(ADA)))
    end
    local status, body, head = chat(ADA)
    assert.equal(429, status)
    assert.equal("requests_per_minute", body.error.code)
    assert.equal("a visitor may use 3 requests in a minute",
      body.error.message)
    local seconds = tonumber(head:match "[Rr]etry%-[Aa]fter: (%d+)")
    assert.is_true(seconds >= 1 and seconds <= 60)
    assert.equal(200, (chat(BOB)))
    servers.wait_until(function()
      local list = gateway:accesses()
      return list[#list].path == "/v1/chat/completions"
        and list[#list].key == "visitor"
    end, "the line of the access log")
    assert.equal("", gateway:stop())
  end)

  it("are counted once by all machines with the same Redis", function()
    gateways.wait_for_room(15)
    local options = "{ visitors = { requests_per_minute = 3 } }"
    begin(options, { redis = store, workers = 2 })
    local first = gateway
    assert.equal(200, (chat(ADA)))
    assert.equal(200, (chat(ADA)))
    begin(options, { redis = store })
    assert.equal(200, (chat(ADA)))
    assert.equal(429, (chat(ADA)))
    assert.equal(200, (chat(BOB)))
    assert.equal(200, (gateway:chat { key = key, flags = ADA }))
    assert.equal("", gateway:stop())
    assert.equal("", first:stop())
  end)

  it("ask without a key only, not with a wrong one", function()
    begin "{ visitors = { requests_per_minute = 100 } }"
    assert.equal(200, (chat ""))
    for _, wrong in ipairs { "Bearer " .. keys.option(), "Bearer", "Basic x",
      "Bearer short" } do
      assert.equal(401, (chat(("-H 'Authorization: %s'"):format(wrong))))
    end
    local both = chat "-H 'Authorization: Bearer a' -H 'Authorization: Basic b'"
    assert.is_true(both == 400 or both == 401)
    assert.equal("", gateway:stop())
  end)

  it("are not there unless the gateway is told of them", function()
    begin "{}"
    assert.equal(401, (chat ""))
    assert.equal("", gateway:stop())
  end)

  it("may ask the models that are named for them", function()
    begin('{ visitors = { requests_per_minute = 100, models = { '
      .. '"openai/gpt-4o-mini" } } }')
    assert.equal(200, (chat ""))
    assert.equal(403, (chat("", { model = "openai/gpt-4o" })))
    assert.equal(1, #select(2, gateway:ask "/v1/models").data)
    assert.equal("", gateway:stop())
  end)

  it("are not sent by pages of other sites", function()
    begin "{ visitors = { requests_per_minute = 100 } }"
    local own = gateway.root:match "//(.*)$"
    for flags, expected in pairs {
      ["-H 'Sec-Fetch-Site: same-origin' -H 'Origin: https://own.example'"]
        = 200,
      ["-H 'Sec-Fetch-Site: none'"] = 200,
      ["-H 'Sec-Fetch-Site: cross-site'"] = 403,
      ["-H 'Sec-Fetch-Site: same-site'"] = 403,
      ["-H 'Sec-Fetch-Site: none' -H 'Sec-Fetch-Site: cross-site'"] = 403,
      ["-H 'Origin: http://" .. own .. "'"] = 200,
      ["-H 'Origin: http://" .. own .. ".example'"] = 403,
      ["-H 'Origin: null'"] = 403,
      ["-H 'Origin: https://other.example'"] = 403,
    } do
      local status, body = chat(flags)
      assert.equal(expected, status, flags)
      if status == 403 then
        assert.equal("from_elsewhere", body.error.code)
      end
    end
    assert.equal("", gateway:stop())
  end)

  it("send no more than they may, and say how much it is", function()
    begin "{ visitors = { requests_per_minute = 100, body_bytes = 500 } }"
    assert.equal(200, (chat ""))
    assert.equal(413, (chat("", { user = ("x"):rep(500) })))
    assert.equal(413, (chat "-H 'Transfer-Encoding: chunked'"))
    -- What has no body need not tell its length.
    assert.equal(404, (gateway:ask("/api/v1/videos/jobs/x/cancel",
      { flags = "-X POST" })))
    assert.equal(200, (gateway:ask "/v1/models"))
    assert.equal("", gateway:stop())
  end)

  it("leave places and streams that nobody else has", function()
    local raw = servers.raw()
    begin("{ visitors = { calls_at_once = 2, linger = 0 } }",
      { base = raw:script("v1", streams.SILENT) })
    local stream = { flags = ADA, json = { stream = true,
      messages = { { role = "user", content = "x" } } } }
    local one = gateway:visit("/v1/chat/completions", stream)
    local two = gateway:visit("/v1/chat/completions", stream)
    for _, visit in ipairs { one, two } do
      servers.wait_until(function()
        return visit:text():find("two", 1, true)
      end, "a stream")
    end
    local status, body, head = chat(ADA)
    assert.equal(429, status)
    assert.equal("calls_at_once", body.error.code)
    assert.truthy(head:lower():find("retry-after: 1", 1, true))
    local path = "/v1/streams/" .. one:head():match "[Ss]tream%-[Ii]d: (%x+)"
    assert.equal(404, (gateway:ask(path, { flags = BOB })))
    assert.equal(404, (gateway:ask(path, { flags = BOB .. " -X DELETE" })))
    one:leave()
    servers.wait_until(function()
      return raw:gone "v1" == 1
    end, "the model to be left alone")
    raw:script("v1", servers.json('{"choices":[{"message":{"role":'
      .. '"assistant","content":"x"},"finish_reason":"stop"}]}'))
    servers.wait_until(function()
      return (chat(ADA)) == 200
    end, "a place to become free")
    two:leave()
    servers.wait_until(function()
      return raw:gone "v1" >= 2
    end, "the other to be left alone")
    one:forget()
    two:forget()
    assert.equal("", gateway:stop())
    raw:stop()
  end)

  it("are counted by the machine, never let through, while Redis is away",
  function()
    for setting, expected in pairs { closed = { 503, 503 },
      open = { 200, 429 }, ["local"] = { 200, 429 } } do
      gateways.wait_for_room(10)
      local away = redis.start()
      begin(('{ visitors = { requests_per_minute = 1 }, redis_timeout = 0.2, '
        .. 'on_store_failure = "%s" }'):format(setting), { redis = away })
      away:halt()
      assert.equal(expected[1], (chat(ADA)), setting)
      assert.equal(expected[2], (chat(ADA)), setting)
      assert.equal("", gateway:stop { "Redis at", "connect() failed" })
      away:stop()
    end
  end)

  it("are a network of 64 bits each, or an address of 32", function()
    begin "{ visitors = { requests_per_minute = 100 } }"
    -- Bytes as digits, so that both ways fit into a line.
    local function place(digits)
      return gateway:run(([[
        local place = require("indoxhub.gateway.visitors").place
        return (place((("%s"):gsub("..", function(byte)
          return string.char(tonumber(byte, 16))
        end))):gsub(".", function(byte)
          return ("%%02x"):format(byte:byte())
        end))
      ]]):format(digits))
    end
    assert.equal("7f000001", place "7f000001")
    assert.equal("20010db800010002", place "20010db8000100020000000000000003")
    assert.equal("7f000001", place "00000000000000000000ffff7f000001")
    assert.equal("", gateway:stop())
  end)

  it("must have a limit, and nothing that is misspelt", function()
    for options, wanted in pairs {
      ["{ visitors = {} }"] = "visitors must have a limit",
      ["{ visitors = { linger = 1 } }"] = "visitors must have a limit",
      ["{ visitors = true }"] = "option visitors must be a table",
      ["{ visitors = { request_per_minute = 1 } }"]
        = "did you mean requests_per_minute?",
      ["{ visitors = { requests_per_minute = -1 } }"]
        = "visitors.requests_per_minute must be a number",
      ["{ visitors = { requests_per_minute = 1, body_bytes = '1' } }"]
        = "visitors.body_bytes must be a number",
    } do
      local ok, why = pcall(begin, options)
      assert.is_false(ok)
      assert.truthy(tostring(why):find(wanted, 1, true), tostring(why))
    end
  end)
end)
