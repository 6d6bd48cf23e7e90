-- Wrong use of a public function: what it says, and where.
local assert = require "luassert"

--- Checks that a call raises exactly this at a line of the file it stands in.
---@param said string
---@param call fun()
return function(said, call)
  local ok, why = pcall(call)
  local file = debug.getinfo(call, "S").short_src:match("[^/]+$")
  assert.is_false(ok)
  local where, message = tostring(why):match("([^/]+):%d+: (.*)$")
  assert.equal(file, where, why)
  assert.equal(said, message)
end
