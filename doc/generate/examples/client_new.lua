--- indoxhub.new, client:with, client:close
local own = indoxhub.new { timeout = 30, max_retries = 0 }
local quick = own:with { timeout = { total = 5 } }
print(quick.user:health().status)
--> ok
quick:close()
local reply, err = quick.user:health()
print(reply, err and err.kind)
--> nil	cancelled
