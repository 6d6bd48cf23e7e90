-- MCP servers that specs start as programs.
local assert = require "luassert"
local busted = require "busted"
local indoxhub = require "indoxhub"
local mcp_servers = require "spec.support.mcp_servers"

local mcp_programs = {}

--- The text of a result.
function mcp_programs.text(result, err)
  return indoxhub.assert(result, err).content[1].text
end

--- Checks that a call has failed, of which kind, and that it says this.
function mcp_programs.fails(kind, message, result, err)
  assert.is_nil(result)
  assert.equal(kind, err.kind)
  assert.truthy(tostring(err):find(message, 1, true), tostring(err))
end

--- Called in a describe block. Returns what makes a server of peers/mcp.js,
--- with a mode and more options; it is closed after each test, which must
--- leave nothing behind.
function mcp_programs.opener()
  local opened = {}

  busted.after_each(function()
    for _, server in ipairs(opened) do
      server:close()
    end
    opened = {}
    assert.is_false(indoxhub.step(0))
  end)

  return function(mode, more)
    local options = { command = mcp_servers.faults_command(mode) }
    for name, value in pairs(more or {}) do
      options[name] = value
    end
    local server = indoxhub.mcp(options)
    opened[#opened + 1] = server
    return server
  end
end

return mcp_programs
