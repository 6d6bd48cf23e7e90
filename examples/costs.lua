-- Tells what was spent, by model and day by day, and whether it was too much:
--     lua examples/costs.lua [30d] [DOLLARS]
-- Ends with 1 when more than DOLLARS were spent, so that it can stand in a
-- crontab: `lua examples/costs.lua 1d 5 || mail ...`.
local indoxhub = require "indoxhub"

local period, budget = arg[1] or "30d", tonumber(arg[2])
if arg[2] and not budget then
  io.stderr:write("DOLLARS is a number, not ", arg[2], "\n")
  os.exit(2)
end

local client = indoxhub.new() -- the key comes from INDOXHUB_API_KEY

local query = client.analytics:query():last(period)
local by_model = indoxhub.assert(query:by("model"):fetch())
local by_date = indoxhub.assert(query:by("date"):fetch())

if not by_model[1] then
  print("Nothing was asked in this time.")
  return
end
local spent, calls = 0, 0
for _, row in ipairs(by_model) do
  spent, calls = spent + row.total_cost, calls + row.count
end
table.sort(by_model, function(a, b)
  return a.total_cost > b.total_cost
end)
print(by_model:table { columns = { "model", "count", "total_tokens",
  "total_cost" } })
print(by_date:chart { column = "total_cost", width = 60 })
print(("%d calls for $%.4f in %s"):format(calls, spent, period))
if budget and spent > budget then
  io.stderr:write(("That is $%.4f more than $%.2f.\n"):format(spent - budget,
    budget))
  os.exit(1)
end
