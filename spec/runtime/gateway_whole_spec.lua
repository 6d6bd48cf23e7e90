-- The whole way of a stream: from a model through one gateway, to be gone on
-- with at another, and through a reload.
local gateways = require "spec.runtime.gateway.server"
local json = require "indoxhub.base.json"
local keys = require "spec.runtime.gateway.keys"
local programs = require "spec.support.programs"
local redis = require "spec.support.redis"
local servers = require "spec.support.servers"

local QUESTION = json.encode { stream = true, messages = { { role = "user",
  content = "count to 40" } } }

describe("a stream of the gateway", function()
  local store, sandbox, a, b, key

  setup(function()
    store = redis.start()
    sandbox = servers.sandbox "--pace 0.03"
    a = gateways.start { redis = store, base = sandbox.url }
    b = gateways.start { redis = store, base = sandbox.url }
    key = keys.add(store, { calls_at_once = 1 })
  end)

  teardown(function()
    assert.equal("", a:stop())
    assert.equal("", b:stop())
    servers.kill(sandbox)
    store:stop()
  end)

  -- Begins one at the first gateway. Returns who reads it, its text and its id.
  local function begin()
    local reader = a:visit("/v1/chat/completions", { key = key,
      body = QUESTION })
    servers.wait_until(function()
      return reader:text():find '"content":" 4"'
    end, "the answer to begin")
    return reader, assert(reader:head():match "[Xx]%-[Ss]tream%-[Ii]d: (%x+)")
  end

  -- What the events of a text say together, and the number of the last.
  local function said_in(text)
    local pieces, last = {}, nil
    for event in text:gmatch "(.-)\n\n" do
      local data = event:match "data: ([^\n]*)"
      last = event:match "id: (%d+)" or last
      if data and data ~= "[DONE]" then
        local choice = json.decode(data).choices[1]
        pieces[#pieces + 1] = choice and choice.delta.content or ""
      end
    end
    return table.concat(pieces), last
  end

  local function whole()
    local list = {}
    for i = 1, 40 do
      list[i] = tostring(i)
    end
    return table.concat(list, " ")
  end

  it("is gone on with at another gateway, and counted once", function()
    local reader, id = begin()
    reader:leave()
    local first, last = said_in(reader:text():match "^(.*\n\n)")
    reader:forget()
    local status, rest = b:ask("/v1/streams/" .. id, { key = key,
      flags = "-H 'Last-Event-ID: " .. last .. "'" })
    assert.equal(200, status)
    assert.equal(whole(), first .. said_in(rest))
    assert.truthy(rest:find("data: [DONE]\n", 1, true))
    local other = keys.add(store)
    assert.equal(404, (b:ask("/v1/streams/" .. id, { key = other })))
    assert.equal(404, (b:ask("/v1/streams/" .. id, { key = other,
      flags = "-X DELETE" })))
    servers.wait_until(function()
      return store:cli("ZCARD indoxhub:{" .. keys.id(key) .. "}:calls")
        == "0"
    end, "its place to be free")
  end)

  it("is stopped from another gateway, and frees its place", function()
    local reader, id = begin()
    assert.equal(429, (b:ask("/v1/chat/completions", { key = key,
      body = QUESTION })))
    local status = b:ask("/v1/streams/" .. id, { key = key,
      flags = "-X DELETE" })
    assert.equal(200, status)
    reader:wait()
    assert.is_nil(reader:text():find("[DONE]", 1, true))
    assert.truthy(reader:text():find('"cancelled"', 1, true))
    reader:forget()
    servers.wait_until(function()
      return store:cli("ZCARD indoxhub:{" .. keys.id(key) .. "}:calls")
        == "0"
    end, "its place to be free")
  end)

  it("is whole through a reload", function()
    local before = a:workers()
    local reader = begin()
    a:signal "reload"
    servers.wait_until(function()
      return #a:workers() > 1 or a:workers()[1] ~= before[1]
    end, "new workers")
    reader:wait()
    assert.equal(whole(), (said_in(reader:text())))
    assert.truthy(reader:text():find("data: [DONE]\n", 1, true))
    reader:forget()
    programs.wait_for_end(before[1])
    assert.equal(200, (a:ask("/v1/models", { key = key })))
  end)
end)
