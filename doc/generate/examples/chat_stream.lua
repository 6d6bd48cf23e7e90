--- client.chat:stream, stream:reply
local stream = indoxhub.assert(client.chat:stream {
  messages = { { role = "user", content = "count to 5" } },
})
for delta in stream do
  io.write("[", delta, "]")
end
print()
--> [1][ 2][ 3][ 4][ 5]
local reply = indoxhub.assert(stream:reply())
print(reply.data, reply.usage.tokens_completion)
--> 1 2 3 4 5	3
