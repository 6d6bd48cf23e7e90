-- What a call had reserved of its key's limits, whatever becomes of it.
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
      gateways.wait_for_room(15)
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
end)
