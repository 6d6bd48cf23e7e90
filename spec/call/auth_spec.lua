-- What calls show as their credential, and how tokens are come by.
local address = require "indoxhub.base.address"
local indoxhub = require "indoxhub"
local token_server = require "spec.support.token_server"

local MESSAGES = { { role = "user", content = "go" } }
local KEY, OK = token_server.KEY, token_server.OK
local REFUSED = token_server.REFUSED

local answer, token_answer = token_server.answer, token_server.token_answer

describe("a key", function()
  local scene = token_server.scene()
  local raw, exchanges = scene.raw, scene.exchanges
  local client_with, asked_for = scene.client_with, scene.asked_for

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
  end)
end)
