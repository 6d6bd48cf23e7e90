--- A server of tools beside the API, which speaks the Model Context Protocol
--- over HTTP: so that indoxhub.mcp can be tried.

local json = require "indoxhub.base.json"
local states = require "indoxhub.sandbox.state"

local mcp = {}

local REVISIONS = { ["2025-11-25"] = true, ["2025-06-18"] = true,
  ["2025-03-26"] = true }

local LATEST = "2025-11-25"

local function text(said)
  return { content = { { type = "text", text = said } } }
end

local function wrong(said)
  return { isError = true, content = { { type = "text", text = said } } }
end

local function takes(name, description)
  return { type = "object", required = { name }, properties = {
    [name] = { type = "string", description = description } } }
end

-- In the order they are listed.
local TOOLS = {
  { name = "get_weather", description = "The weather in a city, now.",
    inputSchema = takes("city", "Its name."),
    run = function(arguments)
      if type(arguments.city) ~= "string" then
        return wrong "city must be a text"
      end
      return text(arguments.city .. ": 17 degrees, drizzle")
    end },
  { name = "count_letters", description = "How many letters a word has.",
    inputSchema = takes("word", "The word."),
    run = function(arguments)
      local count = select(2, tostring(arguments.word):gsub("%a", ""))
      local result = text(('{"letters":%d}'):format(count))
      result.structuredContent = { letters = count }
      return result
    end },
}

local METHODS = {}

function METHODS.initialize(params)
  local asked = params.protocolVersion
  return { protocolVersion = REVISIONS[asked] and asked or LATEST,
    capabilities = { tools = {} },
    serverInfo = { name = "indoxhub-sandbox", version = "1" } }
end

function METHODS.ping()
  return {}
end

METHODS["tools/list"] = function()
  local list = {}
  for i, tool in ipairs(TOOLS) do
    list[i] = { name = tool.name, description = tool.description,
      inputSchema = tool.inputSchema }
  end
  return { tools = list }
end

METHODS["tools/call"] = function(params)
  for _, tool in ipairs(TOOLS) do
    if tool.name == params.name then
      return tool.run(type(params.arguments) == "table" and params.arguments
        or {})
    end
  end
  return nil, { code = -32602, message = "Unknown tool: "
    .. tostring(params.name) }
end

local function refuse(request, status, code, message)
  request:json(status, { jsonrpc = "2.0", id = json.null,
    error = { code = code, message = message } })
end

local function post(state, request)
  local message = json.decode(request:text())
  if type(message) ~= "table" or type(message.method) ~= "string" then
    return refuse(request, 400, -32700, "The body is no message of JSON-RPC")
  end
  local session = request:header "mcp-session-id"
  if message.method == "initialize" then
    session = states.random(24)
    state.mcp_sessions[session] = true
  elseif not state.mcp_sessions[session or ""] then
    return refuse(request, session and 404 or 400, -32000,
      "There is no such session")
  elseif message.id == nil then
    return request:reply(202, "application/json", "")
  end
  local method = METHODS[message.method]
  local result, failure = nil, { code = -32601, message = "Method not found" }
  if method then
    result, failure = method(type(message.params) == "table"
      and message.params or {})
  end
  request:json(200, { jsonrpc = "2.0", id = message.id, result = result,
    error = failure }, { ["mcp-session-id"] = session })
end

--- Answers a request of whichever method.
function mcp.answer(state, request)
  local session = request:header "mcp-session-id" or ""
  if request.method == "POST" then
    post(state, request)
  elseif request.method == "DELETE" and state.mcp_sessions[session] then
    state.mcp_sessions[session] = nil
    request:reply(200, "text/plain", "")
  else
    refuse(request, request.method == "DELETE" and 404 or 405, -32000,
      "There is nothing to listen to")
  end
end

return mcp
