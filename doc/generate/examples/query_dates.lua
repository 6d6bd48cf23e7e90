--- query:from, query:to, query:between, query:content
local query = client.analytics:query()
local single = query:between("2026-01-01", "2026-01-31"):content()
print(#indoxhub.assert(single:fetch()))
--> 0
print(#indoxhub.assert(query:from("2026-01-01"):to("2026-01-02"):fetch()))
--> 0
