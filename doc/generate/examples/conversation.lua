--- client:conversation, conversation:send, conversation:stream
local talk = client:conversation { model = "openai/gpt-4o-mini",
  system = "Answer briefly." }
print(indoxhub.assert(talk:send("What is 6 * 7?")).data)
--> 6 * 7 is 42.
for delta in indoxhub.assert(talk:stream("count to 3")) do
  io.write(delta)
end
print()
--> 1 2 3
talk.model = "anthropic/claude-haiku-4.5" -- from now on
