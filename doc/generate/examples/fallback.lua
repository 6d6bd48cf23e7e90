--- indoxhub.ModelOptions
local reply = indoxhub.assert(client.chat:create({ model = "openai/gpt-9",
  messages = { { role = "user", content = "What is 6 * 7?" } } },
  { fallback = { "openai/gpt-4o" } }))
print(reply.data, reply.model)
--> 6 * 7 is 42.	gpt-4o
