--- server:call
local base = os.getenv "INDOXHUB_BASE_URL"
local server = indoxhub.mcp { url = base .. "/mcp" }
local result = indoxhub.assert(server:call("count_letters",
  { word = "Oslo" }))
print(result.content[1].text, result.structuredContent.letters)
--> {"letters":4}	4
server:close()
