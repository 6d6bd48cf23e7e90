-- Streamed answers of a whole gateway, begun on one machine and read, gone on
-- with and stopped on another.
local events = require "spec.support.events"
local gateways = require "spec.runtime.gateway.server"
local json = require "indoxhub.base.json"
local keys = require "spec.runtime.gateway.keys"
local redis = require "spec.support.redis"
local servers = require "spec.support.servers"
local streams = require "spec.runtime.gateway.streams.server"

local MODEL = "openai/gpt-4o-mini"

describe("a streamed answer of the gateway", function()
  local store, raw, sandbox, key, running

  setup(function()
    store = redis.start()
    raw = servers.raw()
    sandbox = servers.sandbox "--pace 0.02"
    key = keys.add(store)
  end)

  teardown(function()
    servers.kill(sandbox)
    raw:stop()
    store:stop()
  end)

  before_each(function()
    running = {}
  end)

  after_each(function()
    for _, gateway in ipairs(running) do
      assert.equal("", gateway:stop())
    end
  end)

  -- Two machines before the same model.
  local function start(base)
    for i = 1, 2 do
      running[i] = gateways.start { redis = store, base = base, workers = i }
    end
    return unpack(running)
  end

  -- Begins an answer.
  local function ask(gateway, text, flags)
    return streams.begin(gateway, "POST", "/v1/chat/completions",
      ("-H 'Authorization: Bearer %s' -H 'Content-Type: application/json' " ..
      "-d '%s' %s"):format(key, json.encode { model = MODEL, stream = true,
        messages = { { role = "user", content = text } } }, flags or ""))
  end

  local function authorized(flags)
    return ("-H 'Authorization: Bearer %s' %s"):format(key, flags or "")
  end

  local function go_on(gateway, id, number)
    return streams.begin(gateway, "GET", "/v1/streams/" .. id,
      authorized("-H 'Last-Event-ID: " .. number .. "'"))
  end

  -- Whole events that have come.
  local function whole(text)
    return (text:gsub("^(.*\n\n).*$", "%1"))
  end

  -- The text of an answer's events, and the number of the last.
  local function said(text)
    local pieces, last = {}, 0
    for data, number in text:gmatch "data: ([^\n]+)\nid: (%d+)\n\n" do
      assert.equal(last == 0 and tonumber(number) or last + 1,
        tonumber(number))
      last = tonumber(number)
      local chunk = data ~= "[DONE]" and json.decode(data)
      local choice = chunk and chunk.choices and chunk.choices[1]
      pieces[#pieces + 1] = choice and choice.delta.content or nil
    end
    return table.concat(pieces), last
  end

  it("is gone on with on another machine", function()
    local a, b = start(sandbox.url)
    local reader = ask(a, "count to 60")
    local id = reader:wait_for("id: 12\n"):id()
    local first = whole(reader:leave())
    local begun, last = said(first)
    local rest = go_on(b, id, last):wait()
    local all = {}
    for i = 1, 60 do
      all[i] = tostring(i)
    end
    assert.equal(table.concat(all, " "), begun .. (said(rest)))
    assert.equal("[DONE]", rest:match "data: ([^\n]+)\nid: %d+\n\n$")
    local _, _, head = b:ask("/v1/streams/" .. id, { key = key })
    assert.truthy(head:find("X%-Request%-Id: %x+"))
    assert.truthy(head:find("X-Stream-Id: " .. id, 1, true))
    -- And once more from its beginning.
    assert.equal(first .. rest, go_on(a, id, 0):wait())
  end)

  it("is stopped on another machine, which the model is told", function()
    local a, b = start(raw:script("silent", { { "body" }, { "send",
      servers.EVENTS_HEAD .. events.chunk "one" }, { "hold" } }))
    local reader = ask(a, "Well?")
    local id = reader:wait_for("one"):id()
    local status, body = b:ask("/v1/streams/" .. id, { key = key,
      flags = "-X DELETE" })
    assert.same({ 200, "cancelled" }, { status, body.status })
    assert.truthy(reader:wait():find '"type":"cancelled"')
    servers.wait_until(function()
      return raw:gone "silent" == 1
    end, "the model to be told")
  end)

  it("ends with its reader where that was asked for", function()
    local a, b = start(raw:script("left", { { "body" }, { "send",
      servers.EVENTS_HEAD .. events.chunk "one" }, { "hold" } }))
    local reader = ask(a, "Well?", "-H 'X-Stream-Linger: 0'")
    local id = reader:wait_for("one"):id()
    reader:leave()
    servers.wait_until(function()
      return raw:gone "left" == 1
    end, "the model to be told")
    assert.truthy(go_on(b, id, 0):wait():find '"type":"cancelled"')
  end)

  it("is nobody else's", function()
    local a, b = start(sandbox.url)
    local reader = ask(a, "count to 3")
    local id = reader:id()
    reader:wait()
    local other = keys.add(store)
    for _, gateway in ipairs { a, b } do
      for _, method in ipairs { "GET", "DELETE" } do
        assert.equal(404, (gateway:ask("/v1/streams/" .. id, { key = other,
          flags = "-X " .. method })))
        assert.equal(401, (gateway:ask("/v1/streams/" .. id, { key = "ihg-x",
          flags = "-X " .. method })))
      end
    end
    assert.equal(400, (b:ask("/v1/streams/" .. id, { key = key,
      flags = "-H 'Last-Event-ID: 1' -H 'Last-Event-ID: 2'" })))
  end)
end)
