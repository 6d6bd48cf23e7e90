--- indoxhub.Tool, indoxhub.ToolFunction, indoxhub.ToolCall,
--- indoxhub.ToolChoice, conversation:add
local talk = client:conversation {
  tools = { { type = "function", ["function"] = {
    name = "clock", description = "Tells what time it is.",
    parameters = { type = "object",
      properties = { zone = { type = "string" } } },
  } } },
  tool_choice = "auto",
}
local reply = indoxhub.assert(talk:send("What is 1 + 1?"))
while reply.tool_calls do
  for _, call in ipairs(reply.tool_calls) do
    talk:add { role = "tool", tool_call_id = call.id, content = "09:00" }
  end
  reply = indoxhub.assert(talk:send())
end
print(reply.data)
--> 1 + 1 is 2.
