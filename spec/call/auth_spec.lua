-- What calls show as their credential, and how tokens are come by.
local address = require "indoxhub.base.address"
local auth = require "indoxhub.call.auth"
local core = require "indoxhub.core"
local errors = require "indoxhub.base.errors"
local indoxhub = require "indoxhub"
local servers = require "spec.support.servers"

local MESSAGES = { { role = "user", content = "go" } }
local KEY = "indox-" .. ("k"):rep(32)

local answer = servers.last_reply

-- An answer to any call, to an exchange as well.
local OK = answer("200 OK", '{"request_id":"q","data":"fine",'
  .. '"access_token":"token-1"}')

local REFUSED = answer("401 Unauthorized", '{"detail":"Token has expired"}')

local function token_answer(token)
  return answer("200 OK", ('{"access_token":%q}'):format(token))
end

describe("a key", function()
  local raw

  setup(function()
    raw = servers.raw()
  end)

  teardown(function()
    raw:stop()
  end)

  local count = 0

  -- A client of a server that gives these answers in turn, the last one for
  -- good. The next one is laid out when the key is asked for, which is before
  -- each request of a call, and when an exchange is over.
  local function client_with(answers, options)
    count = count + 1
    options = options or {}
    local name = "auth" .. count
    local lay_out = raw:in_turn(name, answers)
    if options.api_key then
      lay_out() -- another key is not asked for
    end
    local settings = { auth = "exchange", base_url = raw:base(name),
      max_retries = 0, trailing_slash = "off",
      api_key = function()
        lay_out()
        return KEY
      end,
      log = function(event)
        if event.path:find("^auth/") then
          lay_out()
        end
      end }
    for option, value in pairs(options) do
      settings[option] = value
    end
    return indoxhub.new(settings), name
  end

  -- Each request as "METHOD path", and what it shows.
  local function asked_for(name)
    local list = {}
    for method, path, headers in raw:got(name):gmatch(
      "([DGP]%u+) /%w+(/%S*) HTTP/1%.1\r\n(.-)\r\n\r\n") do
      list[#list + 1] = { method .. " " .. path,
        headers:match("Authorization: ([^\r]*)"),
        headers:match("X%-API%-Key: ([^\r]*)") }
    end
    return list
  end

  -- Requests for a token.
  local function exchanges(name)
    return select(2, raw:got(name):gsub("POST /%w+/auth/api%-key ", ""))
  end

  describe("that is shown itself", function()
    it("is a function's word, asked for each request", function()
      local asked = 0
      local client, name = client_with({ OK }, { auth = "key",
        api_key = function()
          asked = asked + 1
          return "key-" .. asked
        end })
      indoxhub.assert(client.user:me())
      indoxhub.assert(client.user:me())
      assert.same({ { "GET /user/me", "Bearer key-1" },
        { "GET /user/me", "Bearer key-2" } }, asked_for(name))
    end)

    it("is not sent when its function fails", function()
      for said, fn in pairs {
        ["raised an error"] = function() error("secret " .. KEY) end,
        ["returned no string"] = function() return 42 end,
      } do
        local client, name = client_with({ OK }, { auth = "key",
          api_key = fn })
        local _, err = client.user:me()
        assert.equal("key_function", err.code)
        assert.truthy(err.message:find(said, 1, true))
        assert.is_nil(tostring(err):find(KEY, 1, true))
        assert.equal("", raw:got(name))
      end
    end)

    it("hints at the exchange where a route may want a token", function()
      local client = client_with({ REFUSED }, { auth = "key" })
      for _, call in ipairs {
        function() return client.user:me() end,
        function() return client.user:delete_api_key(3) end,
      } do
        local _, err = call()
        assert.equal("authentication", err.kind)
        assert.truthy(err.hint:find('auth = "exchange"', 1, true))
      end
      local _, err = client.chat:create { messages = MESSAGES }
      assert.is_nil(err.hint)
      _, err = client_with({ token_answer "t", REFUSED }).user:me()
      assert.equal("authentication", err.kind)
      assert.is_nil(err.hint)
    end)
  end)

  describe("that is exchanged", function()
    it("gives a token, and is not shown as one itself", function()
      local client, name = client_with { OK }
      indoxhub.assert(client.chat:create { messages = MESSAGES })
      indoxhub.assert(client.user:me())
      assert.same({ { "POST /auth/api-key", nil, KEY },
        { "POST /chat/completions", "Bearer token-1" },
        { "GET /user/me", "Bearer token-1" } }, asked_for(name))
      assert.is_nil(raw:got(name):find("Bearer indox", 1, true))
    end)

    it("is exchanged once for derived clients, and for streams", function()
      local client, name = client_with { OK }
      indoxhub.assert(client:with({ timeout = 9 }).chat:stream {
        messages = MESSAGES })
      indoxhub.assert(client.user:me())
      assert.equal(1, exchanges(name))
    end)

    it("is exchanged for each key and server alone", function()
      local client, name = client_with { OK }
      indoxhub.assert(client.user:me())
      indoxhub.assert(client:with({ api_key = "other" }).user:me())
      assert.equal(2, exchanges(name))
    end)

    it("is exchanged once for 200 calls at once", function()
      local client, name = client_with { OK }
      local calls = {}
      for i = 1, 200 do
        calls[i] = function() return client.user:me() end
      end
      local results, errs = indoxhub.run(indoxhub.gather, calls)
      assert.is_nil(errs)
      assert.equal(200, #results)
      assert.equal(1, exchanges(name))
      assert.equal(201, #asked_for(name))
    end)

    it("is found in bodies and cookies", function()
      for _, case in ipairs {
        { '{"access_token":"abc.d-e_f"}', nil, "abc.d-e_f" },
        { '{"access_token":"Bearer abc"}', nil, "abc" },
        { "", "access_token=abc; Path=/; HttpOnly", "abc" },
        { "{}", 'access_token="Bearer abc"; Path=/', "abc" },
        { "{}", "access_token=Bearer abc; Path=/", "abc" },
        { '{"access_token":7}', nil, nil },
        { '{"ok":true}', "csrf_access_token=no; Path=/\r\nSet-Cookie: "
          .. "x=1, access_token=abc", "abc" },
        { '{"access_token":null}', "access_token=abc", "abc" },
      } do
        local client, name = client_with { answer("200 OK", case[1],
          case[2] and "Set-Cookie: " .. case[2] .. "\r\n"), OK }
        client.user:me()
        assert.equal(case[3] and "Bearer " .. case[3],
          (asked_for(name)[2] or {})[2])
      end
    end)

    it("gives an error when the answer holds no token", function()
      for _, body in ipairs { "", "{}", "[]", "42", '"text"', "<html>",
        '{"access_token":""}', '{"access_token":"a b"}',
        '{"access_token":"a\\nb"}', '{"access_token":{}}' } do
        local client, name = client_with { answer("200 OK", body) }
        local _, err = client.chat:create { messages = MESSAGES }
        assert.equal("protocol", err.kind)
        assert.equal("token", err.code)
        assert.equal("chat.create", err.operation)
        assert.equal(1, #asked_for(name))
      end
    end)

    it("is shown in the other way where the first is unknown", function()
      for _, status in ipairs { "404 Not Found", "405 Method Not Allowed" } do
        local client, name = client_with({ answer(status, '{"detail":"no"}'),
          OK }, { api_key = "own+key&x=1/?" })
        indoxhub.assert(client.user:me())
        local seen = asked_for(name)
        assert.same({ "POST /auth/token" }, seen[2])
        assert.same({ "GET /user/me", "Bearer token-1" }, seen[3])
        local encoded = address.encode "own+key&x=1/?"
        assert.truthy(raw:got(name):find(
          "Content-Type: application/x-www-form-urlencoded", 1, true))
        assert.truthy(raw:got(name):find(("username=%s&password=%s"):format(
          encoded, encoded), 1, true))
      end
    end)

    it("gives the error of the server that refuses it", function()
      for status, kind in pairs { ["401 Unauthorized"] = "authentication",
        ["500 Oops"] = "server", ["404 Not Found"] = "not_found" } do
        local client = client_with { answer(status,
          '{"detail":"bad ' .. KEY .. '"}') }
        local _, err = client.user:me()
        assert.equal(kind, err.kind)
        assert.equal("user.me", err.operation)
        assert.is_nil(tostring(err):find(KEY, 1, true))
        assert.is_nil(err.body:find(KEY, 1, true))
      end
    end)

    it("is tried again as any call", function()
      local client, name = client_with({ answer("503 Busy", "{}",
        "Retry-After: 0\r\n"), OK }, { max_retries = 1 })
      local reply = indoxhub.assert(client.user:me())
      assert.equal(2, indoxhub.meta(reply).attempts)
      assert.equal(2, exchanges(name))
    end)

    it("is not sent where others read along, nor for calls without", function()
      local client = client_with({ OK }, { base_url = "http://example.invalid",
        proxy = "http://127.0.0.1:" .. raw.port })
      local _, err = client.user:me()
      assert.equal("insecure", err.code)
      local name
      client, name = client_with({ OK }, { api_key = "" })
      indoxhub.assert(client.user:health())
      assert.equal("no_key", select(2, client.user:me()).code)
      assert.same({ { "GET /user/health" } }, asked_for(name))
    end)

    it("is exchanged again once for a refused token", function()
      local client, name = client_with { token_answer "token-1", REFUSED,
        token_answer "token-2", OK }
      local reply = indoxhub.assert(client.chat:create {
        messages = MESSAGES })
      assert.equal(1, indoxhub.meta(reply).attempts)
      assert.same({ { "POST /auth/api-key", nil, KEY },
        { "POST /chat/completions", "Bearer token-1" },
        { "POST /auth/api-key", nil, KEY },
        { "POST /chat/completions", "Bearer token-2" } }, asked_for(name))
    end)

    it("gives up when the second token is refused, too", function()
      local client, name = client_with { token_answer "token-1", REFUSED,
        token_answer "token-2", REFUSED }
      local _, err = client.chat:create { messages = MESSAGES }
      assert.equal("authentication", err.kind)
      assert.equal(1, #err.attempts)
      assert.equal(4, #asked_for(name))
    end)

    it("gives the error of a second exchange that fails", function()
      local client = client_with { token_answer "token-1", REFUSED,
        answer("502 Bad Gateway", "{}") }
      local _, err = client.chat:create { messages = MESSAGES }
      assert.equal("server", err.kind)
      assert.equal("chat.create", err.operation)
    end)

    -- Two calls that need a token which does not come: the second waits for
    -- what the first gets. `stop` ends the second.
    local function end_wait(options, stop)
      local url = raw:script("mute", { { "body" }, { "hold" } })
      local first = indoxhub.new { auth = "exchange", api_key = KEY,
        base_url = url }
      local second = first:with { timeout = 60 }
      local err
      indoxhub.run(function()
        local asking = indoxhub.spawn(function() return first.user:me() end)
        local waiting = indoxhub.spawn(function()
          err = select(2, second.user:me(options))
        end)
        for _ = 1, 20 do
          indoxhub.sleep(0.001)
        end
        stop(second, waiting)
        waiting:await()
        assert.equal("pending", asking:status())
        first:close()
        assert.equal("cancelled", select(2, asking:await()).kind)
      end)
      return err
    end

    it("is not waited for by a client that is closed", function()
      local err = end_wait({}, function(client) client:close() end)
      assert.equal("the client is closed", err.message)
    end)

    it("is not waited for by a task that is cancelled", function()
      local err = end_wait({}, function(_, task) task:cancel() end)
      assert.equal("cancelled", err.kind)
    end)

    it("is asked for by the next when it was in front of a gate for too long",
      function()
        local url = raw:script("gate", { { "body" }, { "hold" } })
        local client = indoxhub.new { auth = "exchange", api_key = KEY,
          base_url = url, max_connections = 1, max_retries = 0 }
        local holder = client:with { auth = "key" }
        indoxhub.run(function()
          local holding = indoxhub.spawn(function()
            return holder.user:health()
          end)
          while raw:got "gate" == "" do
            indoxhub.sleep(0.001)
          end
          local waiting
          local asking = indoxhub.spawn(function()
            return client.user:me { timeout = 0.1 }
          end)
          waiting = indoxhub.spawn(function()
            return client.user:me()
          end)
          assert.equal("connections", select(2, asking:await()).code)
          indoxhub.sleep(0.001)
          assert.equal("pending", waiting:status())
          holder:close()
          client:close()
          assert.equal("cancelled", select(2, holding:await()).kind)
          assert.equal("cancelled", select(2, waiting:await()).kind)
        end)
      end)

    it("is not waited for longer than the call may take", function()
      -- The call that asks is still at it.
      local err = end_wait({ timeout = 0.05 }, function() end)
      assert.equal("total", err.code)
    end)
  end)

  describe("on a server whose tokens end", function()
    local sandbox, client, told

    before_each(function()
      sandbox = servers.sandbox("--pace 0 --auth token --token-seconds 2")
      told = {}
      client = indoxhub.new { auth = "exchange", api_key = KEY,
        base_url = sandbox.url, log = function(event)
          told[#told + 1] = event.path == "auth/api-key" and event or nil
        end }
    end)

    after_each(function()
      servers.kill(sandbox)
    end)

    -- Waits until a token that was made now is refused.
    local function outlive_tokens()
      local _, body = servers.curl(("-X POST -H 'X-API-Key: %s' %s")
        :format(KEY, sandbox.url .. "/auth/api-key"))
      local token = body:match('"access_token": ?"([^"]+)"')
      servers.wait_until(function()
        return servers.curl(("-H 'Authorization: Bearer %s' %s")
          :format(token, sandbox.url .. "/user/me")) == 401
      end, "the end of a token")
    end

    it("is exchanged again once for many calls at once", function()
      indoxhub.assert(client.user:me())
      assert.equal(1, #told)
      outlive_tokens()
      local calls = {}
      for i = 1, 20 do
        calls[i] = function() return client.user:me() end
      end
      local results, errs = indoxhub.run(indoxhub.gather, calls)
      assert.is_nil(errs)
      for i = 1, 20 do
        assert.equal(1, indoxhub.meta(results[i]).attempts)
      end
      assert.equal(2, #told)
    end)
  end)
end)

describe("a token that many wait for", function()
  local settings, call

  before_each(function()
    settings = { key = KEY, tokens = {}, options = { auth = "exchange" },
      base = address.base "https://example.test" }
    call = { key = "required" }
  end)

  -- Sends nothing: waits and gives what `outcomes` holds, in turn.
  local function sender(outcomes)
    local sent = { count = 0 }
    function sent.send()
      sent.count = sent.count + 1
      local outcome = outcomes[math.min(sent.count, #outcomes)]
      local ok, err = indoxhub.sleep(0.01)
      if not ok then
        return nil, err
      elseif type(outcome) == "string" then
        return { status = 200, headers = {},
          text = ('{"access_token":%q}'):format(outcome) }
      end
      return nil, outcome
    end
    return sent
  end

  local loop = require "indoxhub.loop"

  local function pause(slot, limit)
    if loop.wait(slot, math.max(0, limit - core.now())) then
      return true
    end
    return nil, errors.cancelled()
  end

  local function bearers(sent, count)
    local calls = {}
    for i = 1, count do
      calls[i] = function()
        return auth.bearer(settings, call, sent.send, pause)
      end
    end
    return indoxhub.run(indoxhub.gather, calls)
  end

  it("is asked for once", function()
    local sent = sender { "one", "two" }
    local tokens = bearers(sent, 50)
    assert.equal(1, sent.count)
    for i = 1, 50 do
      assert.equal("one", tokens[i])
    end
  end)

  it("is asked for once more when it was refused", function()
    local sent = sender { "one", "two" }
    bearers(sent, 1)
    for _ = 1, 9 do
      assert.is_true(auth.renew(settings, "one"))
    end
    bearers(sent, 9)
    -- The word of who still had the old one does not count any more.
    assert.is_true(auth.renew(settings, "one"))
    assert.equal("two", bearers(sent, 1)[1])
    assert.equal(2, sent.count)
  end)

  it("gives its error to all, each a copy of its own", function()
    local sent = sender { errors.new("permission", "no") }
    local tokens, errs = bearers(sent, 5)
    assert.equal(1, sent.count)
    local seen = {}
    for i = 1, 5 do
      assert.is_nil(tokens[i])
      assert.equal("permission", errs[i].kind)
      assert.is_nil(seen[errs[i]])
      seen[errs[i]] = true
    end
  end)

  it("is asked for by another when who asked is cancelled", function()
    local sent = sender { "one" }
    indoxhub.run(function()
      local tasks = {}
      for i = 1, 3 do
        tasks[i] = indoxhub.spawn(auth.bearer, settings, call, sent.send,
          pause)
      end
      while sent.count == 0 do
        indoxhub.sleep(0.001)
      end
      tasks[1]:cancel()
      assert.equal("cancelled", select(2, tasks[1]:await()).kind)
      assert.equal("one", tasks[2]:await())
      assert.equal("one", tasks[3]:await())
    end)
    assert.equal(2, sent.count)
  end)

  it("is asked for by another when who asked had no more time", function()
    local sent = sender { errors.new("timeout", "late", { code = "total" }),
      "one" }
    local tokens, errs = bearers(sent, 3)
    assert.equal("total", errs[1].code)
    assert.same({ nil, "one", "one" }, { tokens[1], tokens[2], tokens[3] })
    assert.equal(2, sent.count)
  end)

  it("is not waited for by what would keep the other from going on", function()
    local sent = sender { "one" }
    local task = indoxhub.spawn(auth.bearer, settings, call, sent.send, pause)
    while sent.count == 0 do
      indoxhub.step()
    end
    assert.equal("one", (auth.bearer(settings, call, sent.send, pause)))
    assert.equal(2, sent.count)
    assert.equal("one", indoxhub.run(function() return task:await() end))
  end)

  it("is nothing that calls wait for which do not need it", function()
    local sent = sender { "one" }
    call.key = "none"
    assert.is_false(auth.bearer(settings, call, sent.send, pause))
    call.key = "optional"
    settings.key = nil
    assert.is_false(auth.bearer(settings, call, sent.send, pause))
    assert.equal(0, sent.count)
  end)
end)
