--- indoxhub.gather, indoxhub.run
local function ask(question)
  return function()
    local reply, err = client.chat:create {
      messages = { { role = "user", content = question } },
    }
    return reply and reply.data, err
  end
end
local answers, errors = indoxhub.gather({
  ask "What is 1 + 1?", ask "What is 2 + 2?", ask "What is 3 + 3?",
}, { concurrency = 2 })
print(table.concat(answers, " "), errors)
--> 1 + 1 is 2. 2 + 2 is 4. 3 + 3 is 6.	nil
