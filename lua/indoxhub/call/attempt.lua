--- One try of a call: sends it, follows redirects, renews a token that was
--- refused, and waits for the head of the answer.

local answers = require "indoxhub.api.reading.answer"
local answer_errors = require "indoxhub.api.errors.answer"
local auth = require "indoxhub.call.auth"
local body = require "indoxhub.call.body"
local core = require "indoxhub.core"
local errors = require "indoxhub.base.errors"
local log = require "indoxhub.base.log"
local loop = require "indoxhub.loop"
local request = require "indoxhub.call.request"
local route = require "indoxhub.call.route"
local transport = require "indoxhub.call.transport"

local attempt = {}

---@class indoxhub.Attempt what is told of a try
---@field exchange? indoxhub.Exchange the last that was sent
---@field transfer? indoxhub.core.Transfer
---@field answer? indoxhub.Answer as far as it came
---@field unsent boolean whether the request certainly was not sent as a whole
---@field deadline? number

-- What a complete answer with a failing status is.
local function refused(settings, call, answer, bearer)
  if answer.status < 400 then
    return answer_errors.unexpected(answer)
  end
  local err = answer_errors.from_status(answer)
  if answer.status == 401 and bearer and settings.options.auth ~= "exchange"
    and call.path:find("^user/") then
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
function attempt.pause(caller, slot, seconds)
  caller.pausing[slot] = true
  local go_on = loop.wait(slot, math.max(0, seconds))
  caller.pausing[slot] = nil
  if caller.closed then
    return nil, errors.cancelled("the client is closed")
  elseif not go_on then
    return nil, errors.cancelled()
  end
  return true
end

-- Sends to where the route leads and waits for the head.
local function send_once(caller, call, options, try, way, bearer)
  local left, err = time_left(try.deadline)
  if left == nil then
    return nil, err
  end
  local exchange = request.build(caller.settings, call, options, bearer,
    way.url)
  exchange.total = left or nil
  -- What can be sent only once waits for the server's word.
  exchange.expect = exchange.sent and not route.is_known(way)
    and not exchange.sent.source.rewind
  body.restart(call.body)
  try.exchange = exchange
  local transfer
  transfer, err = transport.submit(caller, exchange)
  if not transfer then
    return nil, err
  end
  try.transfer = transfer
  local answer
  answer, err = transport.head(transfer, exchange)
  try.answer = answer
  return answer, err
end

-- Sends an exchange of its own and waits for the whole answer, for auth.lua.
local function sender(caller, options, deadline)
  return function(call)
    local try, started = { deadline = deadline, unsent = true }, core.now()
    local answer, err = attempt.send(caller, call,
      { headers = options.headers }, try)
    if answer then
      answer, err = transport.body(try.transfer, answer, try.exchange)
    end
    attempt.tell(caller, call, try, core.now() - started, err)
    return answer, err
  end
end

-- Waits for another call's exchange, for auth.lua.
local function waiter(caller, deadline)
  return function(slot, limit)
    local ok, err = attempt.pause(caller, slot,
      math.min(limit, deadline or limit) - core.now())
    if ok then
      ok, err = time_left(deadline)
    end
    return ok ~= nil or nil, err
  end
end

--- Sends a call and waits for the head of a successful answer. Of any other it
--- waits for the body, too, and makes an error of it.
---@param caller indoxhub.Caller
---@param call indoxhub.Call
---@param options table
---@param try indoxhub.Attempt {deadline =} takes what there is to be told
---@return indoxhub.Answer? answer, indoxhub.Error? err
function attempt.send(caller, call, options, try)
  local settings = caller.settings
  local way, renewed = route.new(settings, call), false
  while true do
    try.unsent = true
    local bearer, err = auth.bearer(settings, call,
      sender(caller, options, try.deadline), waiter(caller, try.deadline))
    if bearer == nil then
      return nil, err
    end
    local answer
    answer, err = send_once(caller, call, options, try, way, bearer)
    if not answer then
      try.unsent = transport.is_unsent(try.transfer)
      return nil, err
    end
    try.unsent = false
    if answers.is_success(answer) then
      route.arrived(way, answer)
      return answer
    end
    answer, err = transport.body(try.transfer, answer, try.exchange)
    if not answer then
      return nil, err
    end
    local goes_on = body.can_be_resent(call.body) and route.goes_on(way, answer)
    if not goes_on then
      route.arrived(way, answer)
      goes_on = answer.status == 401 and not renewed
        and auth.renew(settings, bearer)
        and body.can_be_resent(call.body)
      renewed = true
    end
    if not goes_on then
      return nil, refused(settings, call, answer, bearer)
    end
  end
end

-- What became of a try that nobody waited for, once its transfer has ended.
local function outcome(caller, call, try, bearer)
  local answer, err = transport.head(try.transfer, try.exchange)
  try.answer = answer
  if answer then
    answer, err = transport.body(try.transfer, answer, try.exchange)
  end
  if answer and not answers.is_success(answer) then
    err = refused(caller.settings, call, answer, bearer)
  end
  return err
end

--- Sends a call once, whatever becomes of it, and lets it run for some seconds.
--- The log hears of it. Without a token that it needs it is not sent.
---@param caller indoxhub.Caller
---@param call indoxhub.Call
---@param seconds number
function attempt.fire(caller, call, seconds)
  local settings, started = caller.settings, core.now()
  local bearer = auth.at_hand(settings, call)
  if bearer == nil or caller.closed then
    return
  end
  local try = { exchange = request.build(settings, call, { timeout = seconds },
    bearer, route.new(settings, call).url) }
  try.exchange.gate = nil -- others may wait there for longer than this is for
  local transfer = transport.submit(caller, try.exchange)
  if not transfer then
    return
  end
  transfer:whole()
  try.transfer = transfer
  loop.leave(transfer, seconds, function()
    attempt.tell(caller, call, try, core.now() - started,
      outcome(caller, call, try, bearer))
  end)
  loop.look()
end

--- Tells the log how a try went.
---@param caller indoxhub.Caller
---@param call indoxhub.Call
---@param try indoxhub.Attempt
---@param seconds number
---@param err? indoxhub.Error
function attempt.tell(caller, call, try, seconds, err)
  local options = caller.settings.options
  if not log.is_on(options) then
    return
  end
  local result = try.transfer and try.transfer:result() or {}
  local event = { name = "attempt", method = call.method, path = call.path,
    status = try.answer and try.answer.status or err and err.status,
    kind = err and err.kind, seconds = seconds, bytes_out = result.bytes_out,
    bytes_in = result.bytes_in }
  if try.exchange and log.wants_bodies(options) and not call.private then
    local hide = try.exchange.hide
    event.request_body = log.excerpt(try.exchange.form and "(form)"
      or try.exchange.body, hide)
    event.response_body = log.excerpt(try.answer and try.answer.text, hide)
  end
  log.tell(options, event)
end

return attempt
