--- Tasks as coroutines of our own, and their timers, for the adapters whose
--- host has no scheduler.
--
-- An adapter says how it is told that there is something to do, and then calls
-- `fire_timers` and `run_tasks`. Code that waits outside a task blocks: the
-- engine goes on, other tasks do not.

local core = require "indoxhub.core"
local loop = require "indoxhub.loop"
local suspension = require "indoxhub.loop.suspension"

local scheduler = {}

-- A wait is cut into pieces, so that a signal that arrives just before it
-- begins is noticed in time. Seconds.
scheduler.LONGEST_WAIT = 0.25

-- What tasks may take of a turn before they give way. Seconds.
local SHARE = 0.002

-- Coroutine of ours that has not ended -> what to call when it raises. Their
-- waits yield.
local own = setmetatable({}, { __mode = "k" })

-- Coroutine of ours -> the slot it waits on, or was about to when Lua could not
-- suspend it.
local slots = setmetatable({}, { __mode = "k" })

-- Coroutines to be resumed, from `first` to `last`, and those of them that have
-- not gone on meanwhile because a stranger resumed them.
local runnable = { first = 1, last = 0 }
local due = setmetatable({}, { __mode = "k" })

-- {at =, slot =} in order of `at`.
local timers = {}

-- When the tasks of this turn have had their share, and whether the running
-- one has only just been resumed.
local share_ends, fresh = math.huge, false

--- Called when a task has become runnable.
function scheduler.on_runnable()
end

--- Called when a timer was added.
function scheduler.on_timer()
end

--- Called after each piece of waiting; the command looks for Ctrl-C here.
---@type fun()?
scheduler.on_turn = nil

--- After a fork the tasks belong to the parent.
function scheduler.forget()
  runnable, timers = { first = 1, last = 0 }, {}
end

---@return boolean
function scheduler.has_runnable()
  return runnable.first <= runnable.last
end

--- Seconds until a timer is due; nil when there is none.
---@return number?
function scheduler.next_moment()
  return timers[1] and math.max(0, timers[1].at - core.now())
end

--- Seconds until there is something to do here; nil when nothing is planned.
---@return number?
function scheduler.next_turn()
  return scheduler.has_runnable() and 0 or scheduler.next_moment()
end

local function resume_later(co)
  due[co] = true
  runnable.last = runnable.last + 1
  runnable[runnable.last] = co
  scheduler.on_runnable()
end

-- What a task runs. Whoever has resumed it, what it raises is for `failed`; but
-- where pcall cannot be yielded across, only what it raises in our hands is.
local function run(fn, failed)
  local ok, err, traceback = true, nil, nil
  if suspension.IN_PCALL then
    ok, err = xpcall(fn, function(raised)
      traceback = debug.traceback()
      return raised
    end)
  else
    fn()
  end
  own[coroutine.running()] = nil
  if not ok then
    failed(err, traceback)
  end
end

function scheduler.spawn(fn, failed)
  local co = coroutine.create(function()
    run(fn, failed)
  end)
  own[co] = failed
  resume_later(co)
end

local CLOSED = "the coroutine of the task was closed, and not by indoxhub"

-- For a coroutine that is dead: tells why, if it has not come to its end.
local function bury(co, err)
  local failed = own[co]
  if failed then
    own[co] = nil
    failed(err, debug.traceback(co))
  end
end

function scheduler.wake(slot)
  local co = slot.co
  slot.co = nil
  if not co or slots[co] ~= slot then
    return
  end
  local status = coroutine.status(co)
  if status == "suspended" then
    slots[co] = nil
    resume_later(co)
  elseif status == "dead" then
    slots[co] = nil
    bury(co, CLOSED)
    return false
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
  scheduler.on_timer()
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

--- Wakes those whose time has come.
function scheduler.fire_timers()
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
  local moment = scheduler.next_moment()
  if not moment and not loop.is_busy() and longest > 0 then
    error("indoxhub: waiting for something that cannot happen: " ..
      "nothing is running that could end the wait; does a task await itself?",
      0)
  end
  loop.pump(nil, math.min(moment or longest, longest))
  scheduler.fire_timers()
  if scheduler.on_turn then
    scheduler.on_turn()
  end
end

--- Resumes those that are runnable now; what they make runnable waits for the
--- next turn. One at a time, because a task may turn the loop itself.
---@param ends? number when they have had their share
function scheduler.run_tasks(ends)
  share_ends = ends or scheduler.has_runnable() and core.now() + SHARE
    or math.huge
  for _ = runnable.first, runnable.last do
    local co = runnable[runnable.first]
    if not co then
      return
    end
    runnable[runnable.first] = nil
    runnable.first = runnable.first + 1
    if due[co] then
      due[co], fresh = nil, true
      local was_dead = coroutine.status(co) == "dead"
      local _, err = coroutine.resume(co)
      if coroutine.status(co) == "dead" then
        bury(co, was_dead and CLOSED or err)
      end
    end
  end
end

--- Suspends the running task until the next turn, if this one has lasted long
--- enough. True when it did. Not before it has done something: those before it
--- may take all the time of every turn.
---@return boolean
function scheduler.give_way()
  local first = fresh
  fresh = false
  if first or core.now() < share_ends or not scheduler.is_inside()
    or not suspension.is_possible() then
    return false
  end
  local co = coroutine.running()
  resume_later(co)
  local gave_way = suspension.try()
  due[co] = nil
  return gave_way
end

--- Runs tasks, waiting between their turns, until `done()`.
---@param done fun(): boolean
function scheduler.run_until(done)
  scheduler.run_tasks()
  while not done() do
    pause(scheduler.has_runnable() and 0 or scheduler.LONGEST_WAIT)
    scheduler.run_tasks()
  end
end

--- A bounded share of what there is to do, without waiting.
---@param seconds? number budget of the engine's step and the tasks that read
---@param watched? boolean look at the engine even when it is idle, for an alarm
---@return boolean pending whether anything is going on at all
function scheduler.turn(seconds, watched)
  local ends = seconds and core.now() + seconds
  loop.settle_fork()
  if loop.is_busy() or watched then
    loop.pump(seconds)
  end
  scheduler.fire_timers()
  scheduler.run_tasks(ends)
  return scheduler.next_turn() ~= nil or loop.is_busy()
end

---------------------------------------------------------------------------
-- waiting

--- Whether the running coroutine is one of this scheduler.
---@return boolean
function scheduler.is_inside()
  local co = coroutine.running()
  return co ~= nil and own[co] ~= nil
end

function scheduler.wait(slot, seconds)
  if slot.ready then
    return
  end
  loop.settle_fork() -- before there is a timer, which it would forget
  if scheduler.is_inside() then
    loop.check_suspension(slot)
    slot.timer = seconds and add_timer(slot, seconds)
    local co = coroutine.running()
    slot.co, slots[co] = co, slot
    -- A finalizer may just have turned the loop, or a stranger resume it.
    while not slot.ready do
      coroutine.yield()
    end
    slot.co, slots[co], due[co] = nil, nil, nil
  else
    slot.timer = seconds and add_timer(slot, seconds)
    repeat
      pause(scheduler.LONGEST_WAIT)
    until slot.ready
  end
  scheduler.abandon(slot)
end

--- Forgets a slot: nothing wakes it any more.
function scheduler.abandon(slot)
  slot.co = nil
  if slot.timer then
    drop_timer(slot.timer)
    slot.timer = nil
  end
end

function scheduler.sleep(seconds)
  scheduler.wait({ ready = false }, seconds)
end

-- Every step here resumes a coroutine or calls C, so LuaJIT would compile these
-- functions into hundreds of fragments: megabytes of memory, and no gain.
local jit = rawget(_G, "jit")
if jit then
  jit.off(true, true)
end

return scheduler
