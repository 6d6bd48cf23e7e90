--- What an answer says, as OpenAI writes it: messages, choices and calls of
--- tools.

local choices = {}

--- One call of a tool.
---@param call indoxhub.sandbox.ToolCall
---@return table
function choices.call(call)
  return { id = call.id, type = "function",
    ["function"] = { name = call.name, arguments = call.arguments } }
end

--- The calls of a choice; nil when it makes none.
---@param choice indoxhub.sandbox.Choice
---@return table[]?
function choices.calls(choice)
  if not choice.calls then
    return nil
  end
  local list = {}
  for i, call in ipairs(choice.calls) do
    list[i] = choices.call(call)
  end
  return list
end

--- What was thought before a choice; nil when nothing was.
---@param choice indoxhub.sandbox.Choice
---@return string?
function choices.reasoning(choice)
  return choice.reasoning and table.concat(choice.reasoning)
end

--- One choice of a chat or of a completion.
---@param answer indoxhub.sandbox.Answer
---@param nth integer
---@param null any what stands for a text that there is not
---@return table
function choices.whole(answer, nth, null)
  local choice = answer.choices[nth]
  local made = { index = nth - 1, finish_reason = choice.finish_reason }
  if answer.kind == "chat" then
    made.message = { role = "assistant",
      content = choice.calls and null or choice.text,
      reasoning_content = choices.reasoning(choice),
      tool_calls = choices.calls(choice) }
  else
    made.text = choice.text
  end
  return made
end

--- The delta that a part of a chat is.
---@param part indoxhub.sandbox.Part
---@return table? delta nil when it tells nothing new
function choices.delta(part)
  if part.kind == "text" then
    return { content = part.text }
  elseif part.kind == "thought" then
    return { reasoning_content = part.text }
  elseif part.kind == "call" then
    local call = part.call
    return { tool_calls = { { index = part.index - 1, id = call.id,
      type = "function", ["function"] = { name = call.name,
        arguments = "" } } } }
  elseif part.kind == "arguments" then
    return { tool_calls = { { index = part.index - 1,
      ["function"] = { arguments = part.text } } } }
  end
end

return choices
