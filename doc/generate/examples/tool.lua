--- indoxhub.tool
local weather = indoxhub.tool {
  name = "get_weather", description = "The weather in a city, now.",
  parameters = { type = "object", required = { "city" },
    properties = { city = { type = "string" } } },
  run = function(arguments)
    return arguments.city .. ": 17 degrees"
  end,
}
local talk = client:conversation { tools = { weather } }
local reply = indoxhub.assert(talk:send "What is the weather in Oslo?")
print(reply.data)
--> get_weather says: Oslo: 17 degrees
print(reply.steps[1].calls[1].name)
--> get_weather
