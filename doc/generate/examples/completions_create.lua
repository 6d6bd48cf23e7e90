--- client.completions:create
local reply = indoxhub.assert(client.completions:create {
  prompt = "What is 1 + 1?", max_tokens = 20,
})
print(reply.data)
--> 1 + 1 is 2.
