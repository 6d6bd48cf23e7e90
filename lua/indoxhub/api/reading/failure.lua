--- Whether a body or an event tells of a failure, in all the ways servers do.

local json = require "indoxhub.base.json"
local values = require "indoxhub.api.reading.values"

local failure = {}

local FAILED = { failed = true, error = true, cancelled = true,
  canceled = true }

-- What stands in place of an answer's text, calls and the rest.
local ANSWERS = { "data", "choices", "output", "text", "images", "tool_calls",
  "embeddings" }
local MESSAGES = { "message", "Message", "msg", "error_msg", "detail", "error",
  "title" }

-- Words of a code that stand for no failure.
local GOOD_CODES = { ok = true, success = true, succeeded = true,
  completed = true }

-- Placeholders beside a good answer are no error: {}, code 0, blank texts.
local function is_told(err)
  if type(err) == "string" then
    return err:find("%S") ~= nil and err ~= "null"
  elseif type(err) ~= "table" then
    return values.says_something(err)
  end
  for _, value in pairs(err) do
    if value ~= "0" and is_told(value) then
      return true
    end
  end
  return false
end

local function has_answer(body)
  for _, name in ipairs(ANSWERS) do
    if values.says_something(body[name]) then
      return true
    end
  end
  return false
end

local function has_message(body)
  for _, name in ipairs(MESSAGES) do
    if values.says_something(body[name]) and body[name] ~= true then
      return true
    end
  end
  return false
end

local function is_high(status)
  local number = values.number_or_nil(status)
  return number ~= nil and (number >= 400 or number < 0)
end

-- The status object of some vendors: a number that stands for a failure, with
-- a message and without an answer.
local function is_failing_status(body)
  local base = body.base_resp
  local told = type(base) == "table" and values.number_or_nil(base.status_code)
  if told and told ~= 0 then
    return true
  end
  local code, status_code, own = body.code, body.status_code, body.status
  local other = body.statusCode
  local fails = code ~= nil and is_high(code)
    or status_code ~= nil and is_high(status_code)
    or other ~= nil and is_high(other) or own ~= nil and is_high(own)
  return fails and has_message(body) and not has_answer(body)
end

local function is_name(code)
  return type(code) == "string" and code:find("%a") ~= nil
    and not GOOD_CODES[code:lower()]
end

-- Such as "invalid_request_error" and "BadRequestError".
local function is_type_of_error(name)
  return type(name) == "string" and name:lower():find("error$") ~= nil
end

-- What some servers answer in place of a status object: a name of an error,
-- with a message; a list of errors; nothing but a detail. Events of any other
-- type have codes for other things.
local function is_named_failure(body)
  local typed = body.type ~= nil and is_type_of_error(body.type)
  local named = typed or body.code ~= nil and is_name(body.code)
    or body.error_code ~= nil and values.says_something(body.error_code)
  if not named and body.errors == nil and body.detail == nil
    or body.type ~= nil and not typed or body.success == true
    or has_answer(body) then
    return false
  end
  return named and has_message(body) or is_told(body.errors)
    or values.says_something(body.detail) and next(body, next(body)) == nil
end

--- Whether a word is the status of what failed.
---@param status any
---@return boolean
function failure.is_status(status)
  return type(status) == "string" and FAILED[status:lower()] == true
end

--- Whether a body of status 200, or an event, says that it failed. Its own
--- `status` is not looked at: jobs have one, too.
---@param body table
---@return boolean
function failure.is_told(body)
  return body.success == false or body.error ~= nil and body.error ~= json.null
    and is_told(body.error) or body.object == "error" or body.type == "error"
    or is_failing_status(body) or is_named_failure(body)
end

--- The same for the reply of a generation, whose own status also counts.
---@param body table
---@return boolean
function failure.is_of_generation(body)
  return failure.is_told(body) or failure.is_status(body.status)
end

--- The failure told by a choice; nil when it tells of none. A choice may tell
--- that there is one, and the event around it which.
---@param choice table
---@param event table what it stands in
---@return table? body
function failure.of_choice(choice, event)
  if choice.error ~= nil and is_told(choice.error) then
    return { error = choice.error, id = event.id,
      request_id = event.request_id,
      message = values.text_or_nil(event.message) }
  end
  local reason = choice.finish_reason
  return type(reason) == "string" and reason:lower() == "error" and event or nil
end

return failure
