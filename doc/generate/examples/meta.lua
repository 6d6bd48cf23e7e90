--- indoxhub.meta, indoxhub.Meta
local reply = indoxhub.assert(client.user:health())
local meta = assert(indoxhub.meta(reply))
print(meta.status, meta.attempts, meta.headers["content-type"])
--> 200	1	application/json
