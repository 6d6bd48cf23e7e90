--- client:request, indoxhub.Request
local reply = indoxhub.assert(client:request {
  path = "models/trending", query = { limit = 1 },
})
print(type(reply))
--> table
