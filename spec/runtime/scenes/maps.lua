-- Scenes of many inputs: results that are kept, and what is given free again.
local indoxhub = require "indoxhub"
local kit = require "spec.runtime.scenes.kit"

local same, need, contains = kit.same, kit.need, kit.contains
local list, scene = kit.list()

scene("a map that resumes", function(setup)
  local client, name, calls = kit.sandbox(setup), os.tmpname(), 0
  os.remove(name)
  local function echo(item)
    calls = calls + 1
    local reply, err = client.chat:create { messages = { { role = "user",
      content = "echo: " .. item } } }
    return reply and reply.data, err
  end
  local items = { "1", "2", "3", "4", "5", "6", "7", "8", "9" }
  local function map()
    local results, errors = indoxhub.map(items, echo,
      { concurrency = 3, resume = name })
    return table.concat(need(results, errors), " ")
  end
  same("1 2 3 4 5 6 7 8 9", map(), "results")
  items[1], items[9] = items[9], "10"
  same("9 2 3 4 5 6 7 8 10", map(), "results")
  same(10, calls, "calls")
  os.remove(name)
end)

scene("a map of what does not wait", function()
  local items = {}
  for i = 1, 500 do
    items[i] = i
  end
  local results, errors = indoxhub.map(items, function(item)
    if item == 7 then
      error("failed on purpose")
    end
    return item
  end, { concurrency = 2 })
  same(500, results[500], "result")
  contains(errors[7], "failed on purpose")
  errors[7] = nil
  same(nil, next(errors), "errors")
end)

scene("a map that is cancelled", function()
  local name, begun = os.tmpname(), 0
  os.remove(name)
  local mapping = indoxhub.spawn(indoxhub.map, { 1, 2, 3, 4 }, function(item)
    begun = begun + 1
    if item == 1 then
      return "done"
    end
    return indoxhub.sleep(3600)
  end, { concurrency = 2, resume = name })
  kit.wait_until(function()
    return begun == 3
  end, "the third item")
  local _, locked = indoxhub.map({ 1 }, error, { resume = name })
  same("locked", locked.code, "code")
  mapping:cancel()
  local results, errors = mapping:await()
  same("done", results[1], "result")
  for i = 2, 4 do
    same("cancelled", errors[i].kind, "error")
  end
  local kept
  kit.wait_until(function()
    kept, locked = indoxhub.map({ 1 }, error, { resume = name })
    return kept or locked.code ~= "locked"
  end, "the file to be free")
  same("done", need(kept, locked)[1], "kept")
  same(3, begun, "items begun")
  os.remove(name)
end)

return list
