--- indoxhub.spawn, task:await, task:status
indoxhub.run(function()
  local task = indoxhub.spawn(function(question)
    return indoxhub.assert(client.chat:create {
      messages = { { role = "user", content = question } },
    }).data
  end, "What is 6 * 7?")
  print(task:status())
  --> pending
  print(task:await())
  --> 6 * 7 is 42.
  print(task:status())
  --> done
end)
