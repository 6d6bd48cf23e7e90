-- Redis within nginx, as the gateway asks it.
local gateways = require "spec.runtime.gateway.server"
local redis = require "spec.support.redis"

describe("gateway/redis", function()
  local server, gateway

  setup(function()
    server = redis.start { password = "p%ss:w@rd" }
    server.url = "redis://:p%25ss:w%40rd@127.0.0.1:" .. server.port .. "/3"
    gateway = gateways.start { redis = server }
  end)

  teardown(function()
    assert.equal("", gateway:stop())
    server:stop()
  end)

  local function run(code)
    return gateway:run("local redis = gateway.redis; " .. code)
  end

  it("sends commands, to the database that was named", function()
    assert.equal("OK", run 'return redis:call("SET", "a", "1 2")')
    assert.equal("1 2", run 'return redis:call("get", "a")')
    assert.equal("false", run 'return redis:call("GET", "b")')
    assert.equal("1 2", server:cli "-n 3 GET a")
    assert.equal("1 2,false", run [[
      local list = redis:call("MGET", "a", "b")
      return list[1] .. "," .. tostring(list[2])]])
    assert.equal("nil refused: ERR value is not an integer or out of range",
      run 'local a, b = redis:call("INCR", "a"); return tostring(a).." "..b')
  end)

  it("sends several commands at once, each with its own luck", function()
    assert.equal("OK false true 7", run [[
      local list = redis:pipeline { { "SET", "c", 6 }, { "GET", "d" },
        { "LPUSH", "c", 1 }, { "INCR", "c" } }
      return list[1] .. " " .. tostring(list[2]) .. " "
        .. tostring(list[3].refused:find "WRONGTYPE" ~= nil) .. " "
        .. list[4] ]])
  end)

  it("runs scripts that Redis does not know yet", function()
    for _ = 1, 2 do
      assert.equal("k9", run [[
        local script = require("indoxhub.gateway.shared.scripts").prepare(
          "return KEYS[1] .. ARGV[1]")
        return redis:script(script, { "k" }, { 9 }) ]])
    end
    assert.equal("2", server:cli("INFO commandstats")
      :match("cmdstat_evalsha:calls=(%d+)"))
    assert.equal("1", server:cli("INFO commandstats")
      :match("cmdstat_eval:calls=(%d+)"))
  end)

  it("opens no more connections than it may", function()
    assert.equal("64", run [[
      local done, threads = 0, {}
      for i = 1, 64 do
        threads[i] = ngx.thread.spawn(function()
          local a, b = redis:call_within(3, "BLPOP", "none", "0.05")
          assert(a == false, b)
          done = done + 1
        end)
      end
      for i = 1, 64 do
        assert(ngx.thread.wait(threads[i]))
      end
      return done ]])
    -- This one asks, too.
    assert.is_true(tonumber(server:cli("INFO clients")
      :match("connected_clients:(%d+)")) <= 17)
  end)

  it("answers beside a crowd, over connections of its own", function()
    assert.equal("PONG 0", run [[
      local done, threads = 0, {}
      for i = 1, 32 do
        threads[i] = ngx.thread.spawn(function()
          redis:call_within(3, "BLPOP", "none", "0.3")
          done = done + 1
        end)
      end
      local said = redis:beside(1):call("PING") .. " " .. done
      for i = 1, 32 do
        assert(ngx.thread.wait(threads[i]))
      end
      return said ]])
  end)

  it("has nobody wait in a queue for a Redis that is away", function()
    server:sleep()
    -- One crowd meets the timeout; the others hear of it.
    assert.equal("200 16", run [[
      local away, timeouts, threads = 0, 0, {}
      for i = 1, 200 do
        threads[i] = ngx.thread.spawn(function()
          local _, message = redis:call("PING")
          away = away + (message:find "^away" and 1 or 0)
          timeouts = timeouts + (message:find "timeout" and 1 or 0)
        end)
      end
      for i = 1, 200 do
        assert(ngx.thread.wait(threads[i]))
      end
      return away .. " " .. timeouts ]])
    server:wake()
  end)

  it("says that it is away, and is there again", function()
    server:sleep()
    assert.equal("away: Redis at 127.0.0.1:" .. server.port .. "/3: timeout",
      run 'return select(2, redis:call("PING"))')
    server:wake()
    assert.equal("PONG", run 'return redis:call("PING")')
    server:halt()
    assert.truthy(run('return select(2, redis:call("PING"))')
      :find("^away: .*refused"))
    server:restart()
    assert.equal("PONG", run 'return redis:call("PING")')
  end)
end)
