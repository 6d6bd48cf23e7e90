-- Measures each way in a process of its own: run.lua LUA ROUNDS [WAY].
local indoxhub = require "indoxhub"

local ITEMS, AT_ONCE = 50000, 8
local WAYS = { "gather", "map", "map, kept", "map, all found" }

local lua, rounds, way = arg[1], tonumber(arg[2]), arg[3]

local function one(item)
  indoxhub.sleep(0)
  return item
end

local function measure(fn, ...)
  collectgarbage()
  collectgarbage()
  local memory, time = collectgarbage("count"), os.clock()
  local results = assert(fn(...))
  time = os.clock() - time
  local taken = collectgarbage("count") - memory
  assert(results[ITEMS] == "item " .. ITEMS)
  print(time / ITEMS * 1e6, taken / ITEMS * 1024)
end

local function run()
  local list, options = {}, { concurrency = AT_ONCE }
  for i = 1, ITEMS do
    list[i] = "item " .. i
  end
  if way == "gather" then
    measure(function()
      local fns = {}
      for i = 1, ITEMS do
        fns[i] = function()
          return one(list[i])
        end
      end
      return indoxhub.gather(fns, options)
    end)
    return
  elseif way ~= "map" then
    options.resume = os.tmpname()
  end
  if way == "map, all found" then
    assert(indoxhub.map(list, one, options))
  end
  measure(indoxhub.map, list, one, options)
  os.remove(options.resume or "")
end

if way then
  return run()
end

local function median(list)
  table.sort(list)
  return list[math.ceil(#list / 2)]
end

for _, name in ipairs(WAYS) do
  local times, memory = {}, {}
  for round = 1, rounds do
    local pipe = assert(io.popen(("%s %s %s 1 '%s'"):format(lua, arg[0], lua,
      name)))
    times[round], memory[round] = pipe:read("*n", "*n")
    pipe:close()
  end
  print(("  %-15s %5.1f us %6.0f bytes"):format(name, median(times),
    median(memory)))
end
