--- One step of tools: the calls that a model made, run side by side, each to a
--- result that can be sent back. However a call ends, it has one.

local core = require "indoxhub.core"
local errors = require "indoxhub.base.errors"
local json = require "indoxhub.base.json"
local schemas = require "indoxhub.schema"
local sorted_json = require "indoxhub.base.sorted_json"
local task = require "indoxhub.loop.task"
local utf8 = require "indoxhub.base.utf8"
local values = require "indoxhub.schema.values"

local calling = {}

-- Arguments that are nothing are none.
local function decode(text)
  if not text:find "%S" then
    return {}
  end
  return json.decode_with_nulls(text)
end

-- Decodes and checks the arguments of a call; returns what is wrong.
local function take_arguments(call, text, entry)
  local arguments, why = decode(text)
  if arguments == nil then
    call.arguments = text
    return "the arguments are not valid JSON: " .. tostring(why)
  elseif type(arguments) ~= "table" or arguments[1] ~= nil then
    call.arguments = arguments
    return "the arguments must be a JSON object"
  end
  local misfits = entry.checker and entry.checker:misfits(arguments)
  call.arguments = values.without_nulls(arguments)
  return misfits and "the arguments do not fit the schema: "
    .. schemas.describe(misfits, "the arguments") or nil
end

-- A result as text; nil and what is wrong when it cannot be sent.
local function as_text(value)
  if type(value) == "string" then
    return utf8.text(value)
  elseif value == nil then
    return "null"
  end
  local ok, text = pcall(sorted_json.encode, utf8.copy(value))
  if ok then
    return text
  end
  return nil, "the tool returned what JSON cannot hold: " .. tostring(text)
end

-- What a call gives: its result as text; or nil, why there is none, and whether
-- that is a mistake. It may wait and may raise, and so may what it calls.
local function run(call, text, entry, hooks)
  if not entry then
    return nil, "there is no tool of this name", true
  end
  local wrong = take_arguments(call, text, entry)
  if wrong then
    return nil, wrong, true
  elseif hooks.approve then
    local approved, reason = hooks.approve(call)
    if not approved then
      return nil, "the call was denied" .. (reason ~= nil
        and ": " .. tostring(reason) or ""), false
    end
  end
  if hooks.on_call then
    hooks.on_call(call)
  end
  local result, message = entry.run(call.arguments, call)
  if result == nil and message ~= nil then
    return nil, tostring(message), true
  end
  local sent, why = as_text(result)
  return sent, why, true
end

-- Tells how a call ended; one that was given up has been settled already.
local function settle(call, result, message, is_mistake, hooks)
  if call.error then
    return
  end
  call.seconds = core.now() - call.began
  call.began = nil
  call.result, call.error = result, not result and utf8.text(message) or nil
  if call.error and is_mistake and hooks.on_tool_error then
    hooks.on_tool_error(call, call.error)
  end
  if hooks.on_result then
    hooks.on_result(call)
  end
end

-- The task of one call. The tool runs in another, so that whatever it raises
-- comes back as a value on every Lua, PUC 5.1 included.
local function task_of(call, text, entry, hooks)
  return function()
    local made, failures = task.gather { function()
      return { run(call, text, entry, hooks) }
    end }
    local told = made[1]
    if told then
      settle(call, told[1], told[2], told[3], hooks)
    else
      settle(call, nil, tostring(failures[1]), true, hooks)
    end
    return true
  end
end

---@class indoxhub.ToolStep the calls of one answer
---@field calls indoxhub.ToolRun[]
---@field package _fns function[] what runs them

--- The calls of an answer, which do not run yet.
---@param made table[] `tool_calls` of the reply
---@param box indoxhub.Toolbox
---@param hooks indoxhub.ConversationSettings
---@return indoxhub.ToolStep
function calling.step(made, box, hooks)
  local step = { calls = {}, _fns = {} }
  for i, one in ipairs(made) do
    local call = { id = one.id, name = one.name, arguments = one.arguments,
      began = core.now() }
    step.calls[i] = call
    step._fns[i] = task_of(call, one.arguments or "", box.by_name[one.name],
      hooks)
  end
  return step
end

local function is_settled(call)
  return call.result ~= nil or call.error ~= nil
end

--- Gives up the calls that have not ended: nobody waits for them any more.
--- Returns whether there were any.
---@param step indoxhub.ToolStep
---@return boolean
function calling.give_up(step)
  local any = false
  for _, call in ipairs(step.calls) do
    if not is_settled(call) then
      call.began, call.error, any = nil, "the call was cancelled", true
    end
  end
  return any
end

--- Runs the calls side by side and waits for all of them. Cancelling the task
--- that waits cancels them; nil and an error then.
---@param step indoxhub.ToolStep
---@return true? ok, indoxhub.Error? err
function calling.run(step)
  local _, failures = task.gather(step._fns)
  for i, call in ipairs(step.calls) do
    if is_settled(call) and failures and failures[i]
      and not errors.is(failures[i]) then
      task.on_error(failures[i], "") -- a hook that tells raised
    end
  end
  if calling.give_up(step) then
    return nil, errors.cancelled()
  end
  return true
end

--- The message that tells the model how a call ended.
---@param call indoxhub.ToolRun
---@return indoxhub.Message
function calling.message(call)
  return { role = "tool", tool_call_id = call.id,
    content = call.result or "Error: " .. call.error }
end

return calling
