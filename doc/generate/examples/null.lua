--- indoxhub.array, indoxhub.null
local reply = indoxhub.assert(client.chat:create {
  messages = { { role = "user", content = "What is 6 * 7?" } },
  additional_params = { stop = indoxhub.array {},
    user = indoxhub.null },
})
print(reply.data)
--> 6 * 7 is 42.
