--- Events of a stream as they are sent.

local json = require "indoxhub.base.json"

local frame = {}

--- What ends most streams.
frame.DONE = "data: [DONE]\n\n"

--- An event with a payload.
---@param payload table
---@param name? string of the event
---@return string
function frame.of(payload, name)
  return (name and "event: " .. name .. "\n" or "")
    .. "data: " .. json.encode(payload) .. "\n\n"
end

return frame
