-- The raw server of a describe block: it starts before the first of its tests
-- and ends after the last.
local busted = require "busted"
local servers = require "spec.support.servers"

--- Called in the block. Returns what is the server while the tests run.
return function()
  local raw, server = {}, nil

  busted.setup(function()
    server = servers.raw()
    setmetatable(raw, { __index = server })
  end)

  busted.teardown(function()
    server:stop()
  end)

  return raw
end
