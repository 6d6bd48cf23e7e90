-- What answers look like, of upstreams that say more than text.
local events = require "spec.support.events"
local gateways = require "spec.runtime.gateway.server"
local json = require "indoxhub.base.json"
local keys = require "spec.runtime.gateway.keys"
local servers = require "spec.support.servers"

local MESSAGES = { { role = "user", content = "x" } }

describe("gateway", function()
  local raw, gateway, key

  setup(function()
    raw = servers.raw()
    local option
    key, option = keys.option()
    gateway = gateways.start { base = raw:base "v1",
      lua = ("{ keys = { %s } }"):format(option) }
  end)

  teardown(function()
    assert.equal("", gateway:stop())
    raw:stop()
  end)

  local function ask(path, fields, flags)
    return gateway:ask(path, { key = key, json = fields, flags = flags })
  end

  -- Has the upstream send these events.
  local function script(...)
    raw:script("v1", { { "body" }, { "send", servers.EVENTS_HEAD
      .. table.concat { ... } }, { "close" } })
  end

  -- The data of the events of a stream, decoded, but for the last.
  local function data_of(text)
    local list = {}
    for data in text:gmatch "data: ([^\n]*)\n" do
      list[#list + 1] = data ~= "[DONE]" and json.decode(data) or nil
    end
    return list
  end

  it("streams what a model thinks before it speaks, in both forms", function()
    script(events.created, events.reasoning "hmm ", events.reasoning "so",
      events.delta "Yes", events.delta "!", events.completed)
    local _, text = ask("/v1/chat/completions",
      { stream = true, messages = MESSAGES })
    local thought, said = {}, {}
    for _, chunk in ipairs(data_of(text)) do
      local delta = chunk.choices[1].delta
      if delta.reasoning_content then
        assert.same({}, said)
        thought[#thought + 1] = delta.reasoning_content
      elseif delta.content ~= "" then
        said[#said + 1] = delta.content
      end
    end
    assert.equal("hmm so", table.concat(thought))
    assert.equal("Yes!", table.concat(said))
    _, text = ask("/api/v1/chat/completions",
      { stream = true, messages = MESSAGES })
    thought, said = {}, {}
    for _, piece in ipairs(data_of(text)) do
      thought[#thought + 1] = piece.reasoning_content
      said[#said + 1] = piece.data
    end
    assert.equal("hmm so", table.concat(thought))
    assert.equal("Yes!", table.concat(said))
  end)
end)
