-- What an open stream keeps while it waits, which thousands of them have.
local events = require "spec.support.events"
local process = require "spec_process"
local raw_server = require "spec.support.raw_server"
local servers = require "spec.support.servers"
local streams = require "spec.support.streams"

describe("a stream that waits", function()
  local raw = raw_server()
  local _, client_for = streams.of(raw)

  local MIB = 1024 * 1024

  -- Takes the request, answers with one delta, and then nothing.
  local function begins()
    return { { "body" }, { "send", servers.EVENTS_HEAD .. events.created ..
      events.delta("one ") }, { "hold" } }
  end

  -- Bytes that Lua has, and those that malloc has given out.
  local function used()
    collectgarbage()
    collectgarbage()
    return collectgarbage("count") * 1024, process.allocated()
  end

  local function open(client, text)
    local stream = assert(client.chat:stream {
      messages = { { role = "user", content = text } } })
    assert.equal("one ", stream:next())
    return stream
  end

  it("does not keep what was sent", function()
    local client = client_for("sent", begins())
    local text = ("0123456789abcdef"):rep(4 * MIB / 16)
    open(client, "go"):close()
    local lua, all = used()
    local stream = open(client, text)
    local lua_now, all_now = used()
    assert.is_true(lua_now - lua < MIB, "Lua keeps it")
    assert.is_true(all_now - all < MIB, "the core keeps it")
    stream:close()
  end)

  it("keeps little of its own", function()
    local MANY, MOST = 50, 8 * 1024
    local client, list = client_for("little", begins()), {}
    open(client, "go"):close()
    local before = used()
    for i = 1, MANY do
      list[i] = open(client, "go")
    end
    local each = (used() - before) / MANY
    assert.is_true(each < MOST, each .. " bytes of Lua each")
    for i = 1, MANY do
      list[i]:close()
    end
  end)
end)
