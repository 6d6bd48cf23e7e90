--- videos:wait: looks at a job until it is over, in the task that waits.
--
-- What goes wrong with one look is no reason to lose a video that was paid for:
-- as long as looking may help, it goes on.

local client_class = require "indoxhub.client"
local core = require "indoxhub.core"
local endpoints = require "indoxhub.api.endpoints"
local errors = require "indoxhub.base.errors"
local loop = require "indoxhub.loop"
local options_of = require "indoxhub.api.params.options"
local params = require "indoxhub.api.params"
local redact = require "indoxhub.base.redact"
local reply = require "indoxhub.api.replies.reply"
local retry_hint = require "indoxhub.api.errors.retry_hint"
local task = require "indoxhub.loop.task"
local videos = require "indoxhub.api.replies.videos"

local wait = {}

-- Seconds between two looks at first, at most, and how they grow.
local INTERVAL, LONGEST_INTERVAL, GROWTH = 2, 15, 1.5

-- Seconds for all of it.
local TIMEOUT = 1200

-- Seconds for one look with its attempts, and for one that begins at the end.
local LOOK, LAST_LOOK = 60, 2

-- Looks that fail one after the other before the wait does.
local MOST_FAILED = 10

-- What a server that says when to look again may ask for. Seconds.
local SHORTEST_HINT, LONGEST_HINT = 0.5, 300

-- Seconds for the call that cancels the job.
local CANCEL = 10

local JOB_ROW = endpoints.find("videos", "job")

local hide = redact.new {}

---@class indoxhub.VideoWait a wait under way
---@field client indoxhub.Client
---@field id string
---@field options indoxhub.WaitOptions
---@field job table what is known of the job
---@field known boolean whether the server ever told of it
---@field failed integer how many looks failed one after the other
---@field interval number
---@field longest number
---@field started number
---@field deadline number

local function begin(client, id, options)
  local interval = options.interval or INTERVAL
  local longest = options.max_interval or math.max(LONGEST_INTERVAL, interval)
  local timeout = options.timeout
  if timeout == nil then
    timeout = TIMEOUT
  end
  local now = core.now()
  return { client = client, id = id, options = options, job = { job_id = id },
    known = false, failed = 0, interval = math.min(interval, longest),
    longest = longest, started = now,
    deadline = timeout and now + timeout or math.huge }
end

---------------------------------------------------------------------------
-- the end

-- Has the job cancelled by a task of its own, as every call of a cancelled task
-- fails. The client's other calls may fill its max_connections for longer than
-- this may take.
local function begin_to_cancel(self)
  return task.spawn(function()
    local client = self.client:with { max_connections = 1 }
    return client.videos:cancel(self.id, { timeout = CANCEL,
      headers = self.options.headers, retry_unsafe = true })
  end)
end

-- The same, waited for where waiting is possible.
local function cancel_job(self)
  local cancelling = begin_to_cancel(self)
  cancelling:await()
  return cancelling
end

-- A job as an error shows it: what a server says of a failed one may repeat
-- the key that it was sent.
local function shown(job)
  local copy = reply.stands_for(redact.copy(job, hide), job)
  copy.job_id = job.job_id -- looks will need it
  return copy
end

-- The error of a wait: the job goes with it, to be waited for again.
local function fail(self, err, gives_up)
  err.operation, err.job = "videos.wait", shown(self.job)
  if self.options.cancel_job and (gives_up or err.kind == "cancelled") then
    err.cancelling = cancel_job(self)
  end
  return nil, err
end

local function timed_out(self)
  local status = self.job.status
  local seconds = math.floor((core.now() - self.started) * 10 + 0.5) / 10
  local err = errors.new("timeout", ("job %s was not over after %g s%s")
    :format(hide(self.id), seconds, type(status) == "string"
      and "; its state was " .. hide(status) or ""), { code = "job" })
  if not self.options.cancel_job then
    err.hint = "wait on with client.videos:wait(err.job), or raise timeout"
  end
  return fail(self, err, true)
end

---------------------------------------------------------------------------
-- looking

-- How long the server asks to wait before the next look.
local function hint_of(job)
  local meta = reply.meta(job)
  return meta and retry_hint({ headers = meta.headers, status = meta.status },
    job, "")
end

-- Waits for the next look. Nil and an error when there is to be none.
local function pause(self, hint)
  local left = self.deadline - core.now()
  if left <= 0 then
    return timed_out(self)
  end
  local seconds = self.interval
  if hint then
    seconds = math.max(math.min(hint, LONGEST_HINT),
      math.min(seconds, SHORTEST_HINT))
  end
  self.interval = math.min(self.longest, self.interval * GROWTH)
  local ok, err = client_class.pause(self.client, math.min(seconds, left))
  if not ok then
    return fail(self, err)
  end
  return true
end

local function look(self)
  local options, left = self.options, self.deadline - core.now()
  return self.client.videos:job(self.id, { headers = options.headers,
    max_retries = options.max_retries,
    timeout = { total = math.max(LAST_LOOK, math.min(LOOK, left)) } })
end

-- Whether a look that failed may be followed by one that does not. A first one
-- that fails shows that the address is wrong, or the network not there.
local function may_pass(self, err)
  self.failed = self.failed + 1
  return err.retryable and self.known and self.failed < MOST_FAILED
end

-- Takes what a look has brought. Returns whether it was the last, and then the
-- result.
local function take(self, job)
  self.job, self.known, self.failed = job, true, 0
  job.job_id = job.job_id or self.id
  if self.options.on_progress then
    self.options.on_progress(job)
  end
  local failure = videos.failure(job)
  if failure then
    failure.message = hide(failure.message)
    return true, fail(self, failure)
  elseif videos.is_done(job) then
    return true, job
  end
  return false
end

local function is_over(job)
  return videos.is_done(job) or videos.failure(job) ~= nil
end

-- Looks until the job is over.
local function look_on(self)
  while true do
    local job, err = look(self)
    if job then
      local over, result, failure = take(self, job)
      if over then
        return result, failure
      end
    elseif not may_pass(self, err) then
      return fail(self, err)
    end
    local ok, why = pause(self, job and hint_of(job) or err
      and err.retry_after)
    if not ok then
      return nil, why
    end
  end
end

-- Cancels the job when the host ends the wait without a word. In a function of
-- its own, as nginx clears the locals of what it ends: none may be shared with
-- what is called then.
local function cancel_at_end(self)
  return loop.at_end(function()
    begin_to_cancel(self)
  end)
end

-- Calls a function that waits.
local function run(self, fn)
  local forget = self.options.cancel_job and cancel_at_end(self)
  if not forget then
    return fn(self)
  end
  local ok, job, err = pcall(fn, self)
  forget()
  if not ok then
    error(job, 0)
  end
  return job, err
end

---------------------------------------------------------------------------
-- the methods

-- The id of a job, of which a reply or an earlier look may be given. Nil and
-- what is wrong, or nil alone where videos stand in the place of a job.
local function id_of(given)
  local id = given
  if type(given) == "table" then
    local data = type(given.data) == "table" and given.data or {}
    id = data.job_id or given.job_id
    if id == nil and data[1] ~= nil then
      return nil
    elseif id == nil then
      return nil, "expects the id of a job, or a reply or job that has one"
    end
  end
  local values, wrong = params.path(JOB_ROW, { id })
  return values and values.job_id, wrong
end

--- Waits until a video job is over: see meta/helpers.lua.
---@param client indoxhub.Client
---@param given string|integer|indoxhub.VideoResponse|indoxhub.VideoJobStatus
---@param options? indoxhub.WaitOptions
---@return indoxhub.VideoJobStatus|indoxhub.VideoResponse? job
---@return indoxhub.Error? err
function wait.wait(client, given, options)
  local id, wrong = id_of(given)
  wrong = wrong or options ~= nil
    and options_of.check(options, options_of.WAIT)
  if wrong then
    error("videos.wait: " .. wrong, 3)
  elseif not id then
    return given
  end
  return run(begin(client, id, options or {}), look_on)
end

-- What was said of the call goes for each look, too.
local function options_for_looks(options)
  local chosen = { headers = options.headers,
    max_retries = options.max_retries }
  for name, value in pairs(options.wait == true and {} or options.wait) do
    chosen[name] = value
  end
  return chosen
end

--- What videos:generate does with its reply when it has the option `wait`.
---@param client indoxhub.Client
---@param made indoxhub.VideoResponse
---@param options table
---@return indoxhub.VideoJobStatus|indoxhub.VideoResponse? job
---@return indoxhub.Error? err
function wait.after_generate(client, made, options)
  if not options.wait then
    return made
  end
  local id, wrong = id_of(made)
  if wrong then
    return nil, errors.new("protocol", "the reply names no job to wait for",
      { code = "reply", operation = "videos.generate" })
  elseif not id then
    return made
  end
  local self = begin(client, id, options_for_looks(options))
  self.known = true
  if made.data.job_id then
    self.job = made.data
  end
  return run(self, function()
    if not is_over(self.job) then -- it has only just begun
      local ok, err = pause(self, hint_of(made))
      if not ok then
        return nil, err
      end
    end
    return look_on(self)
  end)
end

return wait
