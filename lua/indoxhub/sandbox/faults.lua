--- Faults on request, so that programs can be tried against a bad day.
--
-- A fault is written as "kind:number": in the header `X-Sandbox-Fail` for one
-- request, or with `--fail` for all.
--
--   status:429   answers with that HTTP status and an error body
--   html:502     answers with that status and a web page
--   cut:3        closes the connection after that many pieces of a stream
--   stall:3      sends nothing more after that many pieces
--   error:3      tells of an error inside the stream after that many pieces
--
-- An answer that is no stream is cut half way, never comes, or tells of the
-- error with status 200.

local faults = {}

-- Kind -> the least and the greatest number it takes.
local KINDS = { status = { 400, 599 }, html = { 200, 599 },
  cut = { 0, math.huge }, stall = { 0, math.huge }, error = { 0, math.huge } }

-- Statuses that come without a page.
local PAGELESS = { [204] = true, [205] = true, [304] = true }

--- What a failure inside an answer says.
faults.IN_ANSWER = "the provider failed on purpose"

local RETRY_AFTER = "1"

local MESSAGES = {
  [400] = "Invalid request parameters", [401] = "Invalid API key",
  [402] = "Insufficient credits. Please top up your account.",
  [403] = "Model access forbidden", [404] = "Model not found",
  [422] = "Validation failed", [429] = "Rate limit exceeded",
  [500] = "Internal server error", [502] = "Bad gateway",
  [503] = "The model is overloaded", [504] = "Request timeout",
}

---@class indoxhub.sandbox.Fault
---@field kind string
---@field number integer

--- Reads a fault; nil for nothing, nil and a message for what is no fault.
---@param text? string
---@return indoxhub.sandbox.Fault? fault, string? message
function faults.parse(text)
  if not text or text == "" then
    return nil
  end
  local kind, number = text:match("^(%a+):(%d+)$")
  local range = KINDS[kind]
  if not range then
    return nil, ("%q is no fault; write status:429, html:502, cut:3, " ..
      "stall:3 or error:3"):format(text)
  end
  number = tonumber(number)
  if number < range[1] or number > range[2] or PAGELESS[number]
    and kind == "html" then
    return nil, ("%q is no fault: no such status"):format(text)
  end
  return { kind = kind, number = number }
end

--- The text that goes with an HTTP status.
---@param status integer
---@return string
function faults.message(status)
  return MESSAGES[status] or "Status " .. status
end

--- The body of a refusal, and its headers.
---@param status integer
---@return table body, table<string, string> headers
function faults.refusal(status)
  if status == 422 then
    return { detail = { { loc = { "body", "model" }, type = "value_error",
      msg = MESSAGES[422] } } }, {}
  end
  return { success = false, message = faults.message(status), data = "" },
    status == 429 and { ["retry-after"] = RETRY_AFTER } or {}
end

--- The web page a proxy shows for a status.
---@param status integer
---@return string
function faults.page(status)
  local title = ("%d %s"):format(status, faults.message(status))
  return ("<html>\r\n<head><title>%s</title></head>\r\n<body>\r\n<center>" ..
    "<h1>%s</h1></center>\r\n</body>\r\n</html>\r\n"):format(title, title)
end

return faults
