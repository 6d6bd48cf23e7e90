-- Attempts of the specs that follow others: nobody waits for them, and whoever
-- wants to is told.
local busted = require "busted"
local retry = require "indoxhub.call.retry"

local hurry = {}

--- Lets attempts follow each other at once in the tests of a block, in which it
--- is called.
function hurry.at_once()
  local backoff = retry.backoff
  busted.setup(function()
    retry.backoff = function() return 0.01 end
  end)
  busted.teardown(function()
    retry.backoff = backoff
  end)
end

--- A client's `log` that calls a function before each attempt but the first.
---@param fn fun()
function hurry.log(fn)
  return function(event)
    if event.name == "retry" then
      fn()
    end
  end
end

return hurry
