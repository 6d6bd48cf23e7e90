-- An assistant with the tools of an MCP server. It asks before each call.
--     lua examples/mcp-assistant.lua                      that of the sandbox
--     lua examples/mcp-assistant.lua https://host/mcp
--     lua examples/mcp-assistant.lua npx -y @some/server argument
local indoxhub = require "indoxhub"

-- Where the server is, or how it is started, by the program's arguments.
local function options_of(words)
  local first = words[1] or (os.getenv "INDOXHUB_BASE_URL" or "") .. "/mcp"
  if first:find "^https?://" then
    return { url = first, headers = { Authorization = os.getenv "MCP_TOKEN"
      and "Bearer " .. os.getenv "MCP_TOKEN" } }
  end
  local command = {}
  for i, word in ipairs(words) do
    command[i] = word
  end
  return { command = command }
end

-- Whether the person agrees, and for the model why not.
local function approve(call)
  io.write(("  Run %s? [y/N] "):format(call.name))
  local answer = io.read "*l" or ""
  print(answer)
  return answer:lower():find "^y" ~= nil, "the person said no"
end

local function main(words)
  local options = options_of(words)
  options.on_progress = function(told)
    print(("  %s: %s of %s"):format(told.tool, told.progress,
      told.total or "?"))
  end
  local server = indoxhub.mcp(options)
  local tools = indoxhub.assert(server:tools())
  print(("%s has %d tools"):format(tostring(server), #tools))

  local talk = indoxhub.new():conversation {
    model = "openai/gpt-4o-mini", tools = tools, approve = approve,
    on_tool_error = function(call, message)
      print(("  %s failed: %s"):format(call.name, message))
    end,
  }
  for _, question in ipairs { "What is the weather in Oslo?",
    "Now count the letters of the word Reykjavik, please" } do
    print(question)
    print(indoxhub.assert(talk:send(question)).data)
  end
  server:close()
end

main(arg)
