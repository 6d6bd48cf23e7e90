--- A pool: any number of jobs side by side, each in a task of its own, and a
--- few at a time.
--
-- `gather` is for a list of functions, and keeps what each of them gave. A pool
-- knows those jobs only that run, so that it takes as much memory for a million
-- of them as for ten.

local loop = require "indoxhub.loop"
local task = require "indoxhub.loop.task"

local pool = {}

---@class indoxhub.Pool
---@field limit integer how many may run at a time
---@field take fun(): any the next job; nil when there is no other
---@field work fun(job: any) does it, in a task
---@field failed fun(job: any, err: any) is told what `work` raised
---@field at_end? fun() is called when the last one has ended that went on after
--- `run`
---@field running table<indoxhub.Task, true>
---@field count integer how many that are
---@field filling? boolean jobs are being begun
---@field held? boolean no other is to be begun
---@field raised? {err: any} why no other could be begun
---@field slot? table what `run` waits on

--- Makes a pool of its first four fields.
---@param fields table
---@return indoxhub.Pool
function pool.new(fields)
  fields.running, fields.count = {}, 0
  return fields
end

local fill

local function tell_end(self)
  if self.slot then
    loop.wake(self.slot)
  elseif self.at_end then
    self.at_end()
  end
end

local function ended(self, one, job)
  self.running[one] = nil
  self.count = self.count - 1
  if one._failure then
    self.failed(job, one._failure.err)
  end
  fill(self)
  if self.count == 0 and not self.filling then
    tell_end(self)
  end
end

-- In nginx a task runs at once, and may have ended before `spawn` returns.
local function begin(self, job)
  self.count = self.count + 1
  local one = task.spawn(function()
    local me = loop.current()
    me._watched = true
    me._after = function()
      ended(self, me, job)
    end
    if not self.held then
      self.work(job)
    end
  end)
  if one:status() == "pending" then
    self.running[one] = true
  end
end

local function begin_some(self)
  while self.count < self.limit and not self.held do
    local job = self.take()
    if job == nil then
      return
    end
    begin(self, job)
  end
end

-- Begins as many as may run. Jobs that end at once leave the next to the loop
-- above, as each would stand on the stack of the one before it.
function fill(self)
  if not self.filling then
    self.filling = true
    local ok, err = pcall(begin_some, self)
    self.filling = false
    if not ok then
      self.held, self.raised = true, { err = err }
    end
  end
end

--- Begins no other job; those that run go on.
---@param self indoxhub.Pool
function pool.hold(self)
  self.held = true
end

local function cancel(self)
  self.held, self.slot = true, nil
  for one in pairs(self.running) do
    one:cancel()
  end
  return false
end

-- Outside of tasks, where somebody has to turn the loop.
local function turn(self)
  local ok, went_on = pcall(loop.adapter().run_until, function()
    return self.count == 0
  end)
  if not ok then
    self.raised = { err = went_on }
  end
  return ok and went_on ~= false or cancel(self)
end

-- In a task, or wherever the host can wait.
local function wait(self, what)
  local ok, went_on = true, true
  while self.count > 0 and went_on do
    self.slot = { ready = false }
    if loop.YIELDS_IN_PCALL then
      ok, went_on = pcall(loop.wait, self.slot, nil, what)
    else
      went_on = loop.wait(self.slot, nil, what)
    end
    if not ok then
      self.raised, went_on = { err = went_on }, false
    end
  end
  return went_on or cancel(self)
end

--- Raises where `run` could begin jobs and not wait for them.
---@param what string what the program has called, for messages
function pool.check(what)
  if loop.current() then
    loop.check_suspension { ready = false, what = what }
  end
end

--- Does all jobs, and waits for them. False when that was cancelled or
--- interrupted: then those that ran are cancelled, and may go on for a moment;
--- `raised` tells of what went wrong with the loop itself.
---@param self indoxhub.Pool
---@param what string what the program has called, for messages
---@return boolean whole
function pool.run(self, what)
  local me = loop.current()
  if me and me.cancelled then
    return cancel(self)
  end
  fill(self)
  if self.raised then
    return cancel(self)
  elseif self.count > 0 then
    return (loop.is_blocking() and turn or wait)(self, what)
  end
  return true
end

return pool
