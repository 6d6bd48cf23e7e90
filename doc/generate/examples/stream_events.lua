--- stream:events
local stream = indoxhub.assert(client.chat:stream {
  messages = { { role = "user", content = "count to 3" } },
})
local count = 0
for event in stream:events() do
  assert(type(event) == "table")
  count = count + 1
end
print(count > 3)
--> true
