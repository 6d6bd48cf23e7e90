--- stream:next_batch
local stream = indoxhub.assert(client.chat:stream {
  messages = { { role = "user", content = "count to 3" } },
})
local whole, pieces = "", 0
local text, count = stream:next_batch()
while text do -- however many strings they are
  whole, pieces = whole .. text, pieces + count
  text, count = stream:next_batch()
end
print(whole, pieces)
--> 1 2 3	3
