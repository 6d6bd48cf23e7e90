-- Several servers behind one gateway.
local events = require "spec.support.events"
local gateways = require "spec.runtime.gateway.server"
local keys = require "spec.runtime.gateway.keys"
local servers = require "spec.support.servers"

local STREAM = { stream = true, messages = { { role = "user",
  content = "x" } } }
local QUESTION = { messages = STREAM.messages }

local function answer(text)
  return servers.json('{"choices":[{"message":{"role":"assistant","content":"'
    .. text .. '"},"finish_reason":"stop"}]}')
end

describe("gateway/upstreams", function()
  local one, two, key, gateway

  local OPTIONS = [[(function()
    local indoxhub = require "indoxhub"
    return { keys = { %s }, upstreams = {
      { client = indoxhub.new { base_url = "%s", max_retries = 0 },
        weight = 3, name = "one" },
      { client = indoxhub.new { base_url = "%s", max_retries = 0 } } } }
  end)()]]

  before_each(function()
    one, two = servers.raw(), servers.raw()
    local option
    key, option = keys.option()
    gateway = gateways.start { lua = OPTIONS:format(option, one:base "v1",
      two:base "v1") }
    one:script("v1", answer "one")
    two:script("v1", answer "two")
  end)

  after_each(function()
    assert.equal("", gateway:stop())
    one:stop()
    two:stop()
  end)

  local function ask(fields)
    return gateway:ask("/v1/chat/completions", { key = key,
      json = fields or QUESTION })
  end

  local function count(raw)
    return select(2, raw:got("v1"):gsub("POST ", ""))
  end

  -- Asks so often. Returns what each answer was and how many of them.
  local function tally(times)
    local found = {}
    for _ = 1, times do
      local status, body = ask()
      local what = status == 200 and body.choices[1].message.content
        or tostring(status)
      found[what] = (found[what] or 0) + 1
    end
    return found
  end

  it("are asked by their weight", function()
    local found = tally(80)
    assert.equal(80, found.one + found.two)
    assert.is_true(found.one > found.two and found.two >= 3)
  end)

  it("answer in place of one that is unwell, which is left alone", function()
    one:script("v1", servers.last_reply("503 Busy", "{}"))
    assert.same({ two = 30 }, tally(30))
    assert.is_true(count(one) >= 1 and count(one) <= 5)
    local _, text = gateway:ask "/metrics"
    assert.truthy(text:find('errors_total{kind="unavailable",upstream="one"}',
      1, true))
    one:script("v1", answer "one")
    servers.wait_until(function()
      return tally(1).one
    end, "the first to be asked again")
  end)

  it("answer streams in place of one that refuses the gateway", function()
    two:script("v1", { { "body" }, { "send", servers.EVENTS_HEAD
      .. events.answer "two" }, { "close" } })
    one:script("v1", servers.last_reply("401 No", "{}"))
    for _ = 1, 8 do
      local status, text = ask(STREAM)
      assert.equal(200, status)
      assert.truthy(text:find('"content":"two"', 1, true))
    end
    assert.is_true(count(one) <= 3)
  end)

  it("are not asked again what is wrong, or has begun", function()
    for _, raw in ipairs { one, two } do
      raw:script("v1", servers.last_reply("400 Bad", "{}"))
    end
    assert.same({ ["400"] = 6 }, tally(6))
    assert.equal(6, count(one) + count(two))
    for _, raw in ipairs { one, two } do
      raw:script("v1", { { "body" }, { "send", servers.EVENTS_HEAD
        .. events.delta "begun" }, { "close" } })
    end
    local _, text = ask(STREAM)
    assert.truthy(text:find('"type":"upstream_error"', 1, true))
    assert.equal(7, count(one) + count(two))
  end)

  it("are all asked when all are unwell", function()
    one:script("v1", servers.last_reply("503 Busy", "{}"))
    two:script("v1", servers.last_reply("503 Busy", "{}"))
    assert.same({ ["503"] = 3 }, tally(3))
    assert.equal(6, count(one) + count(two))
    two:script("v1", answer "two")
    assert.same({ two = 3 }, tally(3))
  end)

  it("logs why there is no list of models", function()
    local sandbox = servers.sandbox ""
    for base, wanted in pairs { ["http://127.0.0.1:1/v1"] = "network",
      [sandbox.url .. "/elsewhere"] = "server" } do
      local token, text = keys.option()
      local alone = gateways.start { base = base,
        lua = "{ keys = { " .. text .. " } }" }
      local status, body = alone:ask("/v1/models", { key = token })
      assert.same({ 502, wanted }, { status, body.error.code })
      for _, path in ipairs { "/v1/models/a/b", "/api/v1/models" } do
        assert.is_true(alone:ask(path, { key = token }) >= 400)
      end
      local _, lines = alone:log():gsub("request %x+: ", "")
      assert.equal(3, lines)
      assert.equal("", alone:stop { "models.list", "GET models" })
    end
    servers.kill(sandbox)
  end)
end)
