--- client.analytics:query, query:last, query:by, query:where, query:fetch,
--- rows:table, rows:csv, indoxhub.Filters
indoxhub.assert(client.chat:create { model = "openai/gpt-4o-mini",
  messages = { { role = "user", content = "What is 6 * 7?" } } })
local month = client.analytics:query():last("30d")
local rows = indoxhub.assert(month:by("model")
  :where { model = "openai/gpt-4o-mini" }:fetch())
print(rows[1].model, rows[1].count > 0)
--> gpt-4o-mini	true
local text = rows:table { columns = { "model", "count" } }
print(text:match("^model%s+count") ~= nil)
--> true
print(rows:csv { columns = { "model" } }:match("^%a+"))
--> model
