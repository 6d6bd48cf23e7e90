-- Answers of the specs that refuse something, and the errors made of them.
local answer_errors = require "indoxhub.api.errors.answer"
local json = require "indoxhub.base.json"
local redact = require "indoxhub.base.redact"

local refusals = {}

--- Keys that no error may show.
refusals.KEY = "indox-" .. ("Zz09"):rep(8)
refusals.BYOK = "sk-own/4711+x"

--- An answer as errors are made of it.
function refusals.answer(status, text, headers)
  return { status = status, text = text, headers = headers or {},
    hide = redact.new { refusals.KEY, refusals.BYOK } }
end

--- The error of a failing status with a body, text or table.
function refusals.refused(status, body, headers)
  local text = type(body) == "table" and json.encode(body) or body
  return answer_errors.from_status(refusals.answer(status, text, headers))
end

--- The error told in a reply of status 200.
function refusals.told(body)
  return answer_errors.from_body(body, refusals.answer(200, json.encode(body)))
end

return refusals
