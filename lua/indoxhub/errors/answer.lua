--- Errors of what a server said: a failing status, a failure told inside a
--- successful reply or a stream, a body that is not what was promised.
--
-- Nothing here raises or waits. All text of the server passes through the
-- answer's `hide` on its way in.

local errors = require "indoxhub.errors"
local json = require "indoxhub.json"
local retry_hint = require "indoxhub.errors.retry_hint"

local answer_errors = {}

-- How much of a body an error keeps.
local LONGEST_BODY = 2000

local kind_of_status = {
  [400] = "invalid_request", [401] = "authentication",
  [402] = "insufficient_credits", [403] = "permission", [404] = "not_found",
  [407] = "network", -- a proxy said so
  [408] = "server_timeout", [422] = "validation", [429] = "rate_limit",
  [503] = "unavailable", [504] = "server_timeout",
}

-- Machine names in bodies and events that carry no usable status.
local kind_of_name = {
  overloaded = "unavailable", overloaded_error = "unavailable",
  service_unavailable = "unavailable",
  insufficient_quota = "insufficient_credits",
  insufficient_credits = "insufficient_credits",
  rate_limit = "rate_limit", rate_limit_exceeded = "rate_limit",
  rate_limit_error = "rate_limit", RateLimitError = "rate_limit",
  bad_request = "invalid_request", invalid_request_error = "invalid_request",
  unauthorized = "authentication", invalid_token = "authentication",
  authentication_error = "authentication", invalid_api_key = "authentication",
  permission_error = "permission", permission_denied = "permission",
  ModelNotFoundError = "not_found", ProviderNotFoundError = "not_found",
  model_not_found = "not_found", not_found = "not_found",
  not_found_error = "not_found",
}

-- The status code of a failure, nil for any other number.
local function failing_status(value)
  local status = tonumber(value)
  return status and status >= 400 and status <= 599 and status or nil
end

local function kind_for_status(status)
  return kind_of_status[status]
    or (status >= 500 and "server" or "invalid_request")
end

local function text_of(value)
  if type(value) == "string" and value:find("%S") then
    return value
  end
end

-- [{loc = {"body", "model"}, msg = "..."}] as one line.
local function join_detail(list)
  local lines = {}
  for i, item in ipairs(list) do
    if type(item) == "table" then
      local where = {}
      for j, part in ipairs(type(item.loc) == "table" and item.loc or {}) do
        where[j] = tostring(part)
      end
      local msg = tostring(item.msg or item.message or "is not valid")
      lines[i] = where[1] and table.concat(where, ".") .. ": " .. msg or msg
    else
      lines[i] = tostring(item)
    end
  end
  return text_of(table.concat(lines, "; "))
end

local function detail_message(detail)
  if type(detail) ~= "table" then
    return text_of(detail)
  end
  if #detail > 0 then
    return join_detail(detail)
  end
  return text_of(detail.message) or text_of(detail.msg) or text_of(detail.error)
end

-- The text a person should read, in the order the known bodies want it.
local function body_message(body)
  local err = body.error
  return type(err) == "table" and (text_of(err.message) or text_of(err.msg))
    or text_of(body.message)
    or detail_message(body.detail)
    or text_of(err)
end

-- A machine name has no blanks; a sentence in its place is a message.
local function machine_name(value)
  if type(value) == "string" and value:find("^[%w_%.%-]+$") then
    return value
  end
end

-- The machine name to show, and a second one that may be better known.
local function body_code(body)
  local err = body.error
  if type(err) == "table" then
    local code, name = machine_name(err.code), machine_name(err.type)
    return code or name, name
  end
  return machine_name(err) or machine_name(body.code)
end

local function body_status(body)
  local err = type(body.error) == "table" and body.error or {}
  for _, value in ipairs { body.status_code or false, body.status or false,
    err.status or false, err.code or false, body.code or false } do
    local status = failing_status(value)
    if status then
      return status
    end
  end
  -- The old server wrote it into the text.
  return failing_status((body_message(body) or "")
    :match("%f[%a][Ss]tatus (%d%d%d)%f[%D]"))
end

-- What stands between a page's first pair of such tags; nil without both.
local function between(text, name)
  local start = text:lower():find("<" .. name, 1, true)
  local from = start and text:find(">", start, true)
  local to = from and text:lower():find("</" .. name, from, true)
  return to and text:sub(from + 1, to - 1), start, to
end

-- Plain searches: a server's page may be anything.
local function strip_tags(text)
  local title = (between(text, "title") or ""):match("^%s*(.*%S)")
  if title then
    return title
  end
  for _, name in ipairs { "script", "style" } do
    local _, start, to = between(text, name)
    while start and to do
      text = text:sub(1, start - 1) .. " " .. text:sub(to + #name + 2)
      _, start, to = between(text, name)
    end
  end
  return text_of((text:gsub("<[^>]*>", " ")))
end

-- Only what is documented: a server may echo the request here.
local function clean_detail(list, hide)
  if type(list) ~= "table" or #list == 0 then
    return nil
  end
  local clean = {}
  for i, item in ipairs(list) do
    if type(item) ~= "table" then
      item = { msg = item }
    end
    local loc
    for j, part in ipairs(type(item.loc) == "table" and item.loc or {}) do
      loc = loc or {}
      loc[j] = type(part) == "string" and hide(part) or part
    end
    clean[i] = { loc = loc, type = text_of(item.type) and hide(item.type),
      msg = hide(tostring(item.msg or "")) }
  end
  return clean
end

local function not_found_code(message)
  local lower = message:lower()
  for _, what in ipairs { "provider", "model", "session", "job", "stream" } do
    if lower:find(what, 1, true) then
      return what
    end
  end
end

-- The fields every error has that is made of a decoded body.
local function fields_from(body, answer)
  local hide, headers = answer.hide, answer.headers
  local id = text_of(body.request_id) or text_of(body.id)
    or headers["x-request-id"]
  local code = body_code(body)
  return {
    request_id = id and hide(id), code = code and hide(code),
    detail = clean_detail(body.detail, hide),
    retry_after = retry_hint(answer, body, body_message(body)),
    body = answer.text and hide(answer.text, LONGEST_BODY),
  }
end

-- Some servers use the status of a rate limit for an empty account.
local function is_out_of_credit(body)
  local code, name = body_code(body)
  return kind_of_name[code or ""] == "insufficient_credits"
    or kind_of_name[name or ""] == "insufficient_credits"
end

-- Waiting does not help an empty account.
local function sharpen(kind, body)
  return (kind == "rate_limit" or kind == "unavailable")
    and is_out_of_credit(body) and "insufficient_credits" or kind
end

--- The error of an HTTP status of 400 and above.
---@param answer indoxhub.Answer
---@return indoxhub.Error
function answer_errors.from_status(answer)
  local body = json.decode(answer.text)
  local is_object = type(body) == "table"
  local fields = fields_from(is_object and body or {}, answer)
  local message = answer.hide(is_object and body_message(body)
    or not is_object and strip_tags(fields.body)
    or "the server gave no reason")
  local kind = kind_for_status(answer.status)
  fields.status = answer.status
  if kind == "not_found" then
    fields.code = fields.code or not_found_code(message)
  elseif kind == "network" then
    fields.code = "proxy"
  end
  return errors.new(is_object and sharpen(kind, body) or kind, message, fields)
end

--- The error told inside a successful reply or a stream: its own status number
--- decides, then its machine name.
---@param body table the decoded reply or event
---@param answer indoxhub.Answer
---@return indoxhub.Error
function answer_errors.from_body(body, answer)
  local fields = fields_from(body, answer)
  local status = body_status(body)
  local code, name = body_code(body)
  local kind = status and kind_for_status(status) or kind_of_name[code or ""]
    or kind_of_name[name or ""] or "server"
  fields.status = status
  return errors.new(sharpen(kind, body), answer.hide(body_message(body)
    or "the server reported a failure without a reason"), fields)
end

--- A body that is not what was promised.
---@param message string
---@param answer indoxhub.Answer
---@param code? string
---@return indoxhub.Error
function answer_errors.protocol(message, answer, code)
  local fields = fields_from({}, answer)
  fields.status, fields.code = answer.status, code
  return errors.new("protocol", answer.hide(message), fields)
end

--- The error of a stream that a decoder found broken.
---@param failure {body?: table, message?: string} decoder.failure
---@param answer indoxhub.Answer
---@return indoxhub.Error
function answer_errors.from_failure(failure, answer)
  if failure.body then
    return answer_errors.from_body(failure.body, answer)
  end
  return answer_errors.protocol(failure.message, answer, "stream")
end

return answer_errors
