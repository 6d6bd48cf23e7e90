--- How the sandbox says no: the texts of its errors and the shapes of their
--- bodies.
--
-- The vendor's documents show eight shapes. A request can ask for one with the
-- header `X-Sandbox-Error-Shape`, and `--error-shape` asks for all.

local json = require "indoxhub.base.json"
local states = require "indoxhub.sandbox.state"

local refusals = {}

local MESSAGES = {
  [400] = "Invalid request parameters", [401] = "Invalid API key",
  [402] = "Insufficient credits. Please top up your account.",
  [403] = "Model access forbidden", [404] = "Model not found",
  [405] = "Method Not Allowed",
  [422] = "Validation failed", [429] = "Rate limit exceeded",
  [500] = "Internal server error", [502] = "Bad gateway",
  [503] = "The model is overloaded", [504] = "Request timeout",
}

-- Status -> the machine name of errors that have one.
local NAMES = {
  [400] = "bad_request", [401] = "unauthorized",
  [402] = "insufficient_credits", [404] = "not_found",
  [429] = "RateLimitError", [503] = "overloaded",
}

local RETRY_AFTER = "1"

--- The text that goes with an HTTP status.
---@param status integer
---@return string
function refusals.message(status)
  return MESSAGES[status] or "Status " .. status
end

---@class indoxhub.sandbox.Refusal
---@field status integer
---@field message string
---@field detail? table[] what is wrong with which field
---@field id string of the request
---@field retry_after? string seconds or a date

local function name_of(refusal)
  return NAMES[refusal.status] or "server_error"
end

local function detail_list(refusal)
  return refusal.detail or { { loc = { "body" }, msg = refusal.message,
    type = "value_error" } }
end

-- Shape -> the body; text is sent as it is. The second result is its status.
local SHAPES = {
  e1 = function(refusal)
    return { request_id = refusal.id, success = false,
      message = refusal.message, data = "" }
  end,
  e2 = function(refusal)
    return { detail = refusal.message }
  end,
  e3 = function(refusal)
    return { detail = detail_list(refusal) }
  end,
  e4 = function(refusal)
    return { success = false, error = name_of(refusal),
      message = refusal.message, status_code = refusal.status,
      request_id = refusal.id, details = refusal.retry_after and {
        limit_type = "requests_per_minute", limit = 60,
        retry_after = tonumber(refusal.retry_after) } or json.null }
  end,
  e5 = function(refusal)
    local place = refusal.detail and refusal.detail[1].loc[2]
    return { error = { message = refusal.message,
      type = refusal.type or name_of(refusal), param = place or json.null,
      code = refusal.code or name_of(refusal) } }
  end,
  e6 = function(refusal)
    return refusals.page(refusal.status, refusal.message)
  end,
  e7 = function(refusal)
    return { detail = { message = refusal.message, type = name_of(refusal) } }
  end,
  e8 = function(refusal)
    return { request_id = refusal.id, success = false,
      message = refusal.message, status_code = refusal.status }, 200
  end,
}

--- Whether a shape has that name, such as "E4".
---@param name string
---@return boolean
function refusals.is_shape(name)
  return SHAPES[name:lower()] ~= nil
end

--- The web page a proxy shows for a status.
---@param status integer
---@param message? string
---@return string
function refusals.page(status, message)
  local title = ("%d %s"):format(status, message or refusals.message(status))
  return ("<html>\r\n<head><title>%s</title></head>\r\n<body>\r\n<center>" ..
    "<h1>%s</h1></center>\r\n</body>\r\n</html>\r\n"):format(title, title)
end

local function headers_of(refusal)
  return {
    ["retry-after"] = refusal.retry_after,
    ["www-authenticate"] = refusal.status == 401 and "Bearer" or nil,
    ["x-request-id"] = refusal.id,
  }
end

-- What is wrong with fields, in one line.
local function in_words(detail)
  local words = {}
  for i, problem in ipairs(detail) do
    local place = {}
    for at = 2, #problem.loc do
      place[#place + 1] = tostring(problem.loc[at])
    end
    words[i] = ("%s %s"):format(table.concat(place, "."), problem.msg)
      :gsub("^ ", "the body ")
  end
  return table.concat(words, "; ")
end

-- Status -> what OpenAI calls it: the type, and the code where it has one.
local OF_OPENAI = {
  [400] = { "invalid_request_error" },
  [401] = { "invalid_request_error", "invalid_api_key" },
  [402] = { "insufficient_quota", "insufficient_quota" },
  [404] = { "invalid_request_error", "not_found" },
  [405] = { "invalid_request_error", "method_not_supported" },
  [429] = { "requests", "rate_limit_exceeded" },
}

-- OpenAI names fields in the message, and has one status for all of them.
local function as_openai(refusal)
  if refusal.detail then
    refusal.message = in_words(refusal.detail)
  end
  if refusal.status == 422 then
    refusal.status = 400
  end
  local names = OF_OPENAI[refusal.status]
    or { "server_error", "server_error" }
  refusal.type = names[1]
  refusal.code = refusal.code or names[2] or json.null
end

-- Answers with a refusal. `usual` is its shape unless one was asked for.
local function send(request, refusal, usual)
  local context = request.context or {}
  if request.compatible and not context.error_shape then
    usual = "E5"
    as_openai(refusal)
  end
  refusal.retry_after = context.retry_after
    or refusal.status == 429 and RETRY_AFTER or nil
  local shape = context.error_shape or usual
  local body, status = SHAPES[shape:lower()](refusal)
  status = status or refusal.status
  local headers = headers_of(refusal)
  if type(body) == "string" then
    request:reply(status, "text/html", body, headers)
  else
    request:json(status, body, headers)
  end
end

--- Refuses a request, with the fields that are wrong if it is about fields.
---@param detail? table[]
---@param code? string for those who speak OpenAI's form
function refusals.refuse(state, request, status, message, detail, code)
  send(request, { status = status, message = message, detail = detail,
    code = code, id = states.new_id(state) }, detail and "E3" or "E2")
end

--- Refuses a request because of one field of its body.
---@param name string
---@param message string such as "must be a list"
function refusals.refuse_field(state, request, name, message)
  refusals.refuse(state, request, 422, refusals.message(422),
    { { loc = { "body", name }, msg = message, type = "value_error" } })
end

--- Refuses a request because a fault was asked for.
function refusals.fail(state, request, status)
  local message = refusals.message(status)
  local detail = status == 422 and { { loc = { "body", "model" },
    type = "value_error", msg = message } } or nil
  send(request, { status = status, message = message, detail = detail,
    id = states.new_id(state) }, detail and "E3" or "E1")
end

return refusals
