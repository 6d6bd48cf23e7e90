--- Errors of what a server said: a failing status, a failure told inside a
--- successful reply or a stream, a body that is not what was promised.
--
-- Nothing here raises or waits. All text of the server passes through the
-- answer's `hide` on its way in. How its reason is found stands in reason.lua,
-- what its names and numbers mean in names.lua.

local address = require "indoxhub.base.address"
local answers = require "indoxhub.api.reading.answer"
local body = require "indoxhub.api.errors.body"
local errors = require "indoxhub.base.errors"
local json = require "indoxhub.base.json"
local names = require "indoxhub.api.errors.names"
local reason = require "indoxhub.api.errors.reason"
local redact = require "indoxhub.base.redact"
local retry_hint = require "indoxhub.api.errors.retry_hint"
local text = require "indoxhub.api.errors.text"
local usage = require "indoxhub.api.reading.usage"
local utf8 = require "indoxhub.base.utf8"

local answer_errors = {}

-- How much of a body, and of a reason, an error keeps.
local LONGEST = 2000

-- How many bytes are looked through for a reason that is text.
local LONGEST_LOOK = 64 * 1024

-- What stands where a text belongs, as one; anything else is written as JSON.
local function as_text(value, hide)
  if type(value) == "table" or value == json.null then
    local ok, written = pcall(json.encode,
      redact.copy(utf8.copy(value), hide))
    value = ok and written or "..."
  end
  return hide(tostring(value))
end

-- Only what is documented: a server may echo the request here.
local function clean_loc(loc, hide)
  local clean
  for _, part in ipairs(type(loc) == "table" and loc or {}) do
    clean = clean or {}
    clean[#clean + 1] = type(part) == "number" and part or as_text(part, hide)
  end
  return clean
end

local function clean_detail(list, hide)
  if type(list) ~= "table" or #list == 0 then
    return nil
  end
  local clean = {}
  for i, item in ipairs(list) do
    if type(item) ~= "table" then
      item = { msg = item }
    end
    clean[i] = { loc = clean_loc(item.loc, hide),
      type = text.readable(item.type) and hide(item.type),
      msg = as_text(item.msg or "", hide) }
  end
  return clean
end

--- What a failed answer says that was used; texts and names in it may echo the
--- request.
---@param told any with the names of replies
---@param hide indoxhub.Hide
---@return table?
function answer_errors.usage(told, hide)
  return type(told) == "table" and redact.copy(told, hide) or nil
end

local function not_found_code(message)
  local lower = message:lower()
  for _, what in ipairs { "provider", "model", "session", "job", "stream" } do
    if lower:find(what, 1, true) then
      return what
    end
  end
end

-- The first of some fields, wherever in a body it stands, that is a text.
local function first_field(levels, ...)
  for _, level in ipairs(levels) do
    for _, name in ipairs { ... } do
      local value = text.readable(level.fields[name])
      if value then
        return value
      end
    end
  end
end

---@class indoxhub.Told what a server told of a failure
---@field value any the decoded body or event
---@field levels indoxhub.FailureLevel[]
---@field message? string its reason, which may hold secrets
local function read(value)
  return { value = value, levels = names.levels(value),
    message = reason.of(value) }
end

-- Every error has these fields.
local function fields_from(told, answer)
  local hide, headers = answer.hide, answer.headers
  local top = type(told.value) == "table" and told.value or {}
  local id = first_field(told.levels, "request_id")
    or text.readable(top.id) or headers["x-request-id"]
  local code = names.code(told.levels)
  local again = (headers["x-should-retry"] or ""):lower()
  local fields = {
    request_id = id and hide(id), code = code and hide(code),
    detail = clean_detail(top.detail, hide),
    retry_after = retry_hint(answer, top, told.message),
    body = answer.text and hide(answer.text, LONGEST),
    retry_asked = again == "true" or nil,
    usage = answer_errors.usage(usage.of(top.usage), hide),
  }
  if again == "false" then
    fields.retryable = false
  end
  return fields
end

-- A message as it may be seen.
local function shown(answer, message)
  return text.cut(answer.hide(message, LONGEST_LOOK), LONGEST)
end

-- Some servers use the status of a rate limit for an empty account. Waiting
-- does not help it.
local function sharpen(kind, told, fields)
  if not names.is_unpaid(told.levels, told.message) then
    return kind
  end
  fields.retryable, fields.retry_asked = false, nil
  return (kind == "rate_limit" or kind == "unavailable" or not fields.status)
    and "insufficient_credits" or kind
end

-- What an answer has for a reason whose body gives none.
local function other_reason(answer)
  local phrase = answers.compression(answer)
  return phrase and ("the server gave its reason compressed (%s), which " ..
    "was not asked for"):format(phrase) or "the server gave no reason"
end

-- How deep a body is looked through.
local DEEPEST = 8

-- Whether there is something for a person to read in a value: more than a word.
local function has_sentence(value, depth)
  if type(value) == "string" then
    return value:find("%a%a+ +[%w%p]") ~= nil
  elseif type(value) == "table" and depth < DEEPEST then
    for _, item in pairs(value) do
      if has_sentence(item, depth + 1) then
        return true
      end
    end
  end
  return false
end

-- A body that is only text is a reason itself. So is one that says something in
-- a field that nobody here knows.
local function is_reason(value)
  return type(value) ~= "table" and value ~= json.null or has_sentence(value, 0)
end

--- The error of an HTTP status of 400 and above.
---@param answer indoxhub.Answer
---@return indoxhub.Error
function answer_errors.from_status(answer)
  local told = read(body.read(answer.text))
  local fields = fields_from(told, answer)
  if not told.message and is_reason(told.value) then
    -- Secrets are gone before it is cut.
    told.message = text.of_body(answer.hide(answer.text, LONGEST_LOOK))
  end
  local message = shown(answer, told.message or other_reason(answer))
  local kind = names.kind_of_status(answer.status)
  fields.status = answer.status
  if kind == "not_found" then
    fields.code = fields.code or not_found_code(message)
  elseif kind == "network" then
    fields.code = "proxy"
  end
  return errors.new(sharpen(kind, told, fields), message, fields)
end

--- The error told inside a successful reply or a stream: its own status number
--- decides, then its machine name.
---@param value table the decoded reply or event
---@param answer indoxhub.Answer
---@return indoxhub.Error
function answer_errors.from_body(value, answer)
  local told = read(value)
  local fields = fields_from(told, answer)
  fields.retry_asked = nil -- its head spoke before the failure
  if names.is_cancelled(value) then
    fields.code = "server"
    return errors.new("cancelled", shown(answer, told.message
      or "the server cancelled the answer"), fields)
  end
  local status = names.status(told.levels, told.message)
  local kind = status and names.kind_of_status(status)
    or names.kind(told.levels) or "server"
  fields.status = status
  return errors.new(sharpen(kind, told, fields), shown(answer, told.message
    or "the server reported a failure without a reason"), fields)
end

-- Of these codes, the body was to be read and could not be.
local UNREAD = { json = true, reply = true, stream = true, empty = true }

-- What an answer is that could not have been what was promised: its message and
-- code.
local function what_it_is(answer)
  local bodiless = answers.bodiless(answer)
  local compression = answers.compression(answer)
  if bodiless then
    return ("the server answered %s, without a body"):format(bodiless), "empty"
  elseif compression then
    return ("the answer is compressed (%s), which was not asked for")
      :format(compression), "encoding"
  elseif answers.is_web_page(answer) then
    return "the server sent a web page", "html"
  end
end

--- A body that is not what was promised. An answer that is something else
--- altogether is named as that.
---@param message string
---@param answer indoxhub.Answer
---@param code? string
---@return indoxhub.Error
function answer_errors.protocol(message, answer, code)
  if UNREAD[code] then
    local other, its_code = what_it_is(answer)
    message, code = other or message, its_code or code
  end
  local fields = fields_from({ levels = {} }, answer)
  fields.status, fields.code = answer.status, code
  return errors.new("protocol", answer.hide(message), fields)
end

--- The error of a status below 400 that brings no answer: a redirect that leads
--- nowhere, or what is none.
---@param answer indoxhub.Answer
---@return indoxhub.Error
function answer_errors.unexpected(answer)
  local location = answer.headers.location
  if answers.is_redirect(answer) or location and answer.status ~= 304 then
    return answer_errors.protocol("the server redirects to "
      .. address.shown(location or "nowhere"), answer, "redirect")
  end
  return answer_errors.protocol(("the server answered with status %d")
    :format(answer.status), answer, "empty")
end

--- The error of an answer that failed, or cannot be read.
---@param failure {body?: table, message?: string} of a reading
---@param answer indoxhub.Answer
---@return indoxhub.Error
function answer_errors.from_failure(failure, answer)
  if failure.body then
    return answer_errors.from_body(failure.body, answer)
  end
  return answer_errors.protocol(failure.message, answer, "stream")
end

return answer_errors
