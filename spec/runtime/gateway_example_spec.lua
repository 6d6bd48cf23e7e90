-- examples/gateway, started as its reader would.
local command = require "spec.support.command"
local files = require "spec.support.files"
local openresty = require "spec.runtime.openresty.server"
local redis = require "spec.support.redis"
local servers = require "spec.support.servers"

local QUESTION = "-d '{\"messages\":[{\"role\":\"user\",\"content\":\"What "
  .. "is 6 * 7?\"}]}'"

describe("examples/gateway", function()
  local running

  -- Starts it. Returns what it says, once it is there.
  local function start(arguments, environment)
    local port, log = servers.free_port(), os.tmpname()
    running = servers.start_silent(("env -u REDIS_URL %s setpriv " ..
      "--pdeathsig TERM sh examples/gateway/start.sh --port %s %s >%s 2>&1")
      :format(environment or "", port, arguments or "", log))
    running.log, running.url = log, ("http://127.0.0.1:%s/v1"):format(port)
    servers.wait_until(function()
      return files.read(log):find(running.url, 1, true)
        or not openresty.is_alive(running.pid)
    end, "the gateway")
    assert(openresty.is_alive(running.pid), files.read(log))
    return files.read(log)
  end

  after_each(function()
    local children = openresty.children(running.pid)
    os.execute("kill -TERM " .. running.pid)
    servers.wait_until(function()
      return not openresty.is_alive(running.pid)
    end, "the gateway to end")
    for _, pid in ipairs(children) do
      assert.is_false(openresty.is_alive(pid))
    end
    servers.kill(running)
    local bad = openresty.bad_news(files.read(running.log))
    os.remove(running.log)
    assert.equal("", bad)
  end)

  local function ask(key)
    return servers.curl(("-H 'Authorization: Bearer %s' %s " ..
      "%s/chat/completions"):format(key, QUESTION, running.url))
  end

  it("answers its own key, and nobody without one", function()
    local key = start("--workers 1"):match "Its only key is (ihg%-%x+)\n"
    local status, body = ask(key)
    assert.equal(200, status)
    assert.truthy(body:find("6 * 7 is 42.", 1, true))
    local _, kept = servers.curl(("-D - -H 'X-Gateway-Cache: 60' -H " ..
      "'Authorization: Bearer %s' %s %s/chat/completions"):format(key, QUESTION,
      running.url))
    assert.truthy(kept:find("X-Gateway-Cache: miss", 1, true), kept)
    assert.equal(401, (ask(key .. "0")))
    assert.equal(401, (servers.curl(QUESTION .. " " .. running.url
      .. "/chat/completions")))
    assert.equal(200, (servers.curl((running.url:gsub("/v1$", "/")))))
    assert.equal(404, (servers.curl((running.url:gsub("/v1$", "/user")))))
  end)

  it("answers visitors, and none that asks too much", function()
    local said = start "--visitors"
    assert.truthy(said:find("Ask without a key on " .. running.url
      :gsub("v1$", "\n"), 1, true), said)
    local asked = 0
    local status, body
    repeat -- the minute may end meanwhile, once
      status, body = servers.curl(QUESTION .. " " .. running.url
        .. "/chat/completions")
      asked = asked + 1
    until status ~= 200 or asked > 42
    assert.equal(429, status)
    assert.is_true(asked > 20)
    assert.truthy(body:find("20 requests in a minute", 1, true))
    assert.equal(403, (servers.curl("-H 'Origin: https://other.example' "
      .. running.url .. "/models")))
    assert.equal(200, (ask(said:match "Its only key is (ihg%-%x+)\n")))
  end)

  it("answers keys of the command, with Redis", function()
    local store = redis.start { password = "s3cret" }
    local said = start("", ("REDIS_URL=%s"):format(store.url))
    assert.is_nil(said:find("s3cret", 1, true))
    local out, err, code = command.shell(("export REDIS_URL=%s; %s " ..
      "lua/indoxhub/cli/command.lua gateway keys add test " ..
      "--requests-per-minute 1"):format(store.url, os.getenv "INDOXHUB_LUA"))
    assert.equal(0, code, err)
    local key = out:match "%S+"
    assert.equal(200, (ask(key)))
    servers.wait_until(function() -- the minute may end meanwhile
      return (ask(key)) == 429
    end, "the limit")
    store:stop()
  end)
end)
