--- indoxhub.assert
local ok, message = pcall(function()
  local unreachable = indoxhub.new { base_url = "http://127.0.0.1:1",
    max_retries = 0 }
  return indoxhub.assert(unreachable.user:health())
end)
print(ok, tostring(message):match("network"))
--> false	network
