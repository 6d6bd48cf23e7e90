--- indoxhub.Message, indoxhub.Role, indoxhub.Part
local reply = indoxhub.assert(client.chat:create {
  messages = {
    { role = "system", content = "Answer briefly." },
    { role = "user", content = {
      { type = "text", text = "What is 6 * 7?" },
    } },
  },
})
print(reply.data)
--> 6 * 7 is 42.
