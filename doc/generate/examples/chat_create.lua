--- client.chat:create
local reply, err = client.chat:create {
  model = "openai/gpt-4o-mini",
  messages = {
    { role = "system", content = "Answer briefly." },
    { role = "user", content = "What is 6 * 7?" },
  },
}
print(reply and reply.data or err)
--> 6 * 7 is 42.
