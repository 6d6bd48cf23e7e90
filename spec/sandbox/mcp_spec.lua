-- The server of tools beside the sandbox's API, asked by a client nobody here
-- wrote.
local during_tests = require "spec.support.during_tests"
local json = require "indoxhub.base.json"
local servers = require "spec.support.servers"

describe("the sandbox's MCP server", function()
  local sandbox = during_tests(servers.sandbox)

  local function ask(message, arguments)
    local status, body = servers.curl(("-d '%s' %s %s/mcp"):format(message,
      arguments or "", sandbox.url))
    return status, json.decode(body), body
  end

  -- The id of a new session.
  local function begin(revision)
    local _, head = servers.curl(("-D - -d '%s' %s/mcp"):format(
      '{"jsonrpc":"2.0","id":1,"method":"initialize","params":{'
        .. '"protocolVersion":"' .. revision .. '"}}', sandbox.url))
    return head:lower():match "mcp%-session%-id: (%w+)" and head
      :match "[Ii][Dd]: (%w+)", json.decode(head:match "\r\n\r\n(.*)$")
  end

  it("agrees on a revision, and does what it is asked", function()
    local id, reply = begin "2025-06-18"
    assert.equal("2025-06-18", reply.result.protocolVersion)
    assert.equal("2025-11-25", select(2, begin "1999-01-01").result
      .protocolVersion)
    local with = "-H 'Mcp-Session-Id: " .. id .. "'"
    local status, _, body = ask('{"jsonrpc":"2.0","method":"notifications/'
      .. 'initialized"}', with)
    assert.same({ 202, "" }, { status, body })
    local _, list = ask('{"jsonrpc":"2.0","id":"a","method":"tools/list"}',
      with)
    assert.equal("a", list.id)
    assert.equal("get_weather", list.result.tools[1].name)
    for params, expected in pairs {
      ['{"name":"get_weather","arguments":{"city":"Rome"}}']
        = "Rome: 17 degrees, drizzle",
      ['{"name":"get_weather","arguments":{"city":5}}']
        = "city must be a text",
      ['{"name":"get_weather"}'] = "city must be a text",
      ['{"name":"count_letters","arguments":{"word":"a b"}}']
        = '{"letters":2}',
    } do
      local _, called = ask('{"jsonrpc":"2.0","id":2,"method":"tools/call",'
        .. '"params":' .. params .. "}", with)
      assert.equal(expected, called.result.content[1].text)
    end
    assert.equal(200, (servers.curl(("-X DELETE %s %s/mcp"):format(with,
      sandbox.url))))
    assert.equal(404, (ask('{"jsonrpc":"2.0","id":2,"method":"ping"}', with)))
  end)

  it("refuses what is no request of a session", function()
    local with = "-H 'Mcp-Session-Id: " .. begin "2025-11-25" .. "'"
    assert.equal(-32601, select(2, ask('{"jsonrpc":"2.0","id":2,'
      .. '"method":"resources/list"}', with)).error.code)
    assert.equal(-32602, select(2, ask('{"jsonrpc":"2.0","id":2,'
      .. '"method":"tools/call","params":{"name":"x"}}', with)).error.code)
    assert.equal(400, (ask '{"jsonrpc":"2.0","id":2,"method":"tools/list"}'))
    assert.equal(400, (ask("no JSON", with)))
    assert.equal(405, (servers.curl(sandbox.url .. "/mcp")))
    assert.equal(404, (servers.curl("-X DELETE " .. sandbox.url .. "/mcp")))
  end)
end)
