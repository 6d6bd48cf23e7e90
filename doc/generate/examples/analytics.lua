--- client.analytics:usage, client.analytics:sessions, client.analytics:models
local reply = indoxhub.assert(client.analytics:usage {
  group_by = "endpoint",
})
print(type(reply.results), reply.group_by)
--> table	endpoint
print(type(indoxhub.assert(client.analytics:sessions()).results))
--> table
print(type(indoxhub.assert(client.analytics:models()).results))
--> table
