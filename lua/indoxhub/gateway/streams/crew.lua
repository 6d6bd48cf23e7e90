--- Functions that run in light threads of timers, many in each timer, so that
--- the limits of nginx on timers do not count them.
--
-- nginx remembers every light thread that a timer ever had until the timer
-- ends, and looks them through one by one. So a timer takes no more than so
-- many, and ends with the last of them while the next one works. Each thread is
-- waited for, as nginx keeps what a dead one leaves until then.

local core = require "indoxhub.core"
local semaphore = require "ngx.semaphore"

local ngx = rawget(_G, "ngx")

local crew = {}

---@class indoxhub.gateway.Crew
local methods = {}
methods.__index = methods

-- Functions that a timer takes.
local MOST = 500

-- Seconds between two looks whether the worker leaves; after which a timer that
-- nginx has dropped, as too many run, is asked for again; and after which what
-- was to run in it is given up.
local BETWEEN_LOOKS, AGAIN, GIVEN_UP = 1, 1, 5

---@return indoxhub.gateway.Crew
function crew.new()
  return setmetatable({ busy = 0, late = {} }, methods)
end

local function post(sema)
  if sema:count() < 0 then
    sema:post(1)
  end
end

-- Runs a function in a light thread of the timer that runs.
local function spawn(self, timer, job)
  local thread = { handle = nil }
  timer.busy = timer.busy + 1
  thread.handle = ngx.thread.spawn(function()
    local ok, message = xpcall(job.fn, debug.traceback)
    if not ok then
      ngx.log(ngx.ERR, "indoxhub: a stream has failed: ", message)
    end
    self.busy, timer.busy = self.busy - 1, timer.busy - 1
    thread.before, timer.ended = timer.ended, thread
    post(timer.semaphore)
  end)
end

local function join(timer)
  local thread = timer.ended
  timer.ended = nil
  while thread do
    ngx.thread.wait(thread.handle)
    thread = thread.before
  end
end

local function is_over(self, timer)
  return timer.busy == 0 and not timer.jobs[1]
    and (timer ~= self.timer or ngx.worker.exiting())
end

local function serve(_, self, timer)
  if timer.runs then
    return -- it was asked for twice
  end
  timer.runs, self.late[timer] = true, nil
  while not is_over(self, timer) do
    local job = table.remove(timer.jobs, 1)
    if job then
      spawn(self, timer, job)
    elseif timer.ended then
      join(timer)
    else
      timer.semaphore:wait(BETWEEN_LOOKS)
    end
  end
  join(timer)
  if self.timer == timer then
    self.timer = nil
  end
end

local function start(self, timer)
  local ok, message = ngx.timer.at(0, serve, self, timer)
  if ok then
    timer.asked = core.now()
    self.late[timer] = true
  end
  return ok, message
end

--- Has a function run, soon. Where nginx runs no timer for it, `failed` is
--- called.
---@param fn fun()
---@param failed? fun(message: string)
function methods:run(fn, failed)
  local timer = self.timer
  if not timer or timer.taken == MOST then
    timer = { jobs = {}, busy = 0, taken = 0, made = core.now(),
      semaphore = semaphore.new() }
    local ok, message = start(self, timer)
    if not ok then
      return failed and failed(message)
    end
    local last = self.timer
    self.timer = timer
    if last then
      post(last.semaphore)
    end
  end
  timer.taken, self.busy = timer.taken + 1, self.busy + 1
  table.insert(timer.jobs, { fn = fn, failed = failed })
  post(timer.semaphore)
end

-- Gives up what was to run in a timer.
local function give_up(self, timer)
  self.late[timer] = nil
  timer.runs = true -- should it come after all
  if self.timer == timer then
    self.timer = nil
  end
  self.busy = self.busy - #timer.jobs
  for _, job in ipairs(timer.jobs) do
    if job.failed then
      job.failed "too many timers run; raise lua_max_running_timers"
    end
  end
end

--- Asks again for timers that nginx has dropped; to be called now and then.
function methods:insist()
  local now = core.now()
  for timer in pairs(self.late) do
    if now - timer.made > GIVEN_UP then
      give_up(self, timer)
    elseif now - timer.asked > AGAIN then
      start(self, timer)
    end
  end
end

return crew
