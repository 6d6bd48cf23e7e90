--- task:cancel, task.cancelled, indoxhub.sleep
indoxhub.run(function()
  local task = indoxhub.spawn(function()
    local slept, err = indoxhub.sleep(60)
    return slept, err and err.kind
  end)
  indoxhub.sleep(0)
  task:cancel()
  print(task:await())
  --> nil	cancelled
  print(task.cancelled)
  --> true
end)
