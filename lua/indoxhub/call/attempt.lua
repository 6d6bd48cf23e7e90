--- one attempt of a call: sends it, follows redirects, renews a token that was
--- refused, and waits for the head of the answer.

local answers = require "indoxhub.api.reading.answer"
local answer_errors = require "indoxhub.api.errors.answer"
local auth = require "indoxhub.call.auth"
local body = require "indoxhub.call.body"
local core = require "indoxhub.core"
local errors = require "indoxhub.base.errors"
local log = require "indoxhub.base.log"
local loop = require "indoxhub.loop"
local recorded = require "indoxhub.call.recorded"
local requests = require "indoxhub.call.request"
local route = require "indoxhub.call.route"
local transfers = require "indoxhub.call.transfer"

local attempts = {}

---@class indoxhub.Attempt what is told of one
---@field request? indoxhub.HttpRequest the last that was sent
---@field transfer? indoxhub.core.Transfer
---@field answer? indoxhub.Answer as far as it came
---@field unsent boolean whether the request certainly was not sent as a whole
---@field deadline? number
---@field bearer? string|false what was sent as proof
---@field take? indoxhub.Take of a recording

-- What a complete answer with a failing status is.
local function refused(settings, operation, answer, bearer)
  if answer.status < 400 then
    return answer_errors.unexpected(answer)
  end
  local err = answer_errors.from_status(answer)
  if answer.status == 401 and bearer and settings.options.auth ~= "exchange"
    and operation.path:find("^user/") then
    -- Some servers know users by their tokens only.
    err.hint = 'check the API key, or set auth = "exchange": '
      .. "this route may want a token"
  end
  return err
end

-- Seconds to the deadline; nil and an error when it has passed.
local function time_left(deadline)
  local left = deadline and deadline - core.now()
  if left and left <= 0 then
    return nil, errors.new("timeout",
      "the call took longer than its time limit", { code = "total" })
  end
  return left or false
end

--- Waits until slot.ready, for some seconds at most, unless the call is given
--- up meanwhile.
---@param caller indoxhub.Caller
---@param slot {ready: boolean}
---@param seconds number
---@return true? ok, indoxhub.Error? err
function attempts.pause(caller, slot, seconds)
  caller.pausing[slot] = true
  local go_on = loop.wait(slot, math.max(0, seconds), "a call")
  caller.pausing[slot] = nil
  if caller.closed then
    return nil, errors.closed()
  elseif not go_on then
    return nil, errors.cancelled()
  end
  return true
end

-- Sends to where the route leads and waits for the head.
local function send_once(caller, operation, options, attempt, way, bearer)
  local left, err = time_left(attempt.deadline)
  if left == nil then
    return nil, err
  end
  local request = requests.build(caller.settings, operation, options, bearer,
    way.url)
  request.total = left or nil
  -- What can be sent only once waits for the server's word.
  request.expect = request.sent and not route.is_known(way)
    and not request.sent.source.rewind
  body.restart(operation.body)
  recorded.prepare(request, attempt.take)
  attempt.request, attempt.bearer = request, bearer
  local transfer
  transfer, err = transfers.submit(caller, request)
  if not transfer then
    return nil, err
  end
  attempt.transfer = transfer
  local answer
  answer, err = transfers.head(transfer, request)
  attempt.answer = answer
  return answer, err
end

-- Sends what asks for a token and waits for the whole answer, for auth.lua.
local function sender(caller, options, deadline)
  return function(operation)
    local attempt, started = { deadline = deadline, unsent = true }, core.now()
    local answer, err = attempts.send(caller, operation,
      { headers = options.headers }, attempt)
    if answer then
      answer, err = transfers.body(attempt.transfer, answer, attempt.request)
    end
    attempts.tell(caller, operation, attempt, core.now() - started, err)
    return answer, err
  end
end

-- Waits for the token that another call asks for, for auth.lua.
local function waiter(caller, deadline)
  return function(slot, limit)
    local ok, err = attempts.pause(caller, slot,
      math.min(limit, deadline or limit) - core.now())
    if ok then
      ok, err = time_left(deadline)
    end
    return ok ~= nil or nil, err
  end
end

-- Plays what was recorded. Neither a token nor a redirect belongs to that.
local function play(caller, operation, options, attempt)
  local answer, err = send_once(caller, operation, options, attempt,
    route.new(caller.settings, operation), false)
  attempt.unsent = false
  if answer and not answers.is_success(answer) then
    answer, err = transfers.body(attempt.transfer, answer, attempt.request)
    err = answer and refused(caller.settings, operation, answer, false) or err
    return nil, err
  end
  return answer, err
end

--- Sends a call and waits for the head of a successful answer. Of any other it
--- waits for the body, too, and makes an error of it.
---@param caller indoxhub.Caller
---@param operation indoxhub.Operation
---@param options table
---@param attempt indoxhub.Attempt {deadline =} takes what there is to be told
---@return indoxhub.Answer? answer, indoxhub.Error? err
function attempts.send(caller, operation, options, attempt)
  if attempt.take and attempt.take.answer then
    return play(caller, operation, options, attempt)
  end
  local settings = caller.settings
  local way, renewed = route.new(settings, operation), false
  while true do
    attempt.unsent = true
    local bearer, err = auth.bearer(settings, operation,
      sender(caller, options, attempt.deadline),
      waiter(caller, attempt.deadline))
    if bearer == nil then
      return nil, err
    end
    local answer
    answer, err = send_once(caller, operation, options, attempt, way, bearer)
    if not answer then
      attempt.unsent = transfers.is_unsent(attempt.transfer)
      return nil, err
    end
    attempt.unsent = false
    if answers.is_success(answer) then
      route.arrived(way, answer)
      return answer
    end
    answer, err = transfers.body(attempt.transfer, answer, attempt.request)
    if not answer then
      return nil, err
    end
    local goes_on = body.can_be_resent(operation.body)
      and route.goes_on(way, answer)
    if not goes_on then
      route.arrived(way, answer)
      goes_on = answer.status == 401 and not renewed
        and auth.renew(settings, bearer)
        and body.can_be_resent(operation.body)
      renewed = true
    end
    if not goes_on then
      return nil, refused(settings, operation, answer, bearer)
    end
  end
end

-- What became of an attempt that nobody waited for, once it has ended.
local function result_of(caller, operation, attempt, bearer)
  local answer, err = transfers.head(attempt.transfer, attempt.request)
  attempt.answer = answer
  if answer then
    answer, err = transfers.body(attempt.transfer, answer, attempt.request)
  end
  if answer and not answers.is_success(answer) then
    err = refused(caller.settings, operation, answer, bearer)
  end
  return err
end

--- Sends a call once, whatever becomes of it, and lets it run for some seconds.
--- The log hears of it. Without a token that it needs it is not sent.
---@param caller indoxhub.Caller
---@param operation indoxhub.Operation
---@param seconds number
function attempts.fire(caller, operation, seconds)
  local settings, started = caller.settings, core.now()
  local bearer = auth.at_hand(settings, operation)
  if bearer == nil or caller.closed or recorded.sends_nothing(caller) then
    return
  end
  local request = requests.build(settings, operation, { timeout = seconds },
    bearer, route.new(settings, operation).url)
  request.gate = nil -- others may wait there for longer than this is for
  local transfer = transfers.submit(caller, request)
  if not transfer then
    return
  end
  transfer:whole()
  local attempt = { request = request, transfer = transfer, answer = nil }
  loop.leave(transfer, seconds, function()
    attempts.tell(caller, operation, attempt, core.now() - started,
      result_of(caller, operation, attempt, bearer))
  end)
  loop.look()
end

--- Tells the log how an attempt went.
---@param caller indoxhub.Caller
---@param operation indoxhub.Operation
---@param attempt indoxhub.Attempt
---@param seconds number
---@param err? indoxhub.Error
function attempts.tell(caller, operation, attempt, seconds, err)
  local options = caller.settings.options
  if not log.is_on(options) then
    return
  end
  local result = attempt.transfer and attempt.transfer:result() or {}
  local event = { name = "attempt", method = operation.method,
    path = operation.path,
    status = attempt.answer and attempt.answer.status or err and err.status,
    recorded = attempt.answer and attempt.answer.recorded,
    kind = err and err.kind, seconds = seconds, bytes_out = result.bytes_out,
    bytes_in = result.bytes_in }
  local request, answer = attempt.request, attempt.answer
  if request and log.wants_bodies(options) and not operation.private then
    event.request_body = log.excerpt(request.form and "(form)" or request.body,
      request.hide)
    event.response_body = log.excerpt(answer and answer.text, request.hide)
  end
  log.tell(options, event)
end

return attempts
