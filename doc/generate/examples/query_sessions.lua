--- query:sessions, query:models, rows:chart, indoxhub.ChartOptions
indoxhub.assert(client.chat:create {
  messages = { { role = "user", content = "What is 6 * 7?" } } })
local query = client.analytics:query():last("1d")
local models = indoxhub.assert(query:models():fetch())
print(models:chart { column = "count", width = 40, ascii = true } ~= "")
--> true
print(#indoxhub.assert(query:sessions():fetch()) >= 0)
--> true
