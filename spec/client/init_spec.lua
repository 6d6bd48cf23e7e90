-- Making clients, deriving others and closing them.
local indoxhub = require "indoxhub"
local one_answer = require "spec.support.one_answer"
local raises = require "spec.support.raises"
local raw_server = require "spec.support.raw_server"
local servers = require "spec.support.servers"

local assert_refused, message_of = raises.check, raises.message

describe("a client", function()
  local raw = raw_server()
  local client_for = one_answer.of(raw)

  describe("is made", function()
    it("with defaults, without a key and without a connection", function()
      local client = indoxhub.new()
      assert.truthy(tostring(client):find("^indoxhub.client %(https?://"))
    end)

    it("and blames the line that made it", function()
      local ok, message = pcall(function()
        indoxhub.new { foo = 1 }
      end)
      assert.is_false(ok)
      assert.matches("client/init_spec.lua:%d+: unknown option foo", message)
    end)
  end)

  it("never shows a key that was put in the wrong place", function()
    local key = "indox-" .. ("aB3dE6gH"):rep(4)
    local client = client_for("misplacedkey")
    for _, message in ipairs {
      message_of(indoxhub.new, key), message_of(client.with, client, key),
      message_of(indoxhub.new, { timeout = key }),
      message_of(indoxhub.new, { auth = key }),
      message_of(indoxhub.new, { [key] = 1 }),
      message_of(indoxhub.new, { headers = key }),
      message_of(client.chat.create, client.chat, key),
      message_of(client.chat.create, client.chat, {
        messages = { { role = "user", content = "x" } } }, key),
      message_of(client.chat.create, client.chat, { model = { key },
        messages = key }),
    } do
      assert.is_nil(message:find("aB3dE6gH", 1, true), message)
    end
  end)

  it("wants its methods called with a colon", function()
    local client = client_for("colon")
    assert_refused("with a colon, as client:request", client.request,
      { path = "x" })
    assert_refused("with a colon, as client:with", client.with, {})
    assert_refused("with a colon, as client:close", client.close)
    assert_refused("with a dot", indoxhub.new, indoxhub, {})
  end)

  it("lends itself with some options changed", function()
    local client = client_for("derived", { headers = { ["X-A"] = "1" } })
    local other = client:with { headers = { ["X-B"] = "2" } }
    indoxhub.assert(other.user:health())
    local got = raw:got("derived")
    assert.truthy(got:find("X-B: 2", 1, true))
    assert.truthy(got:find("X-A: 1", 1, true))
    indoxhub.assert(other:with({ headers = { ["X-A"] = "3" } }).user:health())
    assert.truthy(raw:got("derived"):find("X-A: 3", 1, true))
    assert.truthy(got:find("Bearer indox-test", 1, true))
    other:close()
    assert.equal("ok", indoxhub.assert(client.user:health()).status)
    assert_refused("unknown option x", client.with, client, { x = 1 })
  end)

  describe("closed", function()
    it("refuses further calls, and can be closed again", function()
      local client = client_for("closed")
      client:close()
      client:close()
      local reply, err = client.user:health()
      assert.is_nil(reply)
      assert.equal("cancelled", err.kind)
      assert.equal("", raw:got("closed"))
    end)

    it("ends its running calls", function()
      local client = indoxhub.new { api_key = "k",
        base_url = raw:script("running", { { "body" }, { "hold" } }) }
      local task = indoxhub.spawn(function()
        return client.user:health()
      end)
      servers.wait_until(function()
        indoxhub.step()
        return raw:got("running") ~= ""
      end, "the request")
      client:close()
      local reply, err = task:await()
      assert.is_nil(reply)
      assert.equal("cancelled", err.kind)
    end)
  end)
end)
