--- client.audio:translate
local reply = indoxhub.assert(client.audio:translate {
  file = indoxhub.bytes(("RIFF"):rep(64), "hei.wav"),
})
print(type(reply.data.text))
--> string
