--- conversation:save, indoxhub.load_conversation
local talk = client:conversation { system = "Answer briefly." }
indoxhub.assert(talk:send("What is 6 * 7?"))
local name = os.tmpname()
indoxhub.assert(talk:save(name))
local again = indoxhub.assert(indoxhub.load_conversation(client, name))
print(again.system, #again:messages())
--> Answer briefly.	2
os.remove(name)
