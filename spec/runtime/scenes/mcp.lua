-- Scenes of tools that an MCP server has.
local indoxhub = require "indoxhub"
local kit = require "spec.runtime.scenes.kit"

local same, need, sandbox = kit.same, kit.need, kit.sandbox
local list, scene = kit.list()

scene("tools of an MCP server", function(setup)
  local server = indoxhub.mcp { url = setup.raw .. "/mcp" }
  local talk = sandbox(setup):conversation { tools = need(server:tools()) }
  local reply = need(talk:send "The weather in Oslo and Rome?")
  same("get_weather says: 17 degrees\nget_weather says: 17 degrees",
    reply.data, "data")
  server:close()
  local none, err = server:tools()
  same(nil, none, "tools of a closed server")
  same("cancelled", err.kind, "kind")
end)

scene("streams of an MCP server", function(setup)
  local seen = {}
  local server = indoxhub.mcp { url = setup.raw .. "/mcp_events",
    on_progress = function(told)
      seen[#seen + 1] = told.progress
    end }
  same("get_weather", need(server:tools())[1]["function"].name, "name")
  local results = need(indoxhub.gather { function()
    return server:call("get_weather", { city = "Oslo" })
  end, function()
    return server:call("get_weather", { city = "Rome" })
  end })
  for i = 1, 2 do
    same("17 degrees", results[i].content[1].text, "text")
  end
  same("1 2", table.concat(seen, " ", 1, 2), "progress")
  server:close()
end)

return list
