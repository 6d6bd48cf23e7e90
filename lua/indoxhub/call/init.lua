--- One call from start to end: send it, again if need be, and make a reply or
--- an error of what came back.

local again = require "indoxhub.call.again"
local answers = require "indoxhub.api.reading.answer"
local attempts = require "indoxhub.call.attempt"
local core = require "indoxhub.core"
local errors = require "indoxhub.base.errors"
local fallback = require "indoxhub.call.fallback"
local loop = require "indoxhub.loop"
local recorded = require "indoxhub.call.recorded"
local replies = require "indoxhub.api.replies"
local reply_of = require "indoxhub.api.replies.reply"
local requests = require "indoxhub.call.request"
local spending = require "indoxhub.call.spending"
local transfers = require "indoxhub.call.transfer"

local calls = {}

-- Seconds for a call nobody waits for.
local FIRED_SECONDS = 2

---@class indoxhub.Caller who calls: a client
---@field engine? indoxhub.core.Engine
---@field running table<indoxhub.core.Transfer, true>
---@field pausing table<table, true> slots of calls between two attempts
---@field settings indoxhub.Settings
---@field closed boolean

---------------------------------------------------------------------------
-- attempts

---@class indoxhub.Call a call under way
---@field caller indoxhub.Caller
---@field operation indoxhub.Operation
---@field options table
---@field attempts table[] what became of those that failed
---@field failed integer how many failed one after the other
---@field resumable? boolean what was cut off goes on where it was cut
---@field asked? boolean one was made because the server asked for it
---@field started number
---@field tried? number when the last attempt began
---@field deadline? number
---@field kind? table a reply kind of api/replies
---@field take? indoxhub.Take of a recording
---@field recorded? boolean it is played, and costs nothing
---@field last? indoxhub.Attempt|false of a call that is recorded
---@field fallback? indoxhub.Fallback other models that it may ask
local call_methods = {}
local call_mt = { __index = call_methods }

--- Begins a call.
---@param caller indoxhub.Caller
---@param operation indoxhub.Operation
---@param options table
---@return indoxhub.Call
function calls.begin(caller, operation, options)
  loop.check("make a call")
  local total = requests.timeouts(caller.settings, operation, options).total
  local now = core.now()
  return setmetatable({ caller = caller, operation = operation,
    options = options, attempts = {}, failed = 0, started = now,
    fallback = fallback.new(caller.settings, operation, options),
    deadline = total and now + total or nil }, call_mt)
end

-- Adds to an error what only the call knows.
local function describe(call, err)
  err.operation = call.operation.name
  err.attempts, err.recorded = call.attempts, call.recorded
  if call.fallback and call.fallback.model then
    err.model = call.operation.model
  end
  if not call.operation.foreign then
    local settings = call.caller.settings
    err.base_url, err.base_from = settings.base.url, settings.base_from
  end
  return err
end

local function count_failure(call, err)
  call.failed = call.failed + 1
  table.insert(call.attempts, { status = err.status,
    code = err.code or err.kind, seconds = core.now() - call.tried,
    model = call.operation.model })
end

-- Whether an answer was played back, and has cost nothing.
local function is_played(call, answer)
  return call.recorded or answer and answer.recorded
end

-- The error of a call that is not to be sent, or not again.
local function refusal(call)
  if call.caller.closed then
    return errors.closed()
  end
  return not call.recorded
    and spending.refusal(call.caller.settings.spending, call.operation) or nil
end

--- Counts what an answer tells that was used.
---@param answer? indoxhub.Answer
---@param result table a reply or an error: its `usage`
function call_methods:count(answer, result)
  if not is_played(self, answer) then
    spending.count(self.caller.settings, self.operation, result)
  end
end

-- The same for an attempt, and counts that it was sent. What a stream has used
-- is known at its end.
local function count_attempt(call, attempt, result, err)
  local answer = attempt.answer
  if not attempt.unsent and not is_played(call, answer) then
    spending.count_request(call.caller.settings.spending)
  end
  if type(err or result) == "table" then
    call:count(answer, err or result)
  end
end

--- Attempts it until it succeeds or is not worth it.
---@param call indoxhub.Call
---@param once fun(call: indoxhub.Call, attempt: indoxhub.Attempt): any,
--- indoxhub.Error? one attempt
---@return any result, indoxhub.Error? err
function calls.run(call, once)
  local ok, wrong = recorded.begin(call)
  if not ok then
    return nil, describe(call, wrong)
  end
  while true do
    local refused = refusal(call)
    if refused then
      return nil, describe(call, refused)
    end
    local attempt = { deadline = call.deadline, unsent = true,
      number = #call.attempts + 1, request = nil, transfer = nil,
      answer = nil, take = call.take }
    call.tried, call.last = core.now(), call.take and attempt
    local result, err = once(call, attempt)
    attempts.tell(call.caller, call.operation, attempt, core.now() - call.tried,
      err)
    count_attempt(call, attempt, result, err)
    if result then
      return result
    end
    count_failure(call, err)
    local go_on
    go_on, err = again.wait(call, err, attempt.unsent)
    if not go_on then
      recorded.keep_refusal(call)
      return nil, describe(call, err)
    end
  end
end

--- Its answer came whole: it is kept where answers are recorded.
---@param whole? string what came of it in several attempts
function call_methods:came(whole)
  recorded.keep(self, whole)
end

--- Tells the log that a call is over.
---@param err? indoxhub.Error
function call_methods:done(err)
  again.tell(self, "done", { kind = err and err.kind,
    status = err and err.status, seconds = core.now() - self.started })
end

--- Whether another model is asked, or the same once more, when an answer has
--- failed before it said anything.
---@param err indoxhub.Error
---@return boolean
function call_methods:may_fall_back(err)
  return self.fallback ~= nil and fallback.helps(err)
end

--- It is not made again: what was sent, perhaps a long history, is not kept
--- while the answer comes.
function call_methods:stays()
  if not self.take then
    self.operation.body = nil
  end
end

--- Names in a reply the model that answered, where there was more than one.
---@param made table
---@return table made
function call_methods:name_model(made)
  local others = self.fallback
  if others and (made.model == nil or made.model == "") then
    made.model = self.operation.model
  end
  if others and others.model and reply_of.meta(made) then
    reply_of.meta(made).fallback = others.model
  end
  return made
end

---------------------------------------------------------------------------
-- replies

local function send(call, attempt)
  local answer, err = attempts.send(call.caller, call.operation, call.options,
    attempt)
  if answer then
    answer.attempts = attempt.number
  end
  return answer, err
end

local function finish(call, attempt, answer)
  local complete, err = transfers.body(attempt.transfer, answer,
    attempt.request)
  if complete then
    local made
    made, err = replies.of(complete, call.kind, call.operation)
    return made and call:name_model(made), err
  elseif call.kind.is_text and answer.text then
    err = replies.broken_off(err, answer)
  end
  return nil, err
end

local function reply_once(call, attempt)
  local answer, err = send(call, attempt)
  if not answer then
    return nil, err
  end
  return finish(call, attempt, answer)
end

--- Sends a call and waits for its reply.
---@param caller indoxhub.Caller
---@param operation indoxhub.Operation
---@param options table
---@param kind table a reply kind of api/replies
---@return table? reply, indoxhub.Error? err
function calls.perform(caller, operation, options, kind)
  local call = calls.begin(caller, operation, options)
  call.kind = kind
  local result, err = calls.run(call, reply_once)
  if result then
    call:came()
  end
  call:done(err)
  return result, err
end

--- Sends a call whose answer nobody waits for; it is dropped after a while.
---@param caller indoxhub.Caller
---@param operation indoxhub.Operation
function calls.fire(caller, operation)
  attempts.fire(caller, operation, FIRED_SECONDS)
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

local function events_of(attempt, answer)
  return { transfer = attempt.transfer, answer = answer,
    after_end = math.min(AFTER_END, attempt.request.idle or AFTER_END) }
end

-- A stream that came as one body.
local function open_whole(attempt, answer)
  local complete, err = transfers.body(attempt.transfer, answer,
    attempt.request)
  local reply, pieces = nil, nil
  if complete then
    reply, pieces = replies.of_text(complete)
    err = not reply and pieces or nil
  end
  return reply and { whole = reply, pieces = pieces, answer = answer }, err
end

-- Its type is a hint; where that says nothing of a stream the first bytes are
-- waited for.
local function open_once(call, attempt)
  local answer, err = send(call, attempt)
  if not answer then
    return nil, err
  elseif answers.is_stream(answer) then
    return events_of(attempt, answer)
  end
  local form
  form, err = transfers.form(attempt.transfer, answer, attempt.request)
  if not form then
    return nil, err
  elseif form == "events" then
    return events_of(attempt, answer)
  end
  return open_whole(attempt, answer)
end

--- The same again, after an event that told of a failure before any text came.
---@param err indoxhub.Error
---@return indoxhub.Opened? opened, indoxhub.Error? err
function call_methods:reopen(err)
  count_failure(self, err)
  local go_on, why = again.wait(self, err, false)
  if not go_on then
    return nil, describe(self, why)
  end
  return calls.run(self, open_once)
end

--- Names the call in the error of a stream that broke.
---@param err indoxhub.Error
---@return indoxhub.Error
function call_methods:describe(err)
  count_failure(self, err)
  return describe(self, err)
end

--- Sends a call whose answer is to be read as a stream, and waits for the
--- beginning of that.
---@param caller indoxhub.Caller
---@param operation indoxhub.Operation
---@param options table
---@param kind table a reply kind of api/replies
---@return indoxhub.Opened? opened, indoxhub.Call|indoxhub.Error call_or_err
function calls.open(caller, operation, options, kind)
  local call = calls.begin(caller, operation, options)
  call.kind = kind
  local opened, err = calls.run(call, open_once)
  if not opened then
    call:done(err)
    return nil, err
  end
  return opened, call
end

return calls
