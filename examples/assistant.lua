-- Looks into a shop and orders for it: an assistant with two tools.
--     lua examples/assistant.lua
local indoxhub = require "indoxhub"

local stock = { apples = 12, pears = 0 }

local FRUIT = { type = "string", enum = { "apples", "pears" } }

local count_stock = indoxhub.tool {
  name = "count_stock",
  description = "How many pieces of a fruit are in stock.",
  parameters = { type = "object", properties = { fruit = FRUIT },
    required = { "fruit" } },
  run = function(arguments)
    return { fruit = arguments.fruit, pieces = stock[arguments.fruit] }
  end,
}

local order = indoxhub.tool {
  name = "order_fruit",
  description = "Orders more pieces of a fruit.",
  parameters = { type = "object", required = { "fruit", "pieces" },
    properties = { fruit = FRUIT,
      pieces = { type = "integer", minimum = 1, maximum = 100 } } },
  run = function(arguments)
    stock[arguments.fruit] = stock[arguments.fruit] + arguments.pieces
    return ("%d %s are on their way"):format(arguments.pieces,
      arguments.fruit)
  end,
}

local talk = indoxhub.new():conversation {
  model = "openai/gpt-4o-mini",
  system = "You keep a fruit shop in order.",
  tools = { count_stock, order },
  -- Looking is always allowed, ordering up to 50 pieces.
  approve = function(call)
    if call.name == "order_fruit" and call.arguments.pieces > 50 then
      return false, "more than 50 pieces need a signature"
    end
    return true
  end,
  on_result = function(call)
    print(("  %s -> %s"):format(call.name, call.result or call.error))
  end,
}

for _, question in ipairs {
  "How many pears are in stock?", "Order 20 pears, please",
  "Order 99 apples, please",
} do
  print(question)
  local stream, err = talk:stream(question)
  if not stream then
    io.stderr:write(tostring(err), "\n")
    os.exit(1)
  end
  for delta in stream do
    io.write(delta)
  end
  print()
end
