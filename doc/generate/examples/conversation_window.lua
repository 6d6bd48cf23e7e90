--- conversation:window, conversation:fork
local talk = client:conversation { max_tokens_context = 40 }
for i = 1, 5 do
  indoxhub.assert(talk:send(("What is %d + %d?"):format(i, i)))
end
local messages = talk:window()
print(#talk:messages(), #messages < 10)
--> 10	true
local other = talk:fork()
indoxhub.assert(other:send("What is 9 + 9?"))
print(#talk:messages(), #other:messages())
--> 10	12
