--- indoxhub.map
local questions = { "What is 1 + 1?", "What is 2 + 2?", "What is 3 + 3?" }
local name = os.tmpname() -- one that is not emptied, in a program
local answers, errors = indoxhub.map(questions, function(question)
  local reply, err = client.chat:create {
    messages = { { role = "user", content = question } },
  }
  return reply and reply.data, err
end, { concurrency = 2, resume = name })
print(table.concat(answers or {}, " "), errors)
--> 1 + 1 is 2. 2 + 2 is 4. 3 + 3 is 6.	nil
os.remove(name)
