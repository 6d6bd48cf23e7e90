-- The options of clients: which there are, and what becomes of them in derived
-- clients.
local indoxhub = require "indoxhub"
local one_answer = require "spec.support.one_answer"
local raises = require "spec.support.raises"
local raw_server = require "spec.support.raw_server"

local assert_refused, message_of = raises.check, raises.message
local OK = one_answer.OK

describe("a client", function()
  local raw = raw_server()

  describe("is made", function()
    it("only of options it knows", function()
      assert_refused("unknown option api_kye: did you mean api_key?",
        indoxhub.new, { api_kye = "x" })
      assert_refused("unknown option foo; known: allow_http, api_key",
        indoxhub.new, { foo = 1 })
      assert_refused("options must be a table", indoxhub.new, "key")
    end)

    it("only of options of the right type", function()
      assert_refused("base_url must be a string", indoxhub.new,
        { base_url = 1 })
      assert_refused("base_url must begin with https:// or http://",
        indoxhub.new, { base_url = "api.indoxhub.com" })
      assert_refused("http_version must be one of \"1.1\", \"2\"", indoxhub.new,
        { http_version = "3" })
      assert_refused("timeout.idel is unknown", indoxhub.new,
        { timeout = { idel = 1 } })
      assert_refused("timeout.idle must be seconds above 0, or false",
        indoxhub.new, { timeout = { idle = "1" } })
      assert_refused("max_response_bytes must be a number of bytes",
        indoxhub.new, { max_response_bytes = 0 })
      assert_refused("headers has the field", indoxhub.new,
        { headers = { ["X Y"] = "1" } })
      assert_refused("headers has the field", indoxhub.new,
        { headers = { X = "1\r\nY: 2" } })
    end)

    it("without showing a key of the wrong type", function()
      local message = message_of(indoxhub.new, { api_key = { "indox-secret" } })
      assert.is_nil(message:find("secret", 1, true))
    end)
  end)

  it("passes timeouts on when it lends itself", function()
    raw:script("slow", { { "body" }, { "sleep", 300 }, { "send", OK } })
    local client = indoxhub.new { api_key = "k", base_url = raw:base("slow"),
      timeout = { first_byte = 0.05 } }
    local _, err = client:with({ timeout = { idle = 5 } }).user:health()
    assert.equal("first_byte", err.code)
    assert.equal("ok", indoxhub.assert(
      client:with({ timeout = { first_byte = 5 } }).user:health()).status)
  end)
end)
