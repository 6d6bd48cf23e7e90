--- client.models:trending
local list = indoxhub.assert(client.models:trending {
  days = 7, limit = 3,
})
print(#list <= 3)
--> true
