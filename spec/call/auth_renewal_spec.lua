-- Tokens that are refused, and the second exchange.
local indoxhub = require "indoxhub"
local servers = require "spec.support.servers"
local token_server = require "spec.support.token_server"

local MESSAGES = { { role = "user", content = "go" } }
local KEY, OK = token_server.KEY, token_server.OK
local REFUSED = token_server.REFUSED

local answer, token_answer = token_server.answer, token_server.token_answer

describe("a key", function()
  local scene = token_server.scene()
  local client_with, asked_for = scene.client_with, scene.asked_for

  describe("that is exchanged", function()
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
