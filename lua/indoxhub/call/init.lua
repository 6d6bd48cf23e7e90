--- One call from start to end: send it, again if need be, and make a reply or
--- an error of what came back.

local answers = require "indoxhub.api.reading.answer"
local attempt = require "indoxhub.call.attempt"
local body = require "indoxhub.call.body"
local core = require "indoxhub.core"
local errors = require "indoxhub.base.errors"
local log = require "indoxhub.base.log"
local loop = require "indoxhub.loop"
local outcome = require "indoxhub.api.replies.outcome"
local request = require "indoxhub.call.request"
local retry = require "indoxhub.call.retry"
local transport = require "indoxhub.call.transport"

local call = {}

local MAX_RETRIES = 2

-- Seconds for a call nobody waits for.
local FIRED_SECONDS = 2

---@class indoxhub.Caller who calls: a client
---@field engine? indoxhub.core.Engine
---@field running table<indoxhub.core.Transfer, true>
---@field pausing table<table, true> slots of calls between two tries
---@field settings indoxhub.Settings
---@field closed boolean

---------------------------------------------------------------------------
-- tries

---@class indoxhub.Course a call under way
---@field caller indoxhub.Caller
---@field what indoxhub.Call
---@field options table
---@field attempts table[] what became of the failed tries
---@field failed integer how many failed one after the other
---@field resumable? boolean what was cut off goes on where it was cut
---@field asked? boolean a try was made because the server asked for it
---@field started number
---@field tried? number when the last try began
---@field deadline? number
---@field kind? table a reply kind of api/replies
local course_methods = {}
local course_mt = { __index = course_methods }

--- Begins a call.
---@param caller indoxhub.Caller
---@param what indoxhub.Call
---@param options table
---@return indoxhub.Course
function call.begin(caller, what, options)
  loop.check("make a call")
  local total = request.timeouts(caller.settings, what, options).total
  local now = core.now()
  return setmetatable({ caller = caller, what = what, options = options,
    attempts = {}, failed = 0, started = now,
    deadline = total and now + total or nil }, course_mt)
end

-- A number from 0 to 1 that differs from call to call. The program's own random
-- numbers stay as it seeded them.
local function random()
  return core.now() * 1000 % 1
end

local function tell(course, name, fields)
  local options = course.caller.settings.options
  if log.is_on(options) then
    fields.name = name
    fields.method, fields.path = course.what.method, course.what.path
    log.tell(options, fields)
  end
end

-- Whether a failed call is to be sent again: waits as long as it takes. Nil and
-- the error when it is over.
local function go_again(course, err, unsent)
  local options, given = course.options, course.caller.settings.options
  local state = { failed = course.failed, unsent = unsent,
    resumable = course.resumable, operation = course.what.operation,
    asked = course.asked,
    max_retries = options.max_retries or given.max_retries or MAX_RETRIES,
    unsafe = options.retry_unsafe }
  local wait = body.can_be_resent(course.what.body)
    and retry.wait(course.what.method, err, state, random())
  course.asked = state.asked
  if not wait or course.deadline and core.now() + wait >= course.deadline then
    return nil, err
  end
  course.attempts[#course.attempts].wait = wait
  tell(course, "retry", { kind = err.kind, status = err.status, wait = wait })
  return attempt.pause(course.caller, { ready = false }, wait)
end

-- Adds to an error what only the call knows.
local function describe(course, err)
  err.operation = course.what.operation
  err.attempts = course.attempts
  if not course.what.foreign then
    local settings = course.caller.settings
    err.base_url, err.base_from = settings.base.url, settings.base_from
  end
  return err
end

local function count_failure(course, err)
  course.failed = course.failed + 1
  table.insert(course.attempts, { status = err.status,
    code = err.code or err.kind, seconds = core.now() - course.tried })
end

--- Tries until it succeeds or is not worth it.
---@param course indoxhub.Course
---@param once fun(course: indoxhub.Course, try: indoxhub.Attempt): any,
--- indoxhub.Error? one try
---@return any result, indoxhub.Error? err
function call.run(course, once)
  while true do
    if course.caller.closed then
      return nil, describe(course, errors.cancelled("the client is closed"))
    end
    local try = { deadline = course.deadline, unsent = true,
      number = #course.attempts + 1, exchange = nil, transfer = nil,
      answer = nil }
    course.tried = core.now()
    local result, err = once(course, try)
    attempt.tell(course.caller, course.what, try, core.now() - course.tried,
      err)
    if result then
      return result
    end
    count_failure(course, err)
    local go_on
    go_on, err = go_again(course, err, try.unsent)
    if not go_on then
      return nil, describe(course, err)
    end
  end
end

--- Tells the log that a call is over.
---@param err? indoxhub.Error
function course_methods:done(err)
  tell(self, "done", { kind = err and err.kind,
    status = err and err.status, seconds = core.now() - self.started })
end

---------------------------------------------------------------------------
-- replies

local function send(course, try)
  local answer, err = attempt.send(course.caller, course.what, course.options,
    try)
  if answer then
    answer.attempts = try.number
  end
  return answer, err
end

local function finish(course, try, answer)
  local complete, err = transport.body(try.transfer, answer, try.exchange)
  if complete then
    return outcome.reply(complete, course.kind, course.what)
  elseif course.kind.is_text and answer.text then
    err = outcome.broken_off(err, answer)
  end
  return nil, err
end

local function reply_once(course, try)
  local answer, err = send(course, try)
  if not answer then
    return nil, err
  end
  return finish(course, try, answer)
end

--- Sends a call and waits for its reply.
---@param caller indoxhub.Caller
---@param what indoxhub.Call
---@param options table
---@param kind table a reply kind of api/replies
---@return table? reply, indoxhub.Error? err
function call.perform(caller, what, options, kind)
  local course = call.begin(caller, what, options)
  course.kind = kind
  local result, err = call.run(course, reply_once)
  course:done(err)
  return result, err
end

--- Sends a call whose answer nobody waits for; it is dropped after a while.
---@param caller indoxhub.Caller
---@param what indoxhub.Call
function call.fire(caller, what)
  attempt.fire(caller, what, FIRED_SECONDS)
end

---------------------------------------------------------------------------
-- streams

-- Seconds that a finished answer waits for what may follow its end, such as
-- figures.
local AFTER_END = 5

---@class indoxhub.Opened what a call that streams has brought
---@field transfer? indoxhub.core.Transfer
---@field answer indoxhub.Answer
---@field after_end? number seconds that a finished answer waits for more
---@field whole? table the reply, of a server that did not stream
---@field pieces? string[] of that reply: kind and piece in turn

local function events_of(try, answer)
  return { transfer = try.transfer, answer = answer,
    after_end = math.min(AFTER_END, try.exchange.idle or AFTER_END) }
end

-- A stream that came as one body.
local function open_whole(try, answer)
  local complete, err = transport.body(try.transfer, answer, try.exchange)
  local reply, pieces = nil, nil
  if complete then
    reply, pieces = outcome.of_text(complete)
    err = not reply and pieces or nil
  end
  return reply and { whole = reply, pieces = pieces, answer = answer }, err
end

-- Its type is a hint; where that says nothing of a stream the first bytes are
-- waited for.
local function open_once(course, try)
  local answer, err = send(course, try)
  if not answer then
    return nil, err
  elseif answers.is_stream(answer) then
    return events_of(try, answer)
  end
  local form
  form, err = transport.form(try.transfer, answer, try.exchange)
  if not form then
    return nil, err
  elseif form == "events" then
    return events_of(try, answer)
  end
  return open_whole(try, answer)
end

--- The same again, after an event that told of a failure before any text came.
---@param err indoxhub.Error
---@return indoxhub.Opened? opened, indoxhub.Error? err
function course_methods:reopen(err)
  count_failure(self, err)
  local go_on, why = go_again(self, err, false)
  if not go_on then
    return nil, describe(self, why)
  end
  return call.run(self, open_once)
end

--- Names the call in the error of a stream that broke.
---@param err indoxhub.Error
---@return indoxhub.Error
function course_methods:describe(err)
  count_failure(self, err)
  return describe(self, err)
end

--- Sends a call whose answer is to be read as a stream, and waits for the
--- beginning of that.
---@param caller indoxhub.Caller
---@param what indoxhub.Call
---@param options table
---@param kind table a reply kind of api/replies
---@return indoxhub.Opened? opened, indoxhub.Course|indoxhub.Error course_or_err
function call.open(caller, what, options, kind)
  local course = call.begin(caller, what, options)
  course.kind = kind
  local opened, err = call.run(course, open_once)
  if not opened then
    course:done(err)
    return nil, err
  end
  return opened, course
end

return call
