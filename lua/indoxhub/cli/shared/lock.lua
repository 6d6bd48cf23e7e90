--- Locks: what several programs of one user must not do at the same time.

local core = require "indoxhub.core"

local lock = {}

--- Runs a function while no other program holds the same lock. Where the system
--- has no locks it runs all the same.
---@param file file*? open; closed at the end
---@param fn fun(...): any, any
---@param ... any for the function
---@return any, any
function lock.hold(file, fn, ...)
  if file then
    core.lock(file)
  end
  local result, err = fn(...)
  if file then
    file:close()
  end
  return result, err
end

return lock
