--- Waiting: the one engine of this Lua state, and who waits for what in it.
--
-- Everything above waits through `loop.wait`, which suspends a task and blocks
-- elsewhere. How that is done is up to an adapter, a table of five functions:
--
--   spawn(fn, failed)    runs fn as a task; failed(err, traceback) if it raises
--   wait(slot, seconds)  returns when slot.ready, or after seconds (nil:
--                        never); false when the host's user interrupts it
--   wake(slot)           slot.ready has become true; false when whoever waited
--                        was ended by the host or a stranger meanwhile
--   sleep(seconds)
--   start(engine, pump)  the engine has something to do: from now on, until
--                        engine:busy() is false, pump() is to be called
--                        whenever engine:fd() is readable; called repeatedly
--
-- An adapter knows nothing of requests. What else it may have is for the
-- adapters of this folder: `check(what)` raises where nothing can wait,
-- `abandon(slot)` undoes what a wait began that could not suspend,
-- `give_way()` suspends a task that has had its share of a turn, `let_others()`
-- one that calculates, where the first is missing, `at_end(fn)` as below,
-- `report(line)` shows an error, `forget()` lets a parent's tasks be after a
-- fork, `rest()` is told that the engine is not busy any more, whoever took the
-- last of its news, and where the host has no loop that runs by itself
-- `is_inside()` tells whether waiting suspends, `run_until(done)` turns the
-- loop, `turn(seconds)` does a bounded share of that and `fd()` is the
-- descriptor that says when. `way_out` says what to do where a wait cannot
-- suspend, if that is not to spawn a task.

local core = require "indoxhub.core"
local host = require "indoxhub.loop.host"
local later = require "indoxhub.base.later"
local news = require "indoxhub.loop.news"
local suspension = require "indoxhub.loop.suspension"

local loop = {}

local adapter
local engine

-- Engines of parent processes, which were let be.
local parents = setmetatable({}, { __mode = "k" })

-- Token of a transfer -> the slot of who waits for news of it.
local waiting = {}

-- Token of a transfer that runs on although nobody waits for it -> the transfer
-- and what to call at its end.
local unattended = {}

-- Token of a child -> who is told of its news, while it lives.
local listeners = setmetatable({}, { __mode = "v" })

-- Coroutine -> its task.
local tasks = setmetatable({}, { __mode = "k" })

--- The adapter in use, chosen by the first who asks. It turns this loop, not
--- that of another copy of the library which was loaded since.
---@return table
function loop.adapter()
  adapter = adapter or later.own("indoxhub.loop." .. host())
  return adapter
end

--- Chooses the adapter, before anything has begun to wait.
---@param chosen table
---@return true? done, string? message
function loop.use(chosen)
  if chosen ~= adapter and (loop.is_busy() or next(waiting)) then
    return nil, "calls are running in the loop that was used so far"
  end
  adapter = chosen
  return true
end

---------------------------------------------------------------------------
-- the engine

local function forget_transfers()
  waiting, unattended = {}, {}
  listeners = setmetatable({}, { __mode = "v" })
  news.forget()
end

--- The engine, made by the first call that needs it.
---@return indoxhub.core.Engine? engine, string? message
function loop.engine()
  if not engine or engine:closed() then
    if engine then
      forget_transfers() -- a closed engine has no news of them
    end
    local message
    engine, message = core.engine()
    if not engine then
      return nil, message
    end
  end
  return engine
end

--- Raises where the host lets nothing wait.
---@param what string what is about to be done
function loop.check(what)
  local check = loop.adapter().check
  if check then
    check(what)
  end
end

-- Has the adapter watch the engine.
local function watch()
  loop.adapter().start(engine, loop.pump)
end

loop.watch = watch

--- The engine may have nothing to do any more.
function loop.rest()
  local rest = loop.adapter().rest
  if rest and not loop.is_busy() then
    rest()
  end
end

--- Has `listener:on_news()`, which must not wait, called when there is news of
--- the child with this token. Does not keep the listener from being collected.
---@param token integer
---@param listener table
function loop.listen(token, listener)
  listeners[token] = listener
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

--- Whether another process made an engine.
---@param given indoxhub.core.Engine
---@return boolean
function loop.is_parents(given)
  return parents[given] or given:forked()
end

--- In a forked child: lets the parent's engine be, so that the next call makes
--- one of its own. Who waited here waits in the parent.
function loop.forget_parent()
  engine:close()
  parents[engine] = true
  engine = nil
  forget_transfers()
  if loop.adapter().forget then
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

-- Wakes who waits for the transfer of a token, or tells who listens to a child.
local function deliver(list, i)
  local slot = list[i]
  if type(slot) == "number" then
    local token = slot
    slot = waiting[token]
    if not slot and listeners[token] then
      return listeners[token]:on_news()
    elseif not slot then
      return attend(token)
    end
    waiting[token], list[i] = nil, slot -- which it finds if this raises
  end
  if loop.wake(slot) == false then
    slot.transfer:cancel() -- nobody will ever read it
  end
end

--- One bounded step of the engine, made if there is none; wakes who waited for
--- what it brought. Raises when there can be no engine.
---@param seconds? number budget of time
---@param wait? number seconds to wait for something to do
---@param bytes? integer budget of bytes, which bounds what readers find at once
function loop.pump(seconds, wait, bytes)
  local running, message = loop.engine()
  if not running then
    error("indoxhub: " .. message, 0)
  end
  news.take(running, deliver, seconds, bytes, wait)
  loop.rest()
end

--- Whether waiting, here and now, keeps all other tasks from going on.
---@return boolean
function loop.is_blocking()
  local current = loop.adapter()
  return current.run_until ~= nil and not current.is_inside()
end

--- Takes what has arrived without waiting for more. A host that watches the
--- descriptor does that by itself, once it gets the chance.
function loop.look()
  if loop.is_busy() then
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
  if unattended[token] then
    watch()
  end
end

--- Calls a function, which must not wait, when the host ends without a word
--- what runs here, as nginx does with a request whose client has gone. It must
--- not share locals with what was ended. Returns what takes that back; nil
--- where no host does such a thing.
---@param fn fun()
---@return fun()? forget
function loop.at_end(fn)
  local at_end = loop.adapter().at_end
  if at_end and loop.engine() then
    watch()
    return at_end(fn)
  end
end

--- Whether a transfer was left to itself.
---@param token integer
---@return boolean
function loop.is_left(token)
  return unattended[token] ~= nil
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

loop.YIELDS_IN_PCALL = suspension.IN_PCALL

--- Whether a task runs that could not wait inside of `for`.
---@return boolean
function loop.is_stuck_in_for()
  return not loop.YIELDS_IN_PCALL and loop.current() ~= nil
end

--- Wakes who waits on a slot; false when nobody does any more.
---@param slot {ready: boolean}
---@return false?
function loop.wake(slot)
  slot.ready = true
  return loop.adapter().wake(slot)
end

-- Undoes what a wait has begun that raised in place of suspending: what would
-- wake the task later would end another wait.
local function abandon(slot)
  local transfer, current = slot.transfer, loop.adapter()
  if transfer then
    if waiting[transfer:token()] == slot then
      waiting[transfer:token()] = nil
    end
    transfer:cancel()
  end
  if current.abandon then
    current.abandon(slot)
  end
end

--- For adapters, before they suspend who waits on a slot: raises where Lua
--- cannot, if that can be told.
---@param slot {what?: string}
function loop.check_suspension(slot)
  if not suspension.is_possible() then
    abandon(slot)
    suspension.refuse(slot.what, loop.adapter().way_out)
  end
end

-- Waits as the adapter does. Where Lua cannot suspend the coroutine, it raises.
local function suspend(slot, seconds, what)
  local wait = loop.adapter().wait
  slot.what = what
  if not loop.YIELDS_IN_PCALL then
    return wait(slot, seconds)
  end
  local ok, went_on = pcall(wait, slot, seconds)
  if ok then
    return went_on
  end
  abandon(slot)
  if tostring(went_on):find("attempt to yield across", 1, true) then
    suspension.refuse(what, loop.adapter().way_out)
  end
  error(went_on, 0)
end

--- Undoes the wait of a task that raised in place of suspending, if that is not
--- done yet: PUC Lua 5.1 does not tell before the task waits again, or ends.
---@param task {slot?: table}
function loop.settle_wait(task)
  local left = task.slot
  if left then
    task.slot = nil
    abandon(left)
  end
end

--- Waits until slot.ready, or for some seconds. False when the task that waits
--- was cancelled, before or meanwhile, or the wait was interrupted. Raises
--- where the coroutine cannot be suspended.
---@param slot {ready: boolean}
---@param seconds? number
---@param what? string what the program has called, for messages
---@return boolean
function loop.wait(slot, seconds, what)
  local task = loop.current()
  if not task then
    return suspend(slot, seconds, what) ~= false
  end
  loop.settle_wait(task)
  if not task.cancelled then
    task.slot = slot
    suspend(slot, seconds, what) -- when this raises, the slot is left to settle
    task.slot = nil
  end
  return not task.cancelled
end

--- Waits until there is news of a transfer; false as `loop.wait`. `told` is
--- transfer:told() from before the look that showed that it has to be waited
--- for: finalizers run anywhere, and may have turned the loop meanwhile.
---@param transfer indoxhub.core.Transfer
---@param told integer
---@param what? string what the program has called, for messages
---@return boolean
function loop.wait_for(transfer, told, what)
  local token, task = transfer:token(), loop.current()
  if task then
    loop.settle_wait(task)
  end
  local slot = { ready = false, transfer = transfer }
  if waiting[token] then
    error("another task is reading this stream already: only one can", 0)
  end
  watch()
  waiting[token] = slot
  slot.ready = slot.ready or transfer:told() ~= told
  local go_on = loop.wait(slot, nil, what)
  if waiting[token] == slot then
    waiting[token] = nil
  end
  return go_on
end

--- For a task with more to do than there is time for in one turn: lets others
--- go on where the adapter sees to that. True when they did.
---@return boolean?
function loop.give_way()
  local give_way = loop.adapter().give_way
  return give_way and give_way()
end

--- The same between two parts of a calculation that takes long.
---@return boolean?
function loop.let_others()
  local let_others = loop.adapter().let_others
  if let_others then
    return let_others()
  end
  return loop.give_way()
end

--- Suspends the task, or blocks elsewhere; false as `loop.wait`.
---@param seconds number
---@param what? string what the program has called, for messages
---@return boolean
function loop.sleep(seconds, what)
  return loop.wait({ ready = false }, seconds, what)
end

return loop
