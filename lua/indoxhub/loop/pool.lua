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
---@field at_end fun() is called when the last one has ended that nobody waits
--- for any more
---@field running table<indoxhub.Task, fun()> with what each calls at its end
---@field count integer how many that are
---@field filling? boolean jobs are being begun
---@field held? boolean no other is to be begun
---@field failure {raised: boolean, err: any} why no other could be begun
---@field slot {ready: boolean}|false what `run` waits on
---@field waits boolean it does
---@field seen integer how many ran when it was looked last
---@field is_over fun(): boolean

local function find_ended(self)
  for one, after in pairs(self.running) do
    if one:status() ~= "pending" then
      return after
    end
  end
end

-- A task that has no memory for its end does not tell of it. Where others have,
-- there is no need to look.
local function look_for_ends(self)
  if self.count == self.seen then
    local after = find_ended(self)
    while after do
      after()
      after = find_ended(self)
    end
  end
  self.seen = self.count
end

--- Makes a pool of its first five fields. All that its end takes is there from
--- the beginning: there may be no memory then.
---@param fields table
---@return indoxhub.Pool
function pool.new(fields)
  fields.running, fields.slot = {}, false
  fields.count, fields.seen = 0, 0
  fields.filling, fields.held, fields.waits = false, false, false
  fields.failure = { raised = false, err = false }
  fields.is_over = function()
    look_for_ends(fields)
    return fields.count == 0
  end
  return fields
end

local fill

-- What goes wrong here, such as that there is no memory, is for `run` to tell.
local function give_up(self, err)
  self.held = true
  if not self.failure.raised then
    self.failure.raised, self.failure.err = true, err
  end
end

local function tell_end(self)
  if self.waits then
    loop.wake(self.slot)
  else
    self.at_end()
  end
end

local function go_on(self, one, job)
  if one._failure then
    local ok, err = pcall(self.failed, job, one._failure.err)
    if not ok then
      give_up(self, err)
    end
  end
  fill(self)
  if self.count == 0 and not self.filling then
    tell_end(self)
  end
end

-- In nginx a task runs at once, and may have ended before `spawn` returns.
local function begin(self, job)
  local me, told = nil, false
  local function after()
    if not told then
      told, self.count = true, self.count - 1
      self.running[me] = nil
    end
    go_on(self, me, job)
  end
  self.count = self.count + 1
  local ok, one = pcall(task.spawn, function()
    me = loop.current()
    me._watched, me._after = true, after
    if not self.held then
      self.work(job)
    end
  end)
  if not ok then
    told, self.count = true, told and self.count or self.count - 1
    error(one, 0)
  end
  me = one
  if one:status() == "pending" then
    one._watched, one._after = true, after
    self.running[one] = after
  elseif not told then
    after()
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
      give_up(self, err)
    end
  end
end

--- Begins no other job; those that run go on.
---@param self indoxhub.Pool
function pool.hold(self)
  self.held = true
end

-- What cancels one may take memory, and the others are to be told, too.
local function cancel(self)
  self.held, self.waits = true, false
  for one in pairs(self.running) do
    pcall(one.cancel, one)
  end
end

-- Waits until all that run have ended, by turning the loop where nobody else
-- does. False when that was cancelled or interrupted.
local function wait(self, what)
  if loop.is_blocking() then
    return loop.adapter().run_until(self.is_over) ~= false
  end
  self.slot, self.waits = { ready = false }, true
  return loop.wait(self.slot, nil, what)
end

-- Begins, and waits for the end, until there is no other job.
local function do_all(self, what)
  local me = loop.current()
  if me and me.cancelled then
    return false
  end
  fill(self)
  while self.count > 0 and not self.failure.raised do
    if not wait(self, what) then
      return false
    end
    fill(self)
  end
  return not self.failure.raised
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
--- `failure` tells of what went wrong with the loop itself.
---@param self indoxhub.Pool
---@param what string what the program has called, for messages
---@return boolean whole
function pool.run(self, what)
  local ok, whole
  if loop.YIELDS_IN_PCALL or loop.is_blocking() then
    ok, whole = pcall(do_all, self, what)
  else
    ok, whole = true, do_all(self, what)
  end
  if not ok then
    give_up(self, whole)
  end
  if not ok or not whole then
    cancel(self)
  end
  return ok and whole
end

return pool
