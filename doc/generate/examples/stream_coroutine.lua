--- stream:coroutine
local stream = indoxhub.assert(client.chat:stream {
  messages = { { role = "user", content = "count to 3" } },
})
local reader = stream:coroutine { wait = true }
while true do
  local ok, piece = coroutine.resume(reader)
  assert(ok, piece)
  if coroutine.status(reader) == "dead" then
    print(piece.data) -- the reply
    break
  end
end
--> 1 2 3
