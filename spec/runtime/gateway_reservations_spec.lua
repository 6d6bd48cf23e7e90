-- What a call had reserved of its key's limits, whatever becomes of it.
local events = require "spec.support.events"
local gateways = require "spec.runtime.gateway.server"
local keys = require "spec.runtime.gateway.keys"
local redis = require "spec.support.redis"
local servers = require "spec.support.servers"

local ANSWER = servers.json('{"choices":[{"message":{"role":"assistant",'
  .. '"content":"x"},"finish_reason":"stop"}],"usage":{"prompt_tokens":3,'
  .. '"completion_tokens":4,"total_tokens":7}}')

describe("what a call has reserved", function()
  local store, raw, gateway, key

  setup(function()
    store, raw = redis.start(), servers.raw()
    gateway = gateways.start { redis = store, base = raw:base "v1" }
  end)

  teardown(function()
    assert.equal("", gateway:stop { "Redis at", "timed out" })
    raw:stop()
    store:stop()
  end)

  before_each(function()
    gateways.wait_for_room(20)
    raw:script("v1", ANSWER)
    key = keys.add(store, { calls_at_once = 1, tokens_per_minute = 100000,
      requests_per_minute = 1000 })
  end)

  local function chat(fields, flags)
    return gateway:chat({ key = key, flags = flags }, fields)
  end

  -- What Redis counts of the key: calls that were let in, those that run.
  local function counted()
    local id = keys.id(key)
    return store:cli("HGET indoxhub:{" .. id .. "}:use mr")
      .. " " .. store:cli("ZCARD indoxhub:{" .. id .. "}:calls")
  end

  describe("while Redis is slow, is free again", function()
    before_each(function()
      assert.equal(200, (chat())) -- the key is known from now on
      servers.wait_until(function()
        return counted() == "1 0"
      end, "the call to be settled")
      store:sleep()
    end)

    -- Redis lets the call in, too late for it.
    local function is_free()
      store:wake()
      servers.wait_until(function()
        return counted() == "2 0"
      end, "the place to be free")
      servers.wait_until(function()
        return (chat()) == 200
      end, "a call")
    end

    it("when its client leaves", function()
      assert.equal(0, (chat(nil, "-m 0.3")))
      is_free()
    end)

    it("when it is refused meanwhile", function()
      assert.equal(503, (chat()))
      is_free()
    end)
  end)

  it("is free again when Redis hears of its end before it hears of it",
  function()
    assert.equal("1", gateway:run(([[
      local limits = require "indoxhub.gateway.limits"
      local key = { id = "%s", calls_at_once = 1 }
      local request = { id = key.id, call = "late", is_asked = true,
        tokens = 0, cost = 0, lifetime = 600 }
      limits.give_up(gateway, request)
      ngx.sleep(0.1)
      assert(limits.admit(gateway, key, request))
      return gateway.redis:call("ZCARD", "indoxhub:{" .. key.id .. "}:calls")
    ]]):format(keys.id(key))))
    servers.wait_until(function()
      return counted() == "1 0"
    end, "the place to be free")
  end)

  it("is free again when its stream is closed that has just begun", function()
    raw:script("v1", { { "body" }, { "send", servers.EVENTS_HEAD
      .. events.delta "one" }, { "hold" } })
    assert.equal("1", gateway:run(([[
      local limits = require "indoxhub.gateway.limits"
      local sources = require "indoxhub.gateway.source"
      local key = { id = "%s", calls_at_once = 1 }
      local context = { operation = "chat", request_id = "begun", key = key,
        started = ngx.now(), created = ngx.time() }
      context.reservation = assert(limits.admit(gateway, key, { call = "begun",
        tokens = 0, cost = 0, lifetime = 600 }))
      local source = sources.new(gateway, context, { messages = {
        { role = "user", content = "x" } } })
      assert(source:open())
      source:close()
      return gateway.redis:call("HGET", "indoxhub:{" .. key.id .. "}:use", "mr")
    ]]):format(keys.id(key))))
    servers.wait_until(function()
      return counted() == "1 0"
    end, "the place to be free")
  end)

  it("stays as long as its own gateway may need it", function()
    key = keys.add(store, { calls_at_once = 9 })
    local name = "indoxhub:{" .. keys.id(key) .. "}:calls"
    raw:script("v1", { { "body" }, { "hold" } })
    local quick = gateways.start { redis = store, base = raw:base "v1",
      lua = "{ longest_answer = 1 }" }
    local question = { messages = { { role = "user", content = "x" } } }
    local visit = gateway:visit("/v1/chat/completions",
      { key = key, json = question })
    servers.wait_until(function()
      return store:cli("ZCARD " .. name) == "1"
    end, "a call")
    assert.equal(504, (quick:chat({ key = key })))
    assert.is_true(tonumber(store:cli("TTL " .. name)) > 600)
    visit:leave()
    visit:forget()
    assert.equal("", quick:stop())
  end)

  -- Tokens that are counted when nothing runs any more.
  local function tokens_after(status)
    local id = keys.id(key)
    servers.wait_until(function()
      return store:cli("ZCARD indoxhub:{" .. id .. "}:calls") == "0"
        and store:cli("HEXISTS indoxhub:{" .. id .. "}:use m") == "1"
    end, "the call to be settled")
    return status, tonumber(store:cli("HGET indoxhub:{" .. id .. "}:use mt"))
  end

  local ASKED = { whole = {}, streamed = { stream = true } }

  for how, more in pairs(ASKED) do
    local fields = { max_tokens = 500, stream = more.stream }

    it("is not used where the model refuses, " .. how, function()
      for said, status in pairs { ["400 Bad"] = 400, ["401 No"] = 502,
        ["404 None"] = 404, ["429 Slow"] = 503, ["503 Busy"] = 503 } do
        raw:script("v1", servers.last_reply(said, "{}"))
        local told, tokens = tokens_after((chat(fields)))
        assert.same({ status, 0 }, { told, tokens }, said)
      end
      raw:script("v1", servers.last_reply("404 None", "{}"))
      fields.model = "made/up"
      assert.equal(404, (chat(fields)))
      local _, metrics = gateway:ask "/metrics"
      assert.is_nil(metrics:find("made/up", 1, true))
    end)

    it("is not used where nobody was asked, " .. how, function()
      local status, tokens = tokens_after((chat({ max_tokens = 500,
        stream = more.stream, messages = {} })))
      assert.same({ 400, 0 }, { status, tokens })
      local nowhere = gateways.start { redis = store,
        lua = '{ client = require("indoxhub").new { api_key = "x", '
          .. 'max_retries = 0, base_url = "http://127.0.0.1:1/v1" } }' }
      status, tokens = tokens_after((nowhere:chat({ key = key },
        fields)))
      assert.same({ 502, 0 }, { status, tokens })
      assert.equal("", nowhere:stop())
    end)

    it("counts where the model may have answered, " .. how, function()
      for _, script in ipairs { servers.last_reply("500 Broken", "{}"),
        { { "body" }, { "close" } } } do
        raw:script("v1", script)
        local status, tokens = tokens_after((chat(fields)))
        assert.equal(502, status)
        assert.is_true(tokens > 500)
        key = keys.add(store, { calls_at_once = 1,
          tokens_per_minute = 100000 })
      end
    end)
  end
end)
