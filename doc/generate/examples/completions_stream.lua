--- client.completions:stream, client.completions:stop
local stream = indoxhub.assert(client.completions:stream {
  prompt = "count to 3",
})
print(stream:next())
--> 1	text
local reply, err = client.completions:stop(stream.id)
-- It may have ended meanwhile.
print(reply ~= nil or err and err.kind == "not_found")
--> true
stream:close()
