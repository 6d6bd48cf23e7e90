-- A server of a describe block: it starts before the first of its tests and
-- ends after the last.
local busted = require "busted"
local servers = require "spec.support.servers"

--- Called in the block, before all that needs the server. Returns what is the
--- server while the tests run.
---@generic T
---@param start fun(...): T such as servers.raw
---@param ... any its arguments
---@return T
return function(start, ...)
  local arguments, count = { ... }, select("#", ...)
  local handle, server = {}, nil

  busted.setup(function()
    server = start((table.unpack or unpack)(arguments, 1, count))
    setmetatable(handle, { __index = server })
  end)

  busted.teardown(function()
    if server.stop then
      server:stop()
    else
      servers.kill(server)
    end
  end)

  return handle
end
