--- client.images:generate, client:save, indoxhub.Saved
local reply = indoxhub.assert(client.images:generate {
  prompt = "a lighthouse", size = "256x256",
})
local name = os.tmpname()
local saved = indoxhub.assert(client:save(reply.data[1], name))
print(saved.content_type, saved.bytes > 0)
--> image/png	true
os.remove(name)
