--- What comes after a failed attempt of a call: the same again after a wait,
--- another model at once, or nothing.

local attempts = require "indoxhub.call.attempt"
local body = require "indoxhub.call.body"
local core = require "indoxhub.core"
local fallback = require "indoxhub.call.fallback"
local log = require "indoxhub.base.log"
local retry = require "indoxhub.call.retry"

local again = {}

local MAX_RETRIES = 2

--- Tells the log what happens to a call.
---@param call indoxhub.Call
---@param name string
---@param fields table what else there is to tell
function again.tell(call, name, fields)
  local options = call.caller.settings.options
  if log.is_on(options) then
    fields.name = name
    fields.method, fields.path = call.operation.method, call.operation.path
    log.tell(options, fields)
  end
end

-- A number from 0 to 1 that differs from call to call. The program's own random
-- numbers stay as it seeded them.
local function random()
  return core.now() * 1000 % 1
end

-- Whether a call is over its time limit, some seconds from now.
local function is_late(call, seconds)
  return call.deadline and core.now() + seconds >= call.deadline
end

-- Seconds until a failed call is to be sent again; nil when it is not.
local function wait_for_again(call, err, unsent)
  local options, given = call.options, call.caller.settings.options
  local state = { failed = call.failed, unsent = unsent,
    resumable = call.resumable, operation = call.operation.name,
    asked = call.asked,
    max_retries = options.max_retries or given.max_retries or MAX_RETRIES,
    unsafe = options.retry_unsafe }
  local wait = body.can_be_resent(call.operation.body)
    and retry.wait(call.operation.method, err, state, random())
  call.asked = state.asked
  return wait and not is_late(call, wait) and wait or nil
end

-- Has the call ask another model, with tries of its own, when there is one.
local function fall_back(call, err)
  local failed = call.operation.model
  local turns = fallback.turn(call.fallback, call.operation)
  if turns then
    call.failed, call.asked = 0, nil
    again.tell(call, "fallback", { kind = err.kind, status = err.status,
      failed_model = failed, model = call.operation.model })
  end
  return turns
end

--- Whether a failed call is to be sent again: waits as long as it takes. Nil
--- and the error when it is over.
---@param call indoxhub.Call
---@param err indoxhub.Error
---@param unsent boolean whether its request certainly was not sent whole
---@return true? ok, indoxhub.Error? err
function again.wait(call, err, unsent)
  if call.recorded then -- it is what it was
    return nil, err
  end
  local wait = wait_for_again(call, err, unsent)
  if call.fallback and fallback.is_due(call.fallback, err, wait)
    and not is_late(call, 0) and fall_back(call, err) then
    return true
  elseif not wait then
    return nil, err
  end
  call.attempts[#call.attempts].wait = wait
  again.tell(call, "retry", { kind = err.kind, status = err.status,
    wait = wait })
  return attempts.pause(call.caller, { ready = false }, wait)
end

return again
