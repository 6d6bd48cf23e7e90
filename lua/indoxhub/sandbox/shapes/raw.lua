--- The dialect `raw`: text that is no JSON. What cannot be written so, calls of
--- tools, text that is JSON, and the error that breaks a stream, are objects.

local frame = require "indoxhub.sandbox.shapes.frame"
local legacy = require "indoxhub.sandbox.shapes.legacy"

local raw = { body = legacy.body, failure = legacy.failure }

function raw.start()
  return ""
end

function raw.part(answer, part)
  if part.kind == "text" and not answer.choices[1].is_json then
    return "data: " .. part.text:gsub("\n", "\ndata: ") .. "\n\n"
  end
  return legacy.part(answer, part)
end

function raw.finish()
  return frame.DONE
end

return raw
