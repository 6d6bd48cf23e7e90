-- What a stream is made of when the server does not send one.
local raw_server = require "spec.support.raw_server"
local servers = require "spec.support.servers"
local streams = require "spec.support.streams"

local MESSAGES, collect = streams.MESSAGES, streams.collect

describe("a stream", function()
  local open, client_for = streams.of(raw_server())

  it("of a server that does not stream has one piece", function()
    local stream = open("json", { { "body" }, { "send", servers.reply("200 OK",
      "application/json", '{"request_id":"q","data":"All at once.",' ..
      '"usage":{"tokens_total":3}}') } })
    assert.same({ "All at once." }, (collect(stream)))
    assert.equal(3, stream:reply().usage.tokens_total)
  end)

  it("is none when the server sent something else", function()
    local client = client_for("denied", { { "body" }, { "send",
      servers.reply("200 OK", "text/plain", "Access denied") } })
    local stream, err = client.chat:stream { messages = MESSAGES }
    assert.is_nil(stream)
    assert.equal("protocol", err.kind)
  end)
end)
