-- MCP servers of the specs.
local json = require "indoxhub.base.json"
local servers = require "spec.support.servers"

local mcp_servers = {}

local MCP = "spec/support/peers/mcp.js"

--- An MCP server over HTTP that goes wrong as it is told to: see peers/mcp.js.
--- `url` is where it is, and takes a mode behind a slash.
function mcp_servers.faults()
  local server = servers.start(servers.FREE .. "node " .. MCP .. " http")
  server.root = "http://127.0.0.1:" .. server.said
  server.url = server.root .. "/mcp"
  --- All requests that came so far.
  function server:log()
    local _, body = servers.curl(self.root .. "/__log")
    return json.decode(body)
  end
  function server:stop()
    servers.kill(self)
  end
  return server
end

--- The command that starts the same as a program.
function mcp_servers.faults_command(mode)
  return { "node", MCP, "stdio", mode }
end

local EVERYTHING = "/@modelcontextprotocol/server-everything/dist/index.js"

--- The command that starts an MCP server nobody here wrote.
function mcp_servers.everything_command(way)
  local packages = io.popen("sh spec/support/peers/install.sh path")
  local folder = packages:read("*l")
  packages:close()
  return { "node", folder .. EVERYTHING, way }
end

--- The same over HTTP; `url` is where it is.
function mcp_servers.everything()
  local port = servers.free_port()
  local command = table.concat(
    mcp_servers.everything_command "streamableHttp", " ")
  local server = servers.start_silent(("%sPORT=%s %s >/dev/null 2>&1")
    :format(servers.FREE, port, command))
  server.url = ("http://127.0.0.1:%s/mcp"):format(port)
  servers.wait_until(function()
    return servers.curl(server.url) == 400
  end, "the MCP server")
  function server:stop()
    servers.kill(self)
  end
  return server
end

return mcp_servers
