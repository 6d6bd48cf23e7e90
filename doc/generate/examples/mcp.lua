--- indoxhub.mcp, server:tools, server:close
local base = os.getenv "INDOXHUB_BASE_URL"
local server = indoxhub.mcp { url = base .. "/mcp" }
local tools = indoxhub.assert(server:tools())
print(tools[1]["function"].name)
--> get_weather
local talk = client:conversation { tools = tools }
print(indoxhub.assert(talk:send "What is the weather in Oslo?").data)
--> get_weather says: Oslo: 17 degrees, drizzle
server:close()
