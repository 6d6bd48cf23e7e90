--- client.audio:speak
local reply = indoxhub.assert(client.audio:speak {
  input = "Mind the gap.", voice = "alloy", speed = 1.25,
})
print(reply.data.audio ~= nil or reply.data.url ~= nil)
--> true
