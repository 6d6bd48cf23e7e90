--- client.chat:stop, stream.id, stream:close
local stream = indoxhub.assert(client.chat:stream {
  messages = { { role = "user", content = "count to 99" } },
})
print(stream:next())
--> 1	text
local reply, err = client.chat:stop(stream.id)
-- It may have ended meanwhile.
print(reply ~= nil or err and err.kind == "not_found")
--> true
stream:close()
