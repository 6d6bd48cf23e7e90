--- The dialects the sandbox speaks: how an answer looks as a body, and how it
--- looks as a stream.
--
-- Each has `body(answer)`, and for streams `start`, `part`, `finish` and
-- `failure`, which return frames ready to be sent. `has_choices` says that it
-- can carry several answers to one question.

local shapes = {}

---@class indoxhub.sandbox.Part what one step of a stream says
---@field kind "thought"|"text"|"call"|"arguments"|"called"
---@field choice integer
---@field first? boolean whether it begins a text or a thought
---@field last? boolean whether it ends a thought
---@field text? string
---@field call? indoxhub.sandbox.ToolCall
---@field index? integer of the call

shapes.names = { "responses", "gateway", "openai", "legacy", "raw" }

shapes.by_name = {}
for _, name in ipairs(shapes.names) do
  shapes.by_name[name] = require("indoxhub.sandbox.shapes." .. name)
end

return shapes
