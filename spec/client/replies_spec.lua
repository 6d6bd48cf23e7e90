-- What calls return: the reply, and facts beside it.
local indoxhub = require "indoxhub"
local raw_server = require "spec.support.raw_server"
local servers = require "spec.support.servers"

describe("a client", function()
  local raw = raw_server()

  it("takes a reply without a text", function()
    for _, body in ipairs {
      '{"data":null,"finish_reason":"tool_calls","tool_calls":[{"id":"c1",'
        .. '"function":{"name":"f","arguments":"{}"}}]}',
      '{"reasoning_content":"hm"}', '{"finish_reason":"length"}',
    } do
      local client = indoxhub.new { api_key = "k",
        base_url = raw:script("textless", { { "body" }, { "send",
          servers.reply("200 OK", "application/json", body) } }) }
      local reply = indoxhub.assert(client.chat:create {
        messages = { { role = "user", content = "x" } } })
      assert.equal("", reply.data)
    end
  end)

  it("does not take just anything for a reply", function()
    for body, code in pairs { ['{"echo":1}'] = "empty", null = "reply",
      ["7"] = "reply", ['"text"'] = "reply", ["[]"] = "empty",
      ['{"usage":{"tokens_total":3}}'] = "empty" } do
      local client = indoxhub.new { api_key = "k",
        base_url = raw:script("anything", { { "body" }, { "send",
          servers.reply("200 OK", "application/json", body) } }) }
      local reply, err = client.completions:create { prompt = "x" }
      assert.is_nil(reply, body)
      assert.equal("protocol", err.kind)
      assert.equal(code, err.code)
      local stream
      stream, err = client.completions:stream { prompt = "x" }
      assert.is_nil(stream)
      assert.equal("protocol", err.kind)
    end
    local client = indoxhub.new { api_key = "k", base_url = raw:base(
      "anything") }
    raw:script("anything", { { "body" }, { "send",
      servers.reply("200 OK", "application/json", '{"echo":1}') } })
    local list, err = client.models:list()
    assert.is_nil(list)
    assert.equal("protocol", err.kind)
    assert.equal(1, indoxhub.assert(client:request { path = "x" }).echo)
  end)

  it("tells facts about an exchange beside the reply", function()
    raw:script("meta", { { "body" }, { "send", servers.reply("200 OK",
      "application/json", '{"id":"r","created_at":1700000000,"data":"x"}',
      "X-Request-ID: req-1\r\nX-RateLimit-Remaining: 9\r\n") } })
    local reply = indoxhub.assert(indoxhub.new { api_key = "k",
      base_url = raw:base("meta") }.completions:create { prompt = "x" })
    local meta = indoxhub.meta(reply)
    assert.equal(200, meta.status)
    assert.equal("req-1", meta.headers["x-request-id"])
    assert.equal("r", meta.request_id)
    assert.equal(1700000000, meta.created)
    assert.equal(9, meta.ratelimit.remaining)
    assert.equal(1, meta.attempts)
    assert.is_true(meta.timing.total >= 0)
    assert.is_nil(indoxhub.meta({}))
  end)

  it("gives whole numbers as whole numbers", function()
    local reply = indoxhub.assert(indoxhub.new { api_key = "k",
      base_url = raw:script("numbers", { { "body" }, { "send",
        servers.reply("200 OK", "application/json",
          '{"data":"x","usage":{"tokens_total":57,"cost":0.5}}') } }) }
      .completions:create { prompt = "x" })
    assert.equal("57", tostring(reply.usage.tokens_total))
    assert.equal("0.5", tostring(reply.usage.cost))
  end)
end)
