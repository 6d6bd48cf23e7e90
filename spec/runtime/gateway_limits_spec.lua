-- Limits of keys, across two gateways and without Redis.
local gateways = require "spec.runtime.gateway.server"
local indoxhub = require "indoxhub"
local keys = require "spec.runtime.gateway.keys"
local redis = require "spec.support.redis"
local servers = require "spec.support.servers"

local MODEL = "openai/gpt-4o-mini"
local QUESTION = { model = MODEL,
  messages = { { role = "user", content = "What is 6 * 7?" } } }

describe("gateway/limits", function()
  local store, sandbox, a, b

  setup(function()
    store = redis.start()
    sandbox = servers.sandbox "--pace 0"
    a = gateways.start { redis = store, base = sandbox.url, workers = 2 }
    b = gateways.start { redis = store, base = sandbox.url, workers = 2 }
  end)

  teardown(function()
    assert.equal("", a:stop())
    assert.equal("", b:stop())
    servers.kill(sandbox)
    store:stop()
  end)

  local function chat(gateway, key, fields)
    return gateway:chat({ key = key }, fields)
  end

  -- Calls at the same time, in turn to each gateway. Returns how many were
  -- answered, and how many refused by their limit.
  local function many(count, list, key)
    local passed, refused = 0, 0
    local fns = {}
    for i = 1, count do
      local client = indoxhub.new { base_url = list[i % #list + 1].url,
        api_key = key, max_retries = 0 }
      fns[i] = function()
        local reply, err = client.chat:create(QUESTION)
        if reply then
          passed = passed + 1
        elseif err.status == 429 then
          refused = refused + 1
        else
          error(tostring(err))
        end
      end
    end
    indoxhub.run(function()
      indoxhub.assert(indoxhub.gather(fns))
    end)
    return passed, refused
  end

  it("let exactly as many pass as they say, across machines", function()
    gateways.wait_for_room(15)
    local key = keys.add(store, { requests_per_minute = 100 })
    assert.same({ 100, 400 }, { many(500, { a, b }, key) })
    local status, body, head = chat(b, key)
    assert.equal(429, status)
    assert.equal("requests_per_minute", body.error.code)
    local seconds = tonumber(head:match "[Rr]etry%-[Aa]fter: (%d+)")
    assert.is_true(seconds >= 1 and seconds <= 60)
  end)

  it("count all that asks the upstream", function()
    gateways.wait_for_room(5)
    local key = keys.add(store, { requests_per_minute = 2 })
    assert.equal(200, (a:ask("/v1/models", { key = key })))
    assert.equal(200, (b:ask("/api/v1/models/openai", { key = key })))
    assert.equal(429, (a:ask("/v1/models", { key = key })))
    assert.equal(429, (chat(b, key)))
    assert.not_equal(429, (a:ask("/v1/streams/" .. ("0"):rep(32),
      { key = key })))
  end)

  it("survive numbers that are nonsense", function()
    gateways.wait_for_room(5)
    local key = keys.add(store, { tokens_per_minute = 1000,
      cost_per_day = 1000 })
    for _, number in ipairs { "1e999", "-1e300", '"nan"', '"inf"', "1e300" } do
      local status = a:ask("/v1/chat/completions", { key = key,
        body = ('{"max_tokens":%s,"n":%s,"messages":[{"role":"user",' ..
          '"content":"x"}]}'):format(number, number) })
      assert.is_true(status == 400 or status == 429 or status == 200)
    end
    servers.wait_until(function()
      return (chat(a, key, { max_tokens = 10 })) == 200
    end, "a place")
    assert.truthy(store:cli("HGET indoxhub:{" .. keys.id(key) .. "}:use dc")
      :find "^[%d.e-]+$")
  end)

  it("tell what is left", function()
    gateways.wait_for_room(5)
    local key = keys.add(store, { requests_per_minute = 10,
      tokens_per_minute = 100000 })
    local _, _, head = chat(a, key, { max_tokens = 50 })
    head = head:lower()
    assert.equal("10", head:match "x%-ratelimit%-limit%-requests: (%d+)")
    assert.equal("9", head:match "x%-ratelimit%-remaining%-requests: (%d+)")
    assert.truthy(head:find "x%-ratelimit%-reset%-requests: %d+s")
    assert.equal("100000", head:match "x%-ratelimit%-limit%-tokens: (%d+)")
    local reserved = 100000
      - tonumber(head:match "x%-ratelimit%-remaining%-tokens: (%d+)")
    assert.is_true(reserved > 50 and reserved < 100)
    -- What was reserved gives way to what was used: 7 tokens.
    servers.wait_until(function()
      return store:cli("--scan --pattern 'indoxhub:{*}:calls'") == ""
        or store:cli("HGET indoxhub:{" .. keys.id(key) .. "}:use mt") == "7"
    end, "the call to be settled")
    assert.equal("7", store:cli("HGET indoxhub:{" .. keys.id(key)
      .. "}:use mt"))
  end)

  it("count tokens, of streams as well", function()
    gateways.wait_for_room(10)
    local key = keys.add(store, { tokens_per_minute = 3000 })
    assert.equal(429, (chat(a, key, { max_tokens = 5000 })))
    assert.equal(200, (chat(a, key, { max_tokens = 2000 })))
    assert.equal(200, (chat(b, key, { max_tokens = 2000, stream = true })))
    servers.wait_until(function()
      return store:cli("HGET indoxhub:{" .. keys.id(key) .. "}:use mt")
        == "14"
    end, "both calls to be settled")
    assert.equal(429, (chat(a, key, { max_tokens = 2990 })))
  end)

  it("end what may be spent in a day, and in a month", function()
    for _, name in ipairs { "cost_per_day", "cost_per_month" } do
      local key = keys.add(store, { [name] = 1e-9 })
      assert.equal(200, (chat(a, key)))
      servers.wait_until(function()
        return (chat(b, key)) == 429
      end, "the cost to be counted")
      local _, body = chat(a, key)
      assert.equal(name, body.error.code)
    end
  end)

  it("let no more be spent, however many ask at once", function()
    local raw = servers.raw() -- which tells neither cost nor usage
    local compatible = gateways.start { redis = store, workers = 2,
      base = raw:script("v1", servers.json('{"choices":[{"message":{"role":'
        .. '"assistant","content":"x"},"finish_reason":"stop"}]}')),
      lua = '{ prices = { ["' .. MODEL .. '"] = { call = 0.1 } } }' }
    local key = keys.add(store, { cost_per_day = 1 })
    assert.same({ 10, 50 }, { many(60, { compatible }, key) })
    servers.wait_until(function()
      return store:cli("ZCARD indoxhub:{" .. keys.id(key) .. "}:calls")
        == "0"
    end, "all calls to be settled")
    assert.equal(1, math.floor(tonumber(store:cli("HGET indoxhub:{"
      .. keys.id(key) .. "}:use dc")) * 1e6 + 0.5) / 1e6)
    assert.equal("", compatible:stop())
    raw:stop()
  end)

  it("bound calls at the same time, whatever becomes of them", function()
    local raw = servers.raw()
    local slow = gateways.start { redis = store, base = raw:script("v1",
      { { "body" }, { "hold" } }) }
    local key = keys.add(store, { calls_at_once = 2 })
    local function hold()
      return servers.start_silent(("setpriv --pdeathsig KILL curl -sN " ..
        "-m 60 -o /dev/null -H 'Authorization: Bearer %s' -d '{\"messages\":" ..
        "[{\"role\":\"user\",\"content\":\"x\"}]}' %s/chat/completions")
        :format(key, slow.url))
    end
    local one, two = hold(), hold()
    servers.wait_until(function()
      return select(2, raw:got("v1"):gsub("POST ", "")) == 2
    end, "two calls")
    local status, body = chat(a, key)
    assert.equal(429, status)
    assert.equal("calls_at_once", body.error.code)
    servers.kill(one)
    servers.wait_until(function()
      return (chat(a, key)) == 200
    end, "a place to become free")
    servers.kill(two)
    servers.wait_until(function()
      return raw:gone "v1" == 2
    end, "both calls to be given up")
    assert.equal("", slow:stop())
    raw:stop()
  end)

  it("give places back that nobody gave back", function()
    local key = keys.add(store, { calls_at_once = 1, cost_per_day = 5 })
    local id = keys.id(key)
    local now = os.time()
    local day = math.floor(now / 86400)
    store:cli(("ZADD indoxhub:{%s}:calls %d dead"):format(id, now - 1))
    store:cli(("HSET indoxhub:{%s}:use d %d dc 7 r:dead '0 %d 0 10 7'")
      :format(id, day, day))
    assert.equal(200, (chat(a, key)))
  end)

  it("refuse what has no price, where the upstream tells no cost", function()
    local priced = gateways.start { redis = store,
      base = sandbox.url:gsub("/api/v1$", "/v1"),
      lua = '{ prices = { ["' .. MODEL .. '"] = { prompt = 2, completion = 8 '
        .. "} } }" }
    local key = keys.add(store, { cost_per_day = 5 })
    assert.equal(200, (chat(priced, key)))
    local status, body = chat(priced, key, { model = "openai/gpt-4o" })
    assert.equal(403, status)
    assert.equal("no_price", body.error.code)
    assert.equal(200, (chat(priced, (keys.add(store)),
      { model = "openai/gpt-4o" })))
    assert.equal("", priced:stop())
  end)

  it("free the places of a worker that was killed, and of no other", function()
    local raw = servers.raw()
    for name, shared in pairs { shared = store, alone = false } do
      local key, option = keys.option "calls_at_once = 1"
      local base = raw:script(name, { { "body" }, { "hold" } })
      local gateway = gateways.start { base = base, redis = shared or nil,
        lua = ("{ keys = { %s } }"):format(option) }
      local held = gateway:visit("/v1/chat/completions", { key = key,
        json = QUESTION })
      servers.wait_until(function()
        return raw:got(name):find "POST "
      end, "a call")
      assert.equal(429, (chat(gateway, key)))
      -- Workers that leave for new ones have theirs as long as they live.
      local old = gateway:workers()[1]
      gateway:signal "reload"
      servers.wait_until(function()
        local list = gateway:workers()
        return #list == 2 and (list[1] == old or list[2] == old)
          and gateway:run "return ngx.worker.pid()" ~= old
      end, "a new worker")
      os.execute "sleep 0.5"
      assert.equal(429, (chat(gateway, key)))
      os.execute("kill -9 " .. old)
      held:wait()
      held:forget()
      for _, pid in ipairs(gateway:workers()) do
        os.execute("kill -9 " .. pid)
      end
      raw:script(name, servers.json('{"choices":[{"message":{"role":'
        .. '"assistant","content":"x"},"finish_reason":"stop"}]}'))
      servers.wait_until(function()
        return (chat(gateway, key)) == 200
      end, "the place to be free again")
      assert.equal("", gateway:stop { "exited on signal 9" })
    end
    raw:stop()
  end)

  describe("without Redis", function()
    it("hold among the workers of the machine", function()
      gateways.wait_for_room(10)
      local key, option = keys.option "requests_per_minute = 40"
      local held, calls = keys.option "calls_at_once = 1"
      local alone = gateways.start { base = sandbox.url, workers = 2,
        lua = ("{ keys = { %s, %s } }"):format(option, calls) }
      assert.same({ 40, 60 }, { many(100, { alone }, key) })
      assert.equal(401, (chat(alone, (keys.option()))))
      for _ = 1, 3 do
        assert.equal(200, (chat(alone, held)))
      end
      assert.equal("", alone:stop())
    end)

    it("find room where others have left some", function()
      local key, option = keys.option "requests_per_minute = 100"
      local held, calls = keys.option "calls_at_once = 3"
      local alone = gateways.start { base = sandbox.url,
        lua = ("{ keys = { %s, %s } }"):format(option, calls) }
      -- What was used longest ago stays: behind it nothing is let go.
      local function fill(seconds)
        assert.truthy(alone:run(([[
          local dict = ngx.shared.indoxhub_limits
          dict:flush_all()
          dict:flush_expired()
          dict:set("old", 1, 3600)
          local i, ok, why = 0, true, nil
          while ok do
            i = i + 1
            ok, why = dict:safe_add("short" .. i, 0, %g)
          end
          return why
        ]]):format(seconds)):find("no memory", 1, true))
      end
      fill(3600)
      assert.equal(503, (chat(alone, key)))
      assert.equal(503, (chat(alone, held)))
      for _, one in ipairs { key, held } do
        fill(0.3)
        servers.wait_until(function()
          return (chat(alone, one)) == 200
        end, "room")
      end
      assert.equal("1", alone:run "return ngx.shared.indoxhub_limits:get 'old'")
      assert.equal("", alone:stop { "no memory" })
    end)
  end)

  describe("while Redis is away", function()
    local away, gateway, known, limited, expected

    local function begin(setting)
      away = redis.start()
      known = keys.add(away)
      limited = keys.add(away, { requests_per_minute = 3 })
      gateway = gateways.start { redis = away, base = sandbox.url,
        lua = ('{ on_store_failure = "%s", redis_timeout = 0.2 }')
          :format(setting) }
      expected = { "Redis at", "connect() failed", "timed out", "reset by peer",
        "OOM command not allowed" }
      assert.equal(200, (chat(gateway, known)))
      assert.equal(200, (chat(gateway, limited)))
    end

    after_each(function()
      assert.equal("", gateway:stop(expected))
      away:stop()
    end)

    it("closed: refuse what has limits, then hold again", function()
      gateways.wait_for_room(20)
      begin "closed"
      away:halt()
      local status, body = chat(gateway, limited)
      assert.equal(503, status)
      assert.equal("store_unavailable", body.error.type)
      assert.equal(503, (chat(gateway, (keys.option()))))
      assert.equal(503, (gateway:ask "/health"))
      for _ = 1, 5 do
        chat(gateway, limited)
      end
      assert.equal(1, select(2, gateway:log():gsub("indoxhub gateway: away",
        "")))
      away:restart() -- empty: keys are known for a while, others never
      servers.wait_until(function()
        return (chat(gateway, limited)) == 200
      end, "Redis to be back")
      assert.equal(401, (chat(gateway, (keys.option()))))
    end)

    it("open: let known keys pass, and no others", function()
      begin "open"
      away:sleep()
      for _ = 1, 5 do
        assert.equal(200, (chat(gateway, limited)))
      end
      assert.equal(503, (chat(gateway, (keys.option()))))
      assert.equal(200, (gateway:ask "/health"))
      away:wake()
    end)

    it("local: are counted by the machine", function()
      gateways.wait_for_room(10)
      begin "local"
      away:halt()
      for _ = 1, 3 do
        assert.equal(200, (chat(gateway, limited)))
      end
      assert.equal(429, (chat(gateway, limited)))
      assert.equal(503, (chat(gateway, (keys.option()))))
    end)

    it("or full: as if it were away", function()
      begin "closed"
      away:cli "CONFIG SET maxmemory 1"
      assert.equal(503, (chat(gateway, limited)))
      away:cli "CONFIG SET maxmemory 0"
      servers.wait_until(function()
        return (chat(gateway, limited)) == 200
      end, "room in Redis")
    end)
  end)
end)
