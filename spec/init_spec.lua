-- Whole programs: what they print and how they end, on the interpreter that
-- runs the specs.
local during_tests = require "spec.support.during_tests"
local programs = require "spec.support.programs"
local servers = require "spec.support.servers"

-- Where the built-in assert takes an error object.
local ASSERT_TAKES_OBJECTS = _VERSION ~= "Lua 5.2"
  and (_VERSION ~= "Lua 5.1" or rawget(_G, "jit") ~= nil)

describe("a program", function()
  local sandbox = during_tests(servers.sandbox, "--pace 0")
  local raw = during_tests(servers.raw)

  -- Runs code with `client` and `indoxhub` defined.
  local function run(code, base_url, before)
    return programs.run(([[
      local indoxhub = require "indoxhub"
      local client = indoxhub.new { api_key = "indox-test", base_url = %q }
      local MESSAGES = { { role = "user", content = "What is 6 * 7?" } }
    ]]):format(base_url or sandbox.url) .. code, before)
  end

  it("asks and prints", function()
    local said, code = run [[
      local reply = indoxhub.assert(client.chat:create { messages = MESSAGES })
      print(reply.data, reply.usage.tokens_total)
    ]]
    assert.equal("6 * 7 is 42.\t7\n", said)
    assert.equal(0, code)
  end)

  it("asks this machine without the proxy of the environment", function()
    local said, code = programs.run(([[
      local indoxhub = require "indoxhub"
      print(indoxhub.assert(indoxhub.new { base_url = %q }.user:health())
        .status)
    ]]):format(sandbox.url), "export http_proxy=http://127.0.0.1:1")
    assert.equal("ok\n", said)
    assert.equal(0, code)
  end)

  it("asks by the URL whether the proxy of the environment is meant", function()
    raw:script("near", { { "send", servers.reply("200 OK", "a/b", "near") } })
    raw:script("proxy", { { "send", servers.reply("200 OK", "a/b", "far") } })
    local said, code = programs.run(([[
      local indoxhub = require "indoxhub"
      local path = os.tmpname()
      local function show(base_url, url)
        local client = indoxhub.new { api_key = "k", base_url = base_url }
        indoxhub.assert(client:save({ url = url }, path))
        print(io.open(path):read("*a"))
      end
      show("https://api.example.test", %q)
      show(%q, "http://files.example.test/x")
      os.remove(path)
    ]]):format(raw:base("near"), sandbox.url),
      "export http_proxy=http://127.0.0.1:" .. raw.port)
    assert.equal("near\nfar\n", said)
    assert.equal(0, code)
  end)

  it("of a frame loop ends when the call fails", function()
    local file = assert(io.open("examples/frame_loop.lua"))
    local said, code = programs.run(file:read("*a"),
      "export INDOXHUB_API_KEY=any INDOXHUB_BASE_URL=http://127.0.0.1:1")
    file:close()
    assert.equal(1, code)
    assert.truthy(said:find("chat.stream: network: ", 1, true), said)
  end)

  it("takes the key from the first variable that is set", function()
    local names = { "INDOXHUB_API_KEY", "INDOX_HUB_API_KEY",
      "INDOX_ROUTER_API_KEY" }
    local url = raw:script("whosekey", servers.json('{"data":"x"}'))
    for first = 1, #names do
      local settings = {}
      for i = first, #names do
        settings[#settings + 1] = names[i] .. "=key-" .. i
      end
      programs.run(([[
        require("indoxhub").new { base_url = %q }.user:health()
      ]]):format(url), "export " .. table.concat(settings, " "))
      assert.equal("key-" .. first,
        raw:got("whosekey"):match(".*Bearer (%S+)"))
    end
  end)

  it("is told in an error who gave the base URL", function()
    local said = programs.run([[
      local indoxhub = require "indoxhub"
      local CLOSED = "http://127.0.0.1:1/v1"
      local function show(client)
        local _, err = client.chat:create { messages = { { role = "user",
          content = "go" } } }
        print(err.base_from, err.base_url, (tostring(err):match("; (.*)$")))
      end
      show(indoxhub.new { base_url = CLOSED, max_retries = 0 })
      show(indoxhub.new { max_retries = 0 })
      show(indoxhub.new():with { max_retries = 0 })
      show(indoxhub.new():with { base_url = CLOSED, max_retries = 0 })
    ]], "export INDOXHUB_API_KEY=any INDOXHUB_BASE_URL=http://127.0.0.1:1")
    local option = "base_url\thttp://127.0.0.1:1/v1\tcheck host and port in "
      .. "base_url (http://127.0.0.1:1/v1), and that it is up\n"
    local variable = "INDOXHUB_BASE_URL\thttp://127.0.0.1:1/api/v1\tcheck host "
      .. "and port in the variable INDOXHUB_BASE_URL "
      .. "(http://127.0.0.1:1/api/v1), and that it is up\n"
    assert.equal(option .. variable .. variable .. option, said)
  end)

  it("has nobody to blame for the base URL it was made with", function()
    local said = programs.run([[
      local _, err = require("indoxhub").new { max_retries = 0 }.user:health()
      print(err.base_from, err.kind)
    ]], "unset INDOXHUB_BASE_URL; "
      .. "export INDOXHUB_API_KEY=any https_proxy=http://127.0.0.1:1")
    assert.equal("default\tnetwork\n", said)
  end)

  it("that asserts shows the error and fails", function()
    local said, code = run([[
      indoxhub.assert(client.chat:create { messages = MESSAGES })
      print "not reached"
    ]], "http://127.0.0.1:1")
    assert.equal(1, code)
    assert.truthy(said:find("chat.create: network: Failed to connect", 1, true))
    assert.truthy(said:find("check host and port in base_url", 1, true))
    assert.is_nil(said:find("not reached", 1, true))
  end)

  it("that uses the built-in assert fails, too", function()
    local said, code = run([[
      assert(client.chat:create { messages = MESSAGES })
      print "not reached"
    ]], "http://127.0.0.1:1")
    assert.equal(1, code)
    assert.is_nil(said:find("not reached", 1, true))
    if ASSERT_TAKES_OBJECTS then
      assert.truthy(said:find("chat.create: network: ", 1, true))
    end
  end)

  it("that loops over a broken stream shows what broke", function()
    local said, code = run([[
      local stream = indoxhub.assert(client:with { headers = {
        ["X-Sandbox-Fail"] = "cut:3" } }.chat:stream { messages = MESSAGES })
      for delta in stream do
        io.write(delta)
      end
      print "not reached"
    ]])
    assert.equal(1, code)
    assert.truthy(said:find("6 * 7", 1, true))
    assert.truthy(said:find("chat.stream: truncated: ", 1, true))
    assert.is_nil(said:find("not reached", 1, true))
  end)

  it("that uses the library wrongly is told where", function()
    local said, code = run "client.chat:create {}"
    assert.equal(1, code)
    assert.truthy(said:find("chat.create: messages is required", 1, true))
  end)

  it("passes values through indoxhub.assert", function()
    local said = run [[
      print(indoxhub.assert(1, 2, 3), indoxhub.assert("x"))
      print(pcall(indoxhub.assert, nil))
      print(pcall(indoxhub.assert, false, "why"))
    ]]
    assert.equal("1\tx\nfalse\tassertion failed!\nfalse\twhy\n", said)
  end)

  it("learns of a task that failed while nobody waited", function()
    local said, code = run [[
      indoxhub.spawn(function() error("lost", 0) end)
      indoxhub.step()
      indoxhub.on_error = function(err, traceback)
        print("seen", err, traceback:find("traceback", 1, true) ~= nil)
      end
      indoxhub.spawn(function() error("caught", 0) end)
      indoxhub.step()
    ]]
    assert.equal("indoxhub: a task failed: lost\nseen\tcaught\ttrue\n", said)
    assert.equal(0, code)
  end)

  it("ends at once while streams run", function()
    local url = raw:script("running", { { "body" }, { "send",
      servers.CHUNKED_HEAD .. servers.chunk("data: x\n\n") }, { "hold" } })
    for _, ending in ipairs { "", "os.exit(0)", "os.exit(0, true)",
      "client:close()", "stream:close()", "stream = nil collectgarbage()" } do
      local said, code = run([[
        local stream = indoxhub.assert(
          client.chat:stream { messages = MESSAGES })
        indoxhub.spawn(function() stream:next() end)
        indoxhub.step()
      ]] .. ending, url)
      assert.equal("", said)
      assert.equal(0, code)
    end
  end)

  it("leaves finalizers in any order behind", function()
    local url = raw:script("order", { { "body" }, { "hold" } })
    local said, code = run([[
      local core = require "indoxhub.core"
      local request = { method = "GET", headers = {}, url = ]]
      .. ("%q"):format(url) .. [[ }
      local one = core.engine()
      kept = one:submit(request)
      two = core.engine()
      other = two:submit(request)
      one:step({})
      two:step({})
      one = nil
      collectgarbage()
      print(kept:result())
      setmetatable({}, { __gc = function()
        print(pcall(kept.cancel, kept))
      end })
    ]])
    assert.equal(0, code)
    assert.truthy(said:find("^nil\n"))
    assert.is_nil(said:find("false", 1, true))
  end)

  it("is stopped by Ctrl-C while it waits", function()
    local url = raw:script("interrupt", { { "body" }, { "hold" } })
    local name = programs.write(([[
      local indoxhub = require "indoxhub"
      indoxhub.new { base_url = %q, api_key = "k" }.user:health()
    ]]):format(url))
    local pipe = io.popen(("%s %s 2>&1 & echo $!; wait $!; echo code $?")
      :format(os.getenv("INDOXHUB_LUA"), name))
    local pid = pipe:read("*l")
    servers.wait_until(function()
      return raw:got("interrupt") ~= ""
    end, "the request")
    -- A shell starts its background jobs without SIGINT, as the interpreter's
    -- own handler is set all the same.
    os.execute("kill -INT " .. pid)
    local said = pipe:read("*a")
    pipe:close()
    os.remove(name)
    assert.truthy(said:find("interrupted!", 1, true), said)
    assert.truthy(said:find("code 1", 1, true), said)
  end)

  describe("that forks", function()
    -- Starts a program that has forked(fn): runs fn in a child and waits.
    local function run_forking(code)
      return run([[
        local process = require "spec_process"
        local function forked(fn)
          io.stdout:flush()
          local pid = process.fork()
          if pid == 0 then
            fn()
            io.stdout:flush()
            os.exit(0)
          end
          process.wait(pid)
        end
        local URL = tostring(client):match("http://[^)]+")
      ]] .. code, nil, programs.LEAKS)
    end

    it("has errors, and no shared connection, in the child", function()
      local said = run_forking [[
        local stream = indoxhub.assert(client.chat:stream({
          messages = { { role = "user", content = "count to 20" } } },
          { headers = { ["X-Sandbox-Pace"] = 0.02 } }))
        assert(stream:next() == "1")
        local unused = indoxhub.new { base_url = URL, api_key = "k" }
        forked(function()
          local _, err = client.user:health()
          io.write(err.kind, " ")
          _, err = stream:reply()
          io.write(err.kind, " ")
          io.write(unused.user:health().status, " ")
          local fresh = indoxhub.new { base_url = URL, api_key = "k" }
          print(fresh.chat:create { messages = MESSAGES }.data)
        end)
        print(stream:reply().data, client.user:health().status)
      ]]
      assert.equal("forked forked ok 6 * 7 is 42.\n" ..
        "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20\tok\n", said)
    end)

    it("says so of the parent's client after other calls, too", function()
      local said = run_forking [[
        print(client.user:health().status)
        forked(function()
          local fresh = indoxhub.new { base_url = URL, api_key = "k" }
          print(fresh.user:health().status)
          local _, err = client.user:health()
          print(err.kind)
          _, err = client:with { timeout = 5 }.user:health()
          print(err.kind)
        end)
        print(client.user:health().status)
      ]]
      assert.equal("ok\nok\nforked\nforked\nok\n", said)
    end)

    it("waits in the child without burning the processor", function()
      local said = run_forking [[
        indoxhub.spawn(function() client:request { path = "hold" } end)
        indoxhub.step()
        forked(function()
          local before = os.clock()
          indoxhub.sleep(0.3)
          print(os.clock() - before < 0.2)
        end)
      ]]
      assert.equal("true\n", said)
    end)

    it("has room for as many calls in the child", function()
      local said = run_forking [[
        local one = client:with { max_connections = 1 }
        local other = one:with { headers = { ["X-One"] = "1" } }
        indoxhub.spawn(function() one:request { path = "hold" } end)
        indoxhub.spawn(function() one:request { path = "hold" } end)
        indoxhub.step()
        forked(function()
          print(other.user:health({ timeout = 10 }))
          print(one.user:health() == nil)
          collectgarbage()
          print(other.user:health({ timeout = 10 }))
        end)
      ]]
      assert.matches("^table: %S+\tnil\ntrue\ntable: %S+\tnil\n$", said)
    end)

    it("can use a client made before in the child", function()
      local said = run_forking [[
        forked(function()
          print(client.user:health().status)
        end)
        print(client.user:health().status)
      ]]
      assert.equal("ok\nok\n", said)
    end)

    it("leaves tasks that wait to the parent", function()
      local said = run_forking [[
        local task = indoxhub.spawn(function()
          return client.chat:create { messages = MESSAGES }.data
        end)
        indoxhub.step()
        forked(function()
          local fresh = indoxhub.new { base_url = URL, api_key = "k" }
          print("child", fresh.user:health().status)
        end)
        print(task:await())
      ]]
      assert.equal("child\tok\n6 * 7 is 42.\n", said)
    end)
  end)
end)
