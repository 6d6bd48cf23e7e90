--- indoxhub.Usage
local reply = indoxhub.assert(client.chat:create {
  messages = { { role = "user", content = "What is 6 * 7?" } },
})
local usage = assert(reply.usage)
print(usage.tokens_prompt + usage.tokens_completion == usage.tokens_total)
--> true
