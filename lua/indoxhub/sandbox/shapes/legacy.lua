--- The dialect `legacy`: the vendor's envelope, whole or piece by piece.

local choices = require "indoxhub.sandbox.shapes.choices"
local envelope = require "indoxhub.sandbox.shapes.envelope"
local frame = require "indoxhub.sandbox.shapes.frame"
local json = require "indoxhub.base.json"

local legacy = {}

function legacy.body(answer)
  local first = answer.choices[1]
  local body = envelope.around(answer, first.text)
  body.finish_reason = first.finish_reason
  body.reasoning_content = choices.reasoning(first)
  body.tool_calls = choices.calls(first)
  if answer.choices[2] then
    body.choices = {}
    for nth = 1, #answer.choices do
      body.choices[nth] = choices.whole(answer, nth, json.null)
    end
  end
  return body
end

function legacy.start()
  return ""
end

-- A call comes as a whole, when its arguments are there.
function legacy.part(_, part)
  if part.kind == "text" then
    return frame.of { success = true, data = part.text }
  elseif part.kind == "called" then
    return frame.of { success = true, data = "",
      tool_calls = { choices.call(part.call) } }
  end
  return ""
end

function legacy.finish(answer)
  local first = answer.choices[1]
  return frame.of { success = true, data = "",
      finish_reason = first.calls and first.finish_reason or nil,
      usage = envelope.usage(answer) }
    .. frame.DONE
end

function legacy.failure(_, message)
  return frame.of { error = message } .. frame.DONE
end

return legacy
