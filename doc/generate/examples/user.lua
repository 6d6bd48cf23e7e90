--- client.user:health, client.user:me, client.user:usage
print(indoxhub.assert(client.user:health()).status)
--> ok
local me = indoxhub.assert(client.user:me())
print(me.is_active, type(me.credits))
--> true	number
print(type(indoxhub.assert(client.user:usage()).total_cost))
--> number
