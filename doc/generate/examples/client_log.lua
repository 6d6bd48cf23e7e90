--- indoxhub.LogEvent
local told = indoxhub.new { log = function(event)
  print(event.name, event.method, event.path)
end }
told.user:health()
--> attempt	GET	user/health
--> done	GET	user/health
