-- The key of a client: who gives it, and who never gets it.
local indoxhub = require "indoxhub"
local one_answer = require "spec.support.one_answer"
local raw_server = require "spec.support.raw_server"

describe("a client", function()
  local raw = raw_server()
  local client_for = one_answer.of(raw)

  describe("and its key", function()
    it("comes from a function, called for each request", function()
      local count = 0
      local client = client_for("function", { api_key = function()
        count = count + 1
        return "indox-" .. count
      end })
      indoxhub.assert(client.completions:create { prompt = "x" })
      indoxhub.assert(client.completions:create { prompt = "x" })
      local got = raw:got("function")
      assert.truthy(got:find("Bearer indox-1\r\n", 1, true))
      assert.truthy(got:find("Bearer indox-2\r\n", 1, true))
    end)

    it("may be missing where the API does not want one", function()
      local client = client_for("keyless", { api_key = "" })
      assert.equal("ok", indoxhub.assert(client.user:health()).status)
      assert.is_nil(raw:got("keyless"):find("Authorization", 1, true))
    end)

    it("is missed where the API wants one", function()
      local client = client_for("missing", { api_key = "" })
      local reply, err = client.completions:create { prompt = "x" }
      assert.is_nil(reply)
      assert.equal("authentication", err.kind)
      assert.equal("no_key", err.code)
      assert.truthy(tostring(err):find("INDOXHUB_API_KEY", 1, true))
      assert.equal("", raw:got("missing"))
    end)

    it("is an error when the function fails", function()
      for _, key in ipairs {
        function()
          error("indox-secret-in-error")
        end,
        function()
          return nil
        end,
      } do
        local _, err = client_for("failing", { api_key = key })
          .completions:create { prompt = "x" }
        assert.equal("authentication", err.kind)
        assert.is_nil(tostring(err):find("secret", 1, true))
      end
    end)

    it("cannot smuggle a header in", function()
      local _, err = client_for("smuggle", { api_key = "a\r\nX-Evil: 1" })
        .completions:create { prompt = "x" }
      assert.equal("authentication", err.kind)
      assert.equal("", raw:got("smuggle"))
    end)

    it("is not sent over http to another machine", function()
      local client = indoxhub.new { api_key = "indox-test",
        base_url = "http://api.example.test/api/v1" }
      local _, err = client.completions:create { prompt = "x" }
      assert.equal("authentication", err.kind)
      assert.equal("insecure", err.code)
      assert.truthy(tostring(err):find("allow_http", 1, true))
    end)
  end)
end)
