-- Loaded by busted before the specs: errors of this library print as they are.
local assert = require "luassert"

assert:add_formatter(function(value)
  local mt = type(value) == "table" and getmetatable(value)
  if mt and mt.__name == "indoxhub.error" then
    return tostring(value)
  end
end)
