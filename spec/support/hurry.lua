-- Tries of the specs that follow others: nobody waits for them, and whoever
-- wants to is told.
local retry = require "indoxhub.call.retry"

local hurry = {}

--- Lets tries follow each other at once in the tests of a block, whose
--- functions these are.
function hurry.at_once(setup, teardown)
  local backoff = retry.backoff
  setup(function()
    retry.backoff = function() return 0.01 end
  end)
  teardown(function()
    retry.backoff = backoff
  end)
end

--- A client's `log` that calls a function before each try but the first.
---@param fn fun()
function hurry.log(fn)
  return function(event)
    if event.name == "retry" then
      fn()
    end
  end
end

return hurry
