--- indoxhub.on_error
indoxhub.on_error = function(err)
  print("failed: " .. tostring(err):match("no such luck"))
end
indoxhub.run(function()
  indoxhub.spawn(function()
    error("no such luck")
  end)
  indoxhub.sleep(0.01)
end)
--> failed: no such luck
indoxhub.on_error = nil -- as before
