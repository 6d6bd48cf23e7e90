--- The adapter for cqueues: tasks are threads of the controller that runs.
--
-- In each controller with somebody who waits, a thread of ours watches the
-- engine's descriptor for as long as calls are running; `cq:loop()` returns
-- when they have ended.

local condition = require "cqueues.condition"
local core = require "indoxhub.core"
local cqueues = require "cqueues"
local loop = require "indoxhub.loop"
local scheduler = require "indoxhub.loop.scheduler"
local suspension = require "indoxhub.loop.suspension"

local adapter = {}

-- What those who were woken may take before they give way. Seconds. Who sleeps
-- may have to let them go first twice: hence half of what `scheduler` gives.
local SHARE = 0.001

-- When they have had that; it begins with each step of the engine.
local share_ends = 0

-- Controller -> what ends the wait of its pump, while that runs.
local pumps = setmetatable({}, { __mode = "k" })

-- For tasks that begin where no controller runs, made for the first; and
-- whether it is being turned, or a thread of another does so.
local own, turned = nil, false

local function controller()
  return cqueues.running() or own
end

--- After a fork the tasks belong to the parent, and so do the controllers.
function adapter.forget()
  scheduler.forget()
  pumps = setmetatable({}, { __mode = "k" })
  own, turned = nil, false
end

--- Whether waiting suspends: any thread of a controller does.
---@return boolean
function adapter.is_inside()
  return cqueues.running() ~= nil
end

---------------------------------------------------------------------------
-- watching

local function pump_while_busy(engine, pump, rest)
  local readable = { pollfd = engine:fd(), events = "r" }
  while not engine:closed() and engine:busy() do
    cqueues.poll(readable, rest)
    pump()
    share_ends = core.now() + SHARE
    cqueues.sleep(0) -- who was woken goes on before there is more
  end
end

function adapter.start(engine, pump)
  local cq = controller()
  if cq and not pumps[cq] then
    local rest = condition.new()
    pumps[cq] = rest
    cq:wrap(function()
      pump_while_busy(engine, pump, rest)
      pumps[cq] = nil
    end)
  end
end

--- Nothing is running: the controllers may end. Another's pump, or a wait
--- outside of them, may have taken the last news.
function adapter.rest()
  for _, rest in pairs(pumps) do
    rest:signal()
  end
end

---------------------------------------------------------------------------
-- tasks

-- Runs fn and says how it failed. Where pcall cannot be yielded across, in a
-- coroutine of its own, whose waits cqueues' `resume` passes on.
local function run_guarded(fn, failed)
  local resume = require("cqueues.auxlib").resume
  local co = coroutine.create(fn)
  local ok, err = resume(co)
  if not ok then
    failed(err, debug.traceback(co))
  end
end

function adapter.spawn(fn, failed)
  local cq = controller()
  if not cq then
    own = cqueues.new()
    cq = own
  end
  cq:wrap(run_guarded, fn, failed)
end

-- One turn of our own controller. What goes wrong in it is told by its tasks,
-- unless it happens in a thread that the program has made there.
local function turn_own(seconds)
  turned = true
  local ok, why = own:step(seconds)
  turned = false
  if not ok then
    error(why, 0)
  end
end

-- Tasks that began before any controller ran go on beside its threads.
local function carry_own(cq)
  if own and not turned and not own:empty() then
    turned = true
    cq:wrap(function()
      repeat
        turn_own()
      until own:empty()
    end)
  end
end

function adapter.wait(slot, seconds)
  local cq = cqueues.running()
  if slot.ready then
    return
  elseif not cq then
    scheduler.wait(slot, seconds)
    return
  end
  loop.check_suspension(slot)
  carry_own(cq)
  slot.condition = condition.new()
  local deadline = seconds and cqueues.monotime() + seconds
  -- A finalizer may just have turned the loop, or a stranger resume it.
  while not slot.ready do
    local left = deadline and deadline - cqueues.monotime()
    if left and left <= 0 then
      break
    end
    slot.condition:wait(left)
  end
  slot.condition = nil
end

function adapter.wake(slot)
  if slot.condition then
    slot.condition:signal()
  else
    return scheduler.wake(slot)
  end
end

--- Forgets a slot whose wait has raised.
function adapter.abandon(slot)
  slot.condition = nil
  scheduler.abandon(slot)
end

function adapter.sleep(seconds)
  adapter.wait({ ready = false }, seconds)
end

--- Lets other threads go on if those that read have had their share.
---@return boolean
function adapter.give_way()
  if core.now() < share_ends or not cqueues.running()
    or not suspension.is_possible() then
    return false
  end
  cqueues.sleep(0)
  if share_ends <= core.now() then -- the first of this turn
    share_ends = core.now() + SHARE
  end
  return true
end

---------------------------------------------------------------------------
-- outside of controllers

--- Turns our own controller until `done()`.
---@param done fun(): boolean
function adapter.run_until(done)
  while not done() do
    if not own or own:empty() then
      error("indoxhub: waiting for something that cannot happen: " ..
        "nothing is running that could end the wait; does a task await itself?",
        0)
    end
    turn_own(scheduler.LONGEST_WAIT)
    if scheduler.on_turn then
      scheduler.on_turn()
    end
  end
end

--- A bounded share of what there is to do, without waiting. In a thread it lets
--- the others go on.
---@param seconds? number budget of the engine's step
---@return boolean pending whether anything is going on at all
function adapter.turn(seconds)
  if loop.is_busy() then
    loop.pump(seconds)
  end
  local cq = cqueues.running()
  if cq then
    carry_own(cq)
    if suspension.is_possible() then
      cqueues.sleep(0)
    end
    return cq:count() > 1
  elseif own then
    turn_own(0)
  end
  return own ~= nil and not own:empty() or loop.is_busy()
end

--- The descriptor for a loop that calls `turn` when it is readable.
---@return integer? fd, string? message
function adapter.fd()
  own = own or cqueues.new()
  return own:pollfd()
end

return adapter
