--- How answers leave the sandbox: whole, or with the fault that was asked for.

local faults = require "indoxhub.sandbox.faults"
local json = require "indoxhub.base.json"

local replies = {}

--- A stalled request ends at last, should its client never go away.
replies.LONGEST_STALL = 3600

local function fault_of(request)
  return request.context and request.context.fault
end

--- Answers with a text of any kind.
function replies.text(request, content_type, text, headers)
  local fault = fault_of(request)
  if not fault then
    request:reply(200, content_type, text, headers)
  elseif fault.kind == "stall" then
    request:pause(replies.LONGEST_STALL)
    request:cut()
  elseif fault.kind == "cut" then
    request:reply_part(200, content_type, text, headers, math.floor(#text / 2))
    request:cut()
  else
    request:json(200, { success = false, message = faults.IN_ANSWER,
      request_id = (headers or {})["x-request-id"] }, headers)
  end
end

--- Answers with JSON.
---@param id? string of the request
function replies.json(request, value, id, headers)
  headers = headers or {}
  headers["x-request-id"] = id
  replies.text(request, "application/json", json.encode(value), headers)
end

return replies
