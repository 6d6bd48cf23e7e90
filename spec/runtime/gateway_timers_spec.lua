-- The gateway and the limits that nginx sets to timers.
local gateways = require "spec.runtime.gateway.server"
local json = require "indoxhub.base.json"
local keys = require "spec.runtime.gateway.keys"
local redis = require "spec.support.redis"
local servers = require "spec.support.servers"

-- Timers that a gateway needs which writes 100 streams in each worker.
local NEEDED = 17
local OPTIONS = "{ most_streams = 100 }"

local QUESTION = { model = "openai/gpt-4o-mini",
  messages = { { role = "user", content = "x" } } }
local STREAM = { model = QUESTION.model, stream = true,
  messages = QUESTION.messages }

-- Waits until a worker has tried the limits: then its loops run, and no more.
local function wait_for_trial(gateway)
  servers.wait_until(function()
    return gateway:run [[ return gateway.timers.has_begun
      and ngx.timer.running_count() ]] == "1"
  end, "the trial of the limits")
end

describe("gateway/timers", function()
  it("are enough where they are just enough", function()
    local gateway = gateways.start { lua = OPTIONS, running = NEEDED,
      pending = NEEDED }
    wait_for_trial(gateway)
    local status, body = gateway:ask "/health"
    assert.same({ 200, "ok", "ok" }, { status, body.status, body.timers })
    assert.equal("", gateway:stop())
  end)

  it("tell in the log and in /health which limit is too low", function()
    for _, name in ipairs { "running", "pending" } do
      for _, limit in ipairs { 1, 2, NEEDED - 1 } do
        local setting = "lua_max_" .. name .. "_timers"
        local gateway = gateways.start { lua = OPTIONS, [name] = limit }
        local status, body
        servers.wait_until(function()
          status, body = gateway:ask "/health"
          return body.timers ~= "ok"
        end, setting .. " " .. limit)
        assert.same({ 503, "unavailable", "raise " .. setting },
          { status, body.status, body.timers })
        local told = ("nginx runs too few timers for 100 streams in each "
          .. "worker; write `%s %d;`"):format(setting, 2 * NEEDED)
        assert.equal(1, select(2, gateway:log():gsub(told:gsub("%p", "%%%0"),
          "")))
        assert.equal("", gateway:stop { setting })
      end
    end
  end)

  it("that others take are waited for, and then calls are refused", function()
    local store, sandbox = redis.start(), servers.sandbox "--pace 0"
    local gateway = gateways.start { redis = store, base = sandbox.url,
      lua = OPTIONS, running = NEEDED }
    local key = keys.add(store, { calls_at_once = 2 })
    wait_for_trial(gateway)
    assert.equal(tostring(NEEDED), gateway:run(([[
      for i = 1, %d do
        ngx.timer.at(0, function()
          while not gateway.is_released do
            ngx.sleep(0.01)
          end
        end)
      end
      ngx.sleep(0.1)
      return ngx.timer.running_count() ]]):format(NEEDED)))
    local visits = {}
    for i, body in ipairs { QUESTION, STREAM } do
      visits[i] = gateway:visit("/v1/chat/completions", { key = key,
        json = body })
    end
    for _, visit in ipairs(visits) do
      visit:wait()
      assert.truthy(visit:head():find "^HTTP/1.1 503 ")
      assert.truthy(visit:head():find "Retry%-After: %d")
      assert.equal("overloaded", json.decode(visit:text()).error.type)
      visit:forget()
    end
    gateway:run "gateway.is_released = true"
    wait_for_trial(gateway)
    -- Places are free again, too.
    for _, body in ipairs { QUESTION, STREAM, QUESTION } do
      servers.wait_until(function()
        return (gateway:ask("/v1/chat/completions", { key = key,
          json = body })) == 200
      end, "calls to be answered")
    end
    servers.wait_until(function()
      return store:cli("ZCARD indoxhub:{" .. keys.id(key) .. "}:calls") == "0"
    end, "all calls to be settled")
    assert.equal("", gateway:stop { "lua_max_running_timers",
      "lua failed to run timer" })
    servers.kill(sandbox)
    store:stop()
  end)
end)
