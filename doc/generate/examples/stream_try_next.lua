--- stream:try_next
local stream = indoxhub.assert(client.chat:stream {
  messages = { { role = "user", content = "count to 3" } },
})
local text = ""
repeat -- as in each frame of a game
  local piece, kind = stream:try_next()
  text = text .. (piece or "")
  indoxhub.step(0.002)
until not piece and kind ~= "pending"
print(text)
--> 1 2 3
