-- The raw server of a describe block.
local during_tests = require "spec.support.during_tests"
local servers = require "spec.support.servers"

--- Called in the block. Returns what is the server while the tests run.
return function()
  return during_tests(servers.raw)
end
