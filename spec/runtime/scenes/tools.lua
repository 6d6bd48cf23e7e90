-- Scenes of tools, and of data item by item.
local indoxhub = require "indoxhub"
local kit = require "spec.runtime.scenes.kit"

local same, need, sandbox = kit.same, kit.need, kit.sandbox
local read = kit.read
local list, scene = kit.list()

local QUESTION = "The weather in Oslo and Rome?"
local ANSWER = "get_weather says: 17 degrees\nget_weather says: 17 degrees"

-- A conversation with a tool that waits, as most do.
local function talk_of(setup, seen)
  return sandbox(setup):conversation { tools = { indoxhub.tool {
    name = "get_weather", description = "The weather of a city.",
    parameters = { type = "object", properties = { city = {
      type = "string" } }, required = { "city" } },
    run = function(arguments)
      need(indoxhub.sleep(0.001))
      seen[#seen + 1] = arguments.city
      return "17 degrees"
    end,
  } } }
end

local function check_seen(seen)
  table.sort(seen)
  same("Oslo Rome", table.concat(seen, " "), "what tools were asked")
end

scene("tools between two answers", function(setup)
  local seen = {}
  local reply = need(talk_of(setup, seen):send(QUESTION))
  same(ANSWER, reply.data, "data")
  same(2, #reply.steps[1].calls, "calls")
  check_seen(seen)
end)

scene("tools within a stream", function(setup)
  local seen = {}
  local stream = need(talk_of(setup, seen):stream(QUESTION))
  same(ANSWER, table.concat(need(read(stream))), "text")
  same(ANSWER, need(stream:reply()).data, "data")
  check_seen(seen)
end)

scene("data item by item", function(setup)
  local schema = { type = "object", required = { "orders" }, properties = {
    orders = { type = "array", minItems = 2, items = { type = "object",
      required = { "unit" }, properties = { unit = {
        enum = { "tank", "ship" } } } } } } }
  local stream = need(sandbox(setup).chat:stream({ messages = { {
    role = "user", content = "Send a ship" } } }, { schema = schema }))
  for _ = 1, 2 do
    same("ship", need(stream:next_element "orders").unit, "unit")
  end
  local none, err = stream:next_element "orders"
  same(nil, none, "a third order")
  same(nil, err, "error")
  same(2, #need(stream:reply()).parsed.orders, "orders")
end)

return list
