--- The adapter for plain Lua and for frame loops: nobody else watches, so it
--- waits for the engine itself, or looks once in each frame.

local loop = require "indoxhub.loop"
local scheduler = require "indoxhub.loop.scheduler"

local builtin = {
  spawn = scheduler.spawn,
  wait = scheduler.wait,
  wake = scheduler.wake,
  abandon = scheduler.abandon,
  sleep = scheduler.sleep,
  forget = scheduler.forget,
  give_way = scheduler.give_way,
  is_inside = scheduler.is_inside,
  run_until = scheduler.run_until,
}

-- Whether another loop watches the engine's descriptor.
local watched = false

-- Makes the descriptor readable when something is to be done here, for a loop
-- that watches it.
local function announce()
  local engine = watched and loop.engine()
  if engine then
    engine:alarm(scheduler.next_turn())
  end
end

function builtin.start()
end

--- A bounded share of what there is to do, without waiting.
---@param seconds? number budget of the engine's step
---@return boolean pending whether anything is going on at all
function builtin.turn(seconds)
  local pending = scheduler.turn(seconds, watched)
  announce()
  return pending
end

--- The descriptor for a loop that calls `turn` when it is readable.
---@return integer? fd, string? message
function builtin.fd()
  local engine, message = loop.engine()
  if not engine then
    return nil, message
  end
  watched = true
  scheduler.on_runnable, scheduler.on_timer = announce, announce
  announce()
  return engine:fd()
end

return builtin
