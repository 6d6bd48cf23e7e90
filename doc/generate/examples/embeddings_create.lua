--- client.embeddings:create
local reply = indoxhub.assert(client.embeddings:create {
  text = { "Gulls are sea birds", "Bread needs flour" },
})
print(#reply.data, #reply.data[1] == reply.dimensions)
--> 2	true
