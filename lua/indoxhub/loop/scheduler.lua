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

-- Coroutine of ours whose end has not been told -> what is known of it. Their
-- waits yield. All of that is there from the beginning: where Lua has no memory
-- left, a task must still be woken and its end be told.
local own = setmetatable({}, { __mode = "k" })

---@class indoxhub.scheduler.One a coroutine of ours
---@field failed fun(err: any, traceback: string) for what it raises
---@field ended boolean its function has ended
---@field slot table|false what it waits on, or was about to when Lua could not
--- suspend it
---@field due boolean it is to be resumed; false again if a stranger does that
---@field co thread|false itself, while it is in the queue
---@field next indoxhub.scheduler.One|false who is behind it there

-- Those to be resumed: a queue, and how many there are.
local first, last, count = false, false, 0

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
  first, last, count, timers = false, false, 0, {}
end

---@return boolean
function scheduler.has_runnable()
  return first ~= false
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

local function resume_later(co, one)
  one.due = true
  if not one.co then
    one.co = co
    if last then
      last.next = one
    else
      first = one
    end
    last, count = one, count + 1
  end
  scheduler.on_runnable()
end

-- Takes the first one out of the queue.
local function take_runnable()
  local one = first
  local co = one.co
  first, count = one.next, count - 1
  last = first and last
  one.co, one.next = false, false
  return co, one
end

-- What a task runs. Whoever has resumed it, what it raises is for `failed`; but
-- where pcall cannot be yielded across, only what it raises in our hands is.
local function run(one, fn)
  local ok, err, traceback = true, nil, nil
  if suspension.IN_PCALL then
    ok, err = xpcall(fn, function(raised)
      traceback = debug.traceback()
      return raised
    end)
  else
    fn()
  end
  one.ended = true
  if not ok then
    one.failed(err, traceback)
  end
  own[coroutine.running()] = nil
end

function scheduler.spawn(fn, failed)
  local one = { failed = failed, ended = false, slot = false, due = false,
    co = false, next = false }
  local co = coroutine.create(function()
    run(one, fn)
  end)
  own[co] = one
  resume_later(co, one)
end

local CLOSED = "the coroutine of the task was closed, and not by indoxhub"

-- For a coroutine that is dead: tells why, if it has not come to its end.
local function bury(co, err)
  local one = own[co]
  if one then
    local ok, traceback = pcall(debug.traceback, co)
    one.failed(err, ok and traceback or "no memory for a traceback")
    own[co] = nil
  end
end

function scheduler.wake(slot)
  local co = slot.co
  local one = co and own[co]
  slot.co = nil
  if not one or one.slot ~= slot then
    return
  end
  local status = coroutine.status(co)
  if status == "suspended" then
    one.slot = false
    resume_later(co, one)
  elseif status == "dead" then
    one.slot = false
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
  for _ = 1, count do
    if not first then
      return
    end
    local co, one = take_runnable()
    if one.due then
      one.due, fresh = false, true
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
  local just_resumed = fresh
  fresh = false
  if just_resumed or core.now() < share_ends or not scheduler.is_inside()
    or not suspension.is_possible() then
    return false
  end
  local co = coroutine.running()
  local one = own[co]
  resume_later(co, one)
  local gave_way = suspension.try()
  one.due = false
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
  local one = co and own[co]
  return one ~= nil and not one.ended
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
    local one = own[co]
    slot.co, one.slot = co, slot
    -- A finalizer may just have turned the loop, or a stranger resume it.
    while not slot.ready do
      coroutine.yield()
    end
    slot.co, one.slot, one.due = nil, false, false
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
