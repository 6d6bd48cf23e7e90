-- client:request, for endpoints without a method.
local indoxhub = require "indoxhub"
local one_answer = require "spec.support.one_answer"
local raises = require "spec.support.raises"
local raw_server = require "spec.support.raw_server"
local servers = require "spec.support.servers"

local assert_refused = raises.check

describe("a client", function()
  local raw = raw_server()
  local client_for, sent_body = one_answer.of(raw)

  it("calls anything else with the same rules", function()
    local client = client_for("other")
    local body = indoxhub.assert(client:request { path = "/some/thing",
      query = { b = "x y", a = 1 } })
    assert.equal("fine", body.data)
    assert.truthy(raw:got("other")
      :find("^GET /other/some/thing%?a=1&b=x%%20y HTTP"))
    indoxhub.assert(client:request { method = "put", path = "x",
      json = { list = indoxhub.array(), null = indoxhub.null } })
    assert.truthy(raw:got("other"):find("PUT /other/x HTTP", 1, true))
    assert.truthy(sent_body("other"):find('"list":[]', 1, true))
    assert.truthy(sent_body("other"):find('"null":null', 1, true))
  end)

  if rawget(_G, "jit") then
    it("takes the integers that LuaJIT has beside its numbers", function()
      local wide = rawget(_G, "loadstring") "return 9007199254740993LL" ()
      local client = client_for("wide")
      indoxhub.assert(client:request { path = "x", query = { a = wide } })
      assert.truthy(raw:got("wide"):find("?a=9007199254740993 HTTP", 1, true))
      indoxhub.assert(client:request { method = "POST", path = "x",
        form = { a = wide } })
      assert.truthy(raw:got("wide"):find("\r\n\r\n9007199254740993\r\n", 1,
        true))
    end)
  end

  it("refuses wrong requests", function()
    local client = client_for("wrongrequest")
    assert_refused("path is required", client.request, client, {})
    assert_refused("must be relative to base_url, such as", client.request,
      client, { path = "https://evil.test/x" })
    assert_refused("two bodies", client.request, client,
      { path = "x", form = { a = 1 }, json = {} })
    assert_refused("json: f is a function", client.request, client,
      { path = "x", json = { f = print } })
    for _, path in ipairs { "a?b=1", "a#b", "../a", "a/./b", "a b" } do
      assert_refused("path must", client.request, client, { path = path })
    end
    for _, method in ipairs { "", "GET /x HTTP/1.1\r\nA: b", "G T" } do
      assert_refused("method must", client.request, client,
        { path = "x", method = method })
    end
    assert.equal("", raw:got("wrongrequest"))
  end)

  it("gives paths of its own the slash of the others", function()
    local client = client_for("ownslash", { trailing_slash = "on" })
    indoxhub.assert(client:request { path = "some/thing", query = { a = 1 } })
    assert.truthy(raw:got("ownslash"):find("some/thing/?a=1 HTTP", 1, true))
  end)

  it("gives bodies of other endpoints as they came", function()
    local client = indoxhub.new { api_key = "k",
      base_url = raw:script("job", { { "body" }, { "send",
        servers.reply("200 OK", "application/json",
          '{"job_id":"j","status":"failed","error":"policy"}') } }) }
    local job = indoxhub.assert(client:request { path = "jobs/j" })
    assert.equal("policy", job.error)
  end)
end)
