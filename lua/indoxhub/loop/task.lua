--- Tasks: functions that run side by side and wait without blocking each other.

local errors = require "indoxhub.base.errors"
local loop = require "indoxhub.loop"
local misnamed = require "indoxhub.base.misnamed"

local task = {}

--- A function that runs beside others.
---@class indoxhub.Task
---@field cancelled boolean Whether `cancel` was called.
---@field private slot? table what it waits for right now; belongs to the loop
local task_methods = {}
local task_mt = { __name = "indoxhub.task", __index = task_methods }

setmetatable(task_methods, { __index = function(_, name)
  misnamed.check("task", name, task_methods)
end })

local unpack = table.unpack or unpack -- luacheck: ignore

local function pack(...)
  return { n = select("#", ...), ... }
end

--- What `indoxhub.on_error` is by default: a line where the host shows errors,
--- or on stderr.
---@param err any
function task.report(err)
  local line = "indoxhub: a task failed: " .. tostring(err)
  local report = loop.adapter().report
  if report then
    report(line)
  else
    io.stderr:write(line, "\n")
  end
end

--- Receives (err, traceback) of a task that failed while nobody awaited it.
---@type fun(err: any, traceback: string)
task.on_error = task.report

function task_mt.__tostring(self)
  return "indoxhub.task (" .. self:status() .. ")"
end

local function finish(self)
  loop.settle_wait(self)
  for _, slot in ipairs(self._awaited) do
    loop.wake(slot)
  end
  if self._after then
    self._after()
  end
end

-- A handler that fails itself must not take the loop along.
local function tell(err, traceback)
  local ok, why = pcall(task.on_error, err, traceback)
  if not ok then
    task.report(err)
    task.report(why)
  end
end

-- Begins a task; one with a function to be called at its end is watched by that
-- function's owner. A host may run the task before this returns, to its end
-- even.
local function begin(fn, arguments, after)
  -- All fields from the beginning: there may be no memory when it ends.
  local self = setmetatable({ cancelled = false, slot = false, _awaited = {},
    _results = false, _failure = false, _watched = after ~= nil,
    _after = after or false }, task_mt)
  local failure = { err = false }
  loop.adapter().spawn(function()
    loop.enter(self)
    self._results = pack(fn(unpack(arguments, 1, arguments.n)))
    finish(self)
  end, function(err, traceback)
    if self._results then
      return -- it had an end, which the host does not know of
    end
    failure.err, self._failure = err, failure
    finish(self)
    if not self._watched then
      tell(err, traceback)
    end
  end)
  return self
end

--- Starts `fn(...)` as a task. It runs when the loop does: within `run`,
--- `step`, `await`, or the host's own loop.
---@param fn function What to run.
---@param ... any What it is called with.
---@return indoxhub.Task
function task.spawn(fn, ...)
  if type(fn) ~= "function" then
    error("spawn expects a function, not " .. type(fn), 2)
  end
  return begin(fn, pack(...))
end

local function check_self(self, method)
  if getmetatable(self) ~= task_mt then
    error(("call it with a colon, as task:%s()"):format(method), 3)
  end
end

--- How far it is.
---@return "pending"|"done"|"failed" status
function task_methods:status()
  check_self(self, "status")
  return self._failure and "failed" or self._results and "done" or "pending"
end

-- Waits until it ended; false when the waiting task was cancelled, or the wait
-- was interrupted.
local function join(self)
  local adapter = loop.adapter()
  self._watched = true
  if self:status() ~= "pending" then
    return true
  end
  if adapter.run_until and not adapter.is_inside() then
    return adapter.run_until(function()
      return self:status() ~= "pending"
    end) ~= false
  end
  while self:status() == "pending" do
    local slot = { ready = false }
    table.insert(self._awaited, slot)
    if not loop.wait(slot, nil, "task:await") then
      return false
    end
  end
  return true
end

--- Waits for the task. Returns what its function returned, or raises what it
--- raised; `nil, err` of kind "cancelled" when the waiting task is cancelled.
---@return any ...
function task_methods:await()
  check_self(self, "await")
  if not join(self) then
    return nil, errors.cancelled("the waiting task was cancelled")
  end
  if self._failure then
    error(self._failure.err, 0)
  end
  return unpack(self._results, 1, self._results.n)
end

--- Makes the pending call of the task and each later one return `nil, err` of
--- kind "cancelled". Its code is not interrupted anywhere else.
function task_methods:cancel()
  check_self(self, "cancel")
  self.cancelled = true
  if self.slot and not self.slot.ready then
    loop.wake(self.slot)
  end
end

--- Runs `fn(...)` and the loop until it returns; other tasks stay pending for
--- the next `run` or `step`. Inside a task or a host's loop it calls the
--- function and waits there. Returns or raises what the function does.
---@param fn function What to run.
---@param ... any What it is called with.
---@return any ...
function task.run(fn, ...)
  if type(fn) ~= "function" then
    error("run expects a function, not " .. type(fn), 2)
  end
  local adapter = loop.adapter()
  if not adapter.run_until or adapter.is_inside() then
    return fn(...)
  end
  local one = task.spawn(fn, ...)
  if not join(one) then
    one:cancel() -- whoever interrupted it wants it to end
  end
  return one:await()
end

--- Suspends the task, or blocks elsewhere. `nil, err` of kind "cancelled" when
--- the task was cancelled.
---@param seconds number Seconds, 0 or more.
---@return true? slept, indoxhub.Error? err of kind cancelled
function task.sleep(seconds)
  if type(seconds) ~= "number" or seconds < 0 or seconds ~= seconds then
    error("sleep expects seconds, a number that is not negative; it got "
      .. tostring(seconds), 2)
  end
  if not loop.sleep(seconds, "indoxhub.sleep") then
    return nil, errors.cancelled()
  end
  return true
end

local function check_gather(fns, options)
  if type(fns) ~= "table" then
    error("gather expects a list of functions, not " .. type(fns), 3)
  end
  for i = 1, #fns do
    if type(fns[i]) ~= "function" then
      error(("gather expects a list of functions; element %d is a %s")
        :format(i, type(fns[i])), 3)
    end
  end
  if type(options) ~= "table" then
    error("the options of gather must be a table, not " .. type(options), 3)
  end
  for name in pairs(options) do
    if name ~= "concurrency" then
      error("unknown option of gather: " .. tostring(name), 3)
    end
  end
  local limit = options.concurrency or math.huge
  if type(limit) ~= "number" or limit < 1 or limit ~= limit then
    error("concurrency must be a number of at least 1", 3)
  end
  return limit
end

-- Arguments of what is called without any.
local NOTHING = { n = 0 }

-- What one function of gather gave: its first result, or its error.
local function outcome(one)
  if one._failure then
    local err = one._failure.err
    return nil, err == nil and "the function raised nil" or err
  elseif not one._results then
    return nil, errors.cancelled()
  end
  return one._results[1], one._results[1] == nil and one._results[2] or nil
end

--- Runs the functions side by side and returns two lists by index: what each
--- returned first, and its error (raised, or returned after nil). The second is
--- nil when all succeeded. Cancelling the task that gathers cancels them all.
---@param fns function[] What to run.
---@param options? indoxhub.GatherOptions
---@return any[] results, any[]? errors
function task.gather(fns, options)
  local limit = check_gather(fns, options or {})
  local started, results, failures, failed = {}, {}, {}, false
  for i = 1, #fns do
    started[i] = false -- so that it has a place once it runs
  end
  local upcoming, running, starting = 1, 0, false
  local fill
  local function after()
    running = running - 1
    fill()
  end
  local function start_next()
    starting = true
    local ok, one = pcall(begin, fns[upcoming], NOTHING, after)
    starting = false
    if not ok then
      error(one, 0)
    end
    started[upcoming] = one
    upcoming, running = upcoming + 1, running + 1
  end
  -- What has ended before it was counted leaves the next to the loop here, as
  -- each would stand on the stack of the one before it.
  function fill()
    while not starting and running < limit and upcoming <= #fns do
      start_next()
    end
  end
  fill()
  for i = 1, #fns do
    -- The ones before it have ended, and each end started another, unless it
    -- had no memory for that.
    if upcoming <= i then
      start_next()
      fill()
    end
    if not join(started[i]) then
      limit = 0
      for k = 1, upcoming - 1 do
        started[k]:cancel()
      end
      break
    end
  end
  for i = 1, #fns do
    results[i], failures[i] = outcome(started[i] or {})
    failed = failed or failures[i] ~= nil
  end
  return results, failed and failures or nil
end

return task
