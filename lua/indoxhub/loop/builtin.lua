--- The adapter for plain Lua and for frame loops: a small scheduler.
--
-- Tasks are coroutines of its own. `turn` does a bounded share of what there is
-- to do; `run_until` turns until a condition holds. Code that waits outside a
-- task blocks: the engine goes on, other tasks do not.

local core = require "indoxhub.core"
local loop = require "indoxhub.loop"

local builtin = {}

-- A wait is cut into pieces, so that a signal that arrives just before it
-- begins is noticed in time.
local LONGEST_WAIT = 0.25

-- Coroutine of ours -> what to call when it raises. Their waits yield.
local own = setmetatable({}, { __mode = "k" })

-- Coroutines to be resumed, from `first` to `last`.
local runnable = { first = 1, last = 0 }

-- {at =, slot =} in order of `at`.
local timers = {}

-- Whether another loop watches the engine's descriptor.
local watched = false

--- Called after each piece of waiting; the command looks for Ctrl-C here.
---@type fun()?
builtin.on_turn = nil

function builtin.start(_)
end

--- After a fork the tasks belong to the parent.
function builtin.forget()
  runnable, timers = { first = 1, last = 0 }, {}
end

local function has_runnable()
  return runnable.first <= runnable.last
end

-- Seconds until there is something to do here; nil when nothing is planned.
local function next_moment()
  return timers[1] and math.max(0, timers[1].at - core.now())
end

-- Makes the descriptor readable when something is to be done here, for a loop
-- that watches it.
local function announce()
  local engine = watched and loop.engine()
  if engine then
    engine:alarm(has_runnable() and 0 or next_moment())
  end
end

local function resume_later(co)
  runnable.last = runnable.last + 1
  runnable[runnable.last] = co
  announce()
end

function builtin.spawn(fn, failed)
  local co = coroutine.create(fn)
  own[co] = failed
  resume_later(co)
end

function builtin.wake(slot)
  if slot.co then
    resume_later(slot.co)
    slot.co = nil
  end
end

---------------------------------------------------------------------------
-- timers

local function add_timer(slot, seconds)
  local timer = { at = core.now() + seconds, slot = slot }
  local place = #timers + 1
  while place > 1 and timers[place - 1].at > timer.at do
    place = place - 1
  end
  table.insert(timers, place, timer)
  announce()
  return timer
end

local function drop_timer(timer)
  for i = 1, #timers do
    if timers[i] == timer then
      table.remove(timers, i)
      return
    end
  end
end

local function fire_timers()
  local now = timers[1] and core.now()
  while timers[1] and timers[1].at <= now do
    loop.wake(table.remove(timers, 1).slot)
  end
end

---------------------------------------------------------------------------
-- turning

-- Waits for the engine or a timer, for `longest` seconds at most.
local function pause(longest)
  loop.settle_fork()
  local moment = next_moment()
  if not moment and not loop.is_busy() and longest > 0 then
    error("indoxhub: waiting for something that cannot happen: " ..
      "nothing is running that could end the wait", 0)
  end
  loop.pump(nil, math.min(moment or longest, longest))
  fire_timers()
  if builtin.on_turn then
    builtin.on_turn()
  end
end

-- Resumes those that are runnable now; what they make runnable waits for the
-- next turn. One at a time, because a task may turn the loop itself.
local function run_tasks()
  for _ = runnable.first, runnable.last do
    local co = runnable[runnable.first]
    if not co then
      return
    end
    runnable[runnable.first] = nil
    runnable.first = runnable.first + 1
    local ok, err = coroutine.resume(co)
    if not ok then
      own[co](err, debug.traceback(co))
    end
  end
end

--- Runs tasks, waiting between their turns, until `done()`.
---@param done fun(): boolean
function builtin.run_until(done)
  run_tasks()
  while not done() do
    pause(has_runnable() and 0 or LONGEST_WAIT)
    run_tasks()
  end
end

--- A bounded share of what there is to do, without waiting.
---@param seconds? number budget of the engine's step
---@return boolean pending whether anything is going on at all
function builtin.turn(seconds)
  loop.settle_fork()
  if loop.is_busy() or watched then
    loop.pump(seconds)
  end
  fire_timers()
  run_tasks()
  announce()
  return has_runnable() or timers[1] ~= nil or loop.is_busy()
end

--- The descriptor for a loop that calls `turn` when it is readable.
---@return integer? fd, string? message
function builtin.fd()
  local engine, message = loop.engine()
  if not engine then
    return nil, message
  end
  watched = true
  announce()
  return engine:fd()
end

---------------------------------------------------------------------------
-- waiting

--- Whether the running coroutine is one of this scheduler.
---@return boolean
function builtin.is_inside()
  local co = coroutine.running()
  return co ~= nil and own[co] ~= nil
end

function builtin.wait(slot, seconds)
  if slot.ready then
    return
  end
  loop.settle_fork() -- before there is a timer, which it would forget
  local timer = seconds and add_timer(slot, seconds)
  if builtin.is_inside() then
    slot.co = coroutine.running()
    if not slot.ready then -- a finalizer may just have turned the loop
      coroutine.yield()
    end
    slot.co = nil
  else
    repeat
      pause(LONGEST_WAIT)
    until slot.ready
  end
  if timer then
    drop_timer(timer)
  end
end

function builtin.sleep(seconds)
  builtin.wait({ ready = false }, seconds)
end

-- Every step here resumes a coroutine or calls C, so LuaJIT would compile these
-- functions into hundreds of fragments: megabytes of memory, and no gain.
local jit = rawget(_G, "jit")
if jit then
  jit.off(true, true)
end

return builtin
