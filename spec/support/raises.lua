-- Wrong use of a public function that is called with arguments: what it says.
local assert = require "luassert"

local raises = {}

--- The message that a function raises.
function raises.message(fn, ...)
  local ok, message = pcall(fn, ...)
  assert.is_false(ok)
  assert.is_string(message)
  return message
end

--- Checks that the message holds this text.
function raises.check(expected, fn, ...)
  local message = raises.message(fn, ...)
  assert.truthy(message:find(expected, 1, true),
    ("%q is not in %q"):format(expected, message))
end

return raises
