--- Waiting: the one engine of this Lua state, and who waits for what in it.
--
-- Everything above waits through `loop.wait`, which suspends a task and blocks
-- elsewhere. How that is done is up to an adapter, a table of five functions:
--
--   spawn(fn, failed)    runs fn as a task; failed(err, traceback) if it raises
--   wait(slot, seconds)  returns when slot.ready, or after seconds (nil: never)
--   wake(slot)           slot.ready has become true
--   sleep(seconds)
--   start(engine)        called once for each engine, before its first use
--
-- An adapter calls `loop.pump` when the engine's descriptor is readable. It
-- knows nothing of requests.

local core = require "indoxhub.core"

local loop = {}

local adapter
local engine

-- Token of a transfer -> the slot of who waits for news of it.
local waiting = {}

-- Token of a transfer that runs on although nobody waits for it -> the transfer
-- and what to call at its end.
local unattended = {}

-- Where a step writes the tokens of transfers with news. A pump takes it, as a
-- finalizer may pump meanwhile.
local spare_list = {}

-- Coroutine -> its task.
local tasks = setmetatable({}, { __mode = "k" })

---@return table
function loop.adapter()
  adapter = adapter or require "indoxhub.loop.builtin"
  return adapter
end

---------------------------------------------------------------------------
-- the engine

--- The engine, made by the first call that needs it.
---@return indoxhub.core.Engine? engine, string? message
function loop.engine()
  if not engine or engine:closed() then
    local message
    engine, message = core.engine()
    if not engine then
      return nil, message
    end
    loop.adapter().start(engine)
  end
  return engine
end

--- Whether the engine has anything to do.
---@return boolean
function loop.is_busy()
  return engine ~= nil and engine:busy()
end

--- Whether there is an engine, made by another process.
---@return boolean
function loop.is_forked()
  return engine ~= nil and engine:forked()
end

--- In a forked child: lets the parent's engine be, so that the next call makes
--- one of its own. Who waited here waits in the parent.
function loop.forget_parent()
  engine:close()
  engine, waiting, unattended = nil, {}, {}
  if adapter.forget then
    adapter.forget()
  end
end

--- The same, if this is such a child and has not done so yet.
function loop.settle_fork()
  if loop.is_forked() then
    loop.forget_parent()
  end
end

-- Forgets what nobody waited for, once it has ended.
local function attend(token)
  local left = unattended[token]
  if left and left.transfer:result() then
    unattended[token] = nil
    if left.ended then
      left.ended()
    end
  end
end

--- One bounded step of the engine, made if there is none; wakes who waited for
--- what it brought. Raises when there can be no engine.
---@param seconds? number budget of time
---@param wait? number seconds to wait for something to do
function loop.pump(seconds, wait)
  local running, message = loop.engine()
  if not running then
    error("indoxhub: " .. message, 0)
  end
  local news = spare_list or {}
  spare_list = nil
  local count = running:step(news, seconds, nil, wait)
  for i = 1, count or 0 do
    local token = news[i]
    local slot = waiting[token]
    if slot then
      waiting[token] = nil
      loop.wake(slot)
    else
      attend(token)
    end
  end
  spare_list = news
end

--- Whether waiting, here and now, keeps all other tasks from going on.
---@return boolean
function loop.is_blocking()
  local current = loop.adapter()
  return current.run_until ~= nil and not current.is_inside()
end

--- Takes what has arrived without waiting for more. A host that watches the
--- descriptor does that by itself.
function loop.look()
  if loop.is_busy() and loop.adapter().run_until then
    loop.pump()
  end
end

--- Lets a transfer go on without its owner, for some seconds at most.
---@param transfer indoxhub.core.Transfer
---@param seconds number
---@param ended? fun() called when it has ended; must not wait
function loop.leave(transfer, seconds, ended)
  local token = transfer:token()
  transfer:linger(seconds)
  unattended[token] = { transfer = transfer, ended = ended }
  attend(token)
end

---------------------------------------------------------------------------
-- waiting

--- Declares that the running coroutine belongs to a task.
function loop.enter(task)
  tasks[coroutine.running()] = task
end

--- The task whose own coroutine is running; nil anywhere else.
function loop.current()
  local running = coroutine.running()
  return running and tasks[running]
end

function loop.wake(slot)
  slot.ready = true
  loop.adapter().wake(slot)
end

--- Waits until slot.ready, or for some seconds. False when the task that waits
--- was cancelled, before or meanwhile.
---@param slot {ready: boolean}
---@param seconds? number
---@return boolean
function loop.wait(slot, seconds)
  local task = loop.current()
  if task and not task.cancelled then
    task.slot = slot
    loop.adapter().wait(slot, seconds)
    task.slot = nil
  elseif not task then
    loop.adapter().wait(slot, seconds)
  end
  return not (task and task.cancelled)
end

--- Waits until there is news of a transfer; false as `loop.wait`. `told` is
--- transfer:told() from before the look that showed that it has to be waited
--- for: finalizers run anywhere, and may have turned the loop meanwhile.
---@param transfer indoxhub.core.Transfer
---@param told integer
---@return boolean
function loop.wait_for(transfer, told)
  local token, slot = transfer:token(), { ready = false }
  if waiting[token] then
    error("another task is reading this stream", 0)
  end
  waiting[token] = slot
  slot.ready = slot.ready or transfer:told() ~= told
  local go_on = loop.wait(slot)
  if waiting[token] == slot then
    waiting[token] = nil
  end
  return go_on
end

--- Suspends the task, or blocks elsewhere; false as `loop.wait`.
---@param seconds number
---@return boolean
function loop.sleep(seconds)
  return loop.wait({ ready = false }, seconds)
end

return loop
