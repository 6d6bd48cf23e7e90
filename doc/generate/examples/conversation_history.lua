--- conversation:messages, conversation:undo, conversation:regenerate,
--- conversation:totals
local talk = client:conversation()
indoxhub.assert(talk:send("What is 1 + 1?"))
indoxhub.assert(talk:send("What is 2 + 2?"))
print(talk:undo())
--> What is 2 + 2?
indoxhub.assert(talk:regenerate())
for _, message in ipairs(talk:messages()) do
  print(message.role, message.content)
end
--> user	What is 1 + 1?
--> assistant	1 + 1 is 2.
print(talk:totals().requests)
--> 3
