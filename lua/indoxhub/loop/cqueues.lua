--- The adapter for cqueues: tasks are threads of the controller that runs.
--
-- In each controller with somebody who waits, a thread of ours watches the
-- engine's descriptor for as long as calls are running; `cq:loop()` returns
-- when they have ended.

local condition = require "cqueues.condition"
local cqueues = require "cqueues"
local loop = require "indoxhub.loop"
local scheduler = require "indoxhub.loop.scheduler"

local adapter = { forget = scheduler.forget }

-- Controller -> true while its pump runs.
local pumps = setmetatable({}, { __mode = "k" })

-- For tasks that begin where no controller runs. Made for the first.
local own

local function controller()
  return cqueues.running() or own
end

--- Whether waiting suspends: any thread of a controller does.
---@return boolean
function adapter.is_inside()
  return cqueues.running() ~= nil
end

---------------------------------------------------------------------------
-- watching

local function pump_while_busy(engine, pump)
  local readable = { pollfd = engine:fd(), events = "r" }
  while not engine:closed() and engine:busy() do
    cqueues.poll(readable)
    pump()
  end
end

function adapter.start(engine, pump)
  local cq = controller()
  if cq and not pumps[cq] then
    pumps[cq] = true
    cq:wrap(function()
      pump_while_busy(engine, pump)
      pumps[cq] = nil
    end)
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

function adapter.wait(slot, seconds)
  if slot.ready then
    return
  elseif not cqueues.running() then
    scheduler.wait(slot, seconds)
    return
  end
  slot.condition = condition.new()
  local deadline = seconds and cqueues.monotime() + seconds
  repeat
    local left = deadline and deadline - cqueues.monotime()
    local told = (not left or left > 0) and slot.condition:wait(left)
  until slot.ready or not told
  slot.condition = nil
end

function adapter.wake(slot)
  if slot.condition then
    slot.condition:signal()
  else
    scheduler.wake(slot)
  end
end

function adapter.sleep(seconds)
  adapter.wait({ ready = false }, seconds)
end

---------------------------------------------------------------------------
-- outside of controllers

-- Tasks of our own controller are where errors of their threads are told, so
-- what a step says is of no use.
local function step_own(seconds)
  if own then
    own:step(seconds)
  end
end

--- Turns our own controller until `done()`.
---@param done fun(): boolean
function adapter.run_until(done)
  while not done() do
    if own and own:empty() then
      error("indoxhub: waiting for something that cannot happen: " ..
        "nothing is running that could end the wait", 0)
    end
    step_own(scheduler.LONGEST_WAIT)
    if scheduler.on_turn then
      scheduler.on_turn()
    end
  end
end

--- A bounded share of what there is to do, without waiting.
---@param seconds? number budget of the engine's step
---@return boolean pending whether anything is going on at all
function adapter.turn(seconds)
  if loop.is_busy() then
    loop.pump(seconds)
  end
  step_own(0)
  return own ~= nil and not own:empty() or loop.is_busy()
end

--- The descriptor for a loop that calls `turn` when it is readable.
---@return integer? fd, string? message
function adapter.fd()
  own = own or cqueues.new()
  return own:pollfd()
end

return adapter
