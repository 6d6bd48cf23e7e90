--- Ctrl-C cancels the task that runs, however often it is pressed, and never
--- ends the program in the middle of something. SIGTERM and SIGHUP do so, too,
--- the first time.

local core = require "indoxhub.core"
local indoxhub = require "indoxhub"
local loop = require "indoxhub.loop"
local scheduler = require "indoxhub.loop.scheduler"

local interrupt = {}

local running

--- Takes Ctrl-C over.
---@param ends? boolean the first SIGTERM or SIGHUP as well
function interrupt.catch(ends)
  local engine = loop.engine()
  if not engine or not core.catch_interrupts(ends) then
    return
  end
  engine:wake_on_interrupt()
  scheduler.on_turn = function()
    if core.interrupted() and running then
      running:cancel()
    end
  end
end

--- Runs a function as a task that Ctrl-C cancels. Returns its first two
--- results, or raises what it raises.
---@param fn function
---@param ... any
---@return any result, any err
function interrupt.run(fn, ...)
  running = indoxhub.spawn(fn, ...)
  local result, err = running:await()
  running = nil
  return result, err
end

return interrupt
