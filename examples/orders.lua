-- Orders for a game, each carried out while the next one is being written.
--     lua examples/orders.lua
local indoxhub = require "indoxhub"

-- What the commander of the other side may order.
local ORDERS = {
  type = "object", required = { "orders" },
  properties = {
    orders = {
      type = "array", minItems = 3, maxItems = 5,
      items = {
        type = "object", required = { "unit", "action", "x", "y" },
        properties = {
          unit = { type = "string", enum = { "scout", "tank", "ship" } },
          action = { type = "string", enum = { "move", "hold", "attack" } },
          x = { type = "integer", minimum = 0, maximum = 15 },
          y = { type = "integer", minimum = 0, maximum = 15 },
        },
      },
    },
  },
}

local stream = indoxhub.assert(indoxhub.new().chat:stream({
  model = "openai/gpt-4o-mini",
  messages = {
    { role = "system", content = "You command the red side." },
    { role = "user", content = "Blue has a tank at 3, 4. Attack it." },
  },
}, { schema = ORDERS }))

-- Not in `for`, so that it runs in a task of Lua 5.1, too.
local order, err = stream:next_element "orders"
while order do
  print(("%s: %s at %d, %d"):format(order.unit, order.action, order.x,
    order.y))
  order, err = stream:next_element "orders"
end
if err then
  io.stderr:write(tostring(err), "\n")
  os.exit(1)
end
print(#stream:reply().parsed.orders .. " orders in all")
