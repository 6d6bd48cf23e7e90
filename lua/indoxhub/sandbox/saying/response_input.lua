--- What a request of OpenAI's Responses API asks, as the fields of a chat.

local response_input = {}

local function call_of(item)
  return { id = item.call_id or item.id, type = "function",
    ["function"] = { name = item.name, arguments = item.arguments } }
end

-- Neighbouring calls were made by one message.
local function add_call(messages, item)
  local last = messages[#messages]
  if last and last.role == "assistant" and last.tool_calls then
    table.insert(last.tool_calls, call_of(item))
  else
    messages[#messages + 1] = { role = "assistant",
      tool_calls = { call_of(item) } }
  end
end

local function add(messages, item)
  if type(item) ~= "table" then
    return
  elseif item.type == "function_call" then
    add_call(messages, item)
  elseif item.type == "function_call_output" then
    messages[#messages + 1] = { role = "tool", tool_call_id = item.call_id,
      content = item.output }
  elseif item.role then
    messages[#messages + 1] = { role = item.role, content = item.content }
  end
end

--- The messages of a request.
---@param fields table
---@param earlier? table[] those of the response that it goes on from
---@return table[]
function response_input.messages(fields, earlier)
  local messages = {}
  for i, message in ipairs(earlier or {}) do
    messages[i] = message
  end
  local input = fields.input
  for _, item in ipairs(type(input) == "table" and input
    or { { role = "user", content = input } }) do
    add(messages, item)
  end
  if type(fields.instructions) == "string" then
    table.insert(messages, 1, { role = "system",
      content = fields.instructions })
  end
  return messages
end

--- The messages to go on from, after an answer.
---@param messages table[]
---@param choice indoxhub.sandbox.Choice
---@return table[]
function response_input.after(messages, choice)
  local list = {}
  for _, message in ipairs(messages) do
    -- Instructions hold for one response.
    list[#list + 1] = message.role ~= "system" and message or nil
  end
  local made = { role = "assistant", content = choice.text }
  for _, call in ipairs(choice.calls or {}) do
    made.tool_calls = made.tool_calls or {}
    table.insert(made.tool_calls, call_of { call_id = call.id,
      name = call.name, arguments = call.arguments })
  end
  list[#list + 1] = made
  return list
end

return response_input
