-- Answers of a server that has tools called, in OpenAI's form.
local json = require "indoxhub.base.json"
local servers = require "spec.support.servers"

local answers = {}

--- The parameters of the tool that the specs have, by the name get_weather.
answers.CITY = { type = "object", properties = { city = { type = "string" },
  days = { type = "integer", minimum = 1 } }, required = { "city" } }

--- An answer in words: what its message says, and why it ends there.
function answers.says(text)
  return { message = { role = "assistant", content = text }, reason = "stop" }
end

--- An answer that calls tools, each given as { name, arguments, id = }.
function answers.calls(...)
  local list = {}
  for i, call in ipairs { ... } do
    list[i] = { id = call.id or "c" .. i, type = "function",
      ["function"] = { name = call[1], arguments = call[2] } }
  end
  return { message = { role = "assistant", tool_calls = list },
    reason = "tool_calls" }
end

local USAGE = { prompt_tokens = 10, completion_tokens = 5, total_tokens = 15,
  cost = 0.5 }

--- An answer as a reply.
function answers.as_body(answer)
  return servers.json(json.encode { id = "r", usage = USAGE, choices = { {
    index = 0, message = answer.message, finish_reason = answer.reason } } })
end

--- The same as a stream.
function answers.as_stream(answer)
  local message, frames = answer.message, { servers.EVENTS_HEAD }
  local function add(payload)
    frames[#frames + 1] = "data: " .. json.encode(payload) .. "\n\n"
  end
  local function delta(fields)
    add { id = "r", choices = { { index = 0, delta = fields } } }
  end
  for i, call in ipairs(message.tool_calls or {}) do
    local text = call["function"].arguments
    local half = math.floor(#text / 2)
    delta { tool_calls = { { index = i - 1, id = call.id, type = "function",
      ["function"] = { name = call["function"].name,
        arguments = text:sub(1, half) } } } }
    delta { tool_calls = { { index = i - 1, ["function"] = {
      arguments = text:sub(half + 1) } } } }
  end
  for piece in (message.content or ""):gmatch "%s*%S+" do
    delta { content = piece }
  end
  add { id = "r", usage = USAGE, choices = { { index = 0, delta = {},
    finish_reason = answer.reason } } }
  frames[#frames + 1] = "data: [DONE]\n\n"
  return table.concat(frames)
end

return answers
