-- Calls of one client after another: what they share is nothing that differs
-- between them.
local indoxhub = require "indoxhub"
local one_answer = require "spec.support.one_answer"
local raw_server = require "spec.support.raw_server"

describe("a call after others of its client", function()
  local raw = raw_server()
  local client_for = one_answer.of(raw)

  -- What the requests said in a header, in turn; "-" where there is none.
  local function said(script, name)
    local values, pattern = {}, "\r\n" .. name:gsub("%-", "%%-")
      .. ": (.-)\r\n"
    for head in raw:got(script):gmatch("%u+ /%S* HTTP/1.1\r\n(.-)\r\n\r\n") do
      values[#values + 1] = ("\r\n" .. head .. "\r\n"):match(pattern)
        or "-"
    end
    return table.concat(values, " ")
  end

  local function ask(client, options)
    indoxhub.assert(client.completions:create({ prompt = "x" }, options))
  end

  it("has headers of its own, and no other has them", function()
    local client = client_for("own", { user_agent = "a" })
    ask(client)
    ask(client, { headers = { ["X-Own"] = "1", Accept = "text/plain" } })
    ask(client)
    ask(client, { headers = { ["X-Own"] = "2" } })
    assert.equal("- 1 - 2", said("own", "X-Own"))
    assert.equal("application/json text/plain application/json "
      .. "application/json", said("own", "Accept"))
  end)

  it("has the type of its own body, and wants what it can read", function()
    local client = client_for("kinds", { user_agent = "a" })
    ask(client)
    indoxhub.assert(client.user:health())
    indoxhub.assert(client:request { path = "x", json = { 1 },
      stream = true }):close()
    indoxhub.assert(client.user:health())
    assert.equal("application/json - application/json -",
      said("kinds", "Content-Type"))
    assert.equal("application/json application/json "
      .. "text/event-stream, application/json application/json",
      said("kinds", "Accept"))
  end)

  it("has the key of the moment", function()
    local keys = { "one", "two", "two", "one" }
    local client = client_for("keys", { api_key = function()
      return table.remove(keys, 1)
    end })
    for _ = 1, 4 do
      ask(client)
    end
    assert.equal("Bearer one Bearer two Bearer two Bearer one",
      said("keys", "Authorization"))
  end)

  it("has the options as they are by then", function()
    local options = { user_agent = "first", api_key = "k",
      base_url = raw:script("changed", { { "body" },
        { "send", one_answer.OK }, { "again" } }) }
    local client = indoxhub.new(options)
    ask(client)
    options.user_agent = "second"
    ask(client)
    options.headers = { ["X-Late"] = "late" }
    ask(client)
    options.headers["X-Late"] = "later"
    ask(client)
    options.headers = nil
    ask(client)
    assert.equal("first second second second second",
      said("changed", "User-Agent"))
    assert.equal("- - late later -", said("changed", "X-Late"))
  end)

  it("has what a derived client was given, and the other has not", function()
    local client = client_for("derived", { user_agent = "a", api_key = "one" })
    ask(client)
    local derived = client:with { user_agent = "b", api_key = "two" }
    ask(derived)
    ask(client)
    ask(derived)
    assert.equal("a b a b", said("derived", "User-Agent"))
    assert.equal("Bearer one Bearer two Bearer one Bearer two",
      said("derived", "Authorization"))
  end)
end)
