--- stream:elements, stream:next_element
local stream = indoxhub.assert(client.chat:stream({
  messages = { { role = "user", content = "Send a ship" } },
}, { schema = { type = "object", required = { "orders" }, properties = {
  orders = { type = "array", minItems = 2, items = { type = "object",
    required = { "unit" }, properties = {
      unit = { enum = { "tank", "ship" } } } } } } } }))
print(stream:next_element("orders").unit)
--> ship
print(stream:next_element("orders").unit, stream:next_element "orders")
--> ship	nil
