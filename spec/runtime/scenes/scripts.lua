-- What the raw server says to the scenes.
local scripts = {}

local EVENT_STREAM = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
  .. "Connection: close\r\n\r\n"

-- Tells no id, so that nobody is told to stop it.
local function delta(text)
  return ('data: {"choices":[{"index":0,"delta":{"content":"%s"}}]}\n\n')
    :format(text)
end

-- Two pieces and then silence, until the client leaves.
local HELD = { { "body" }, { "send", EVENT_STREAM .. delta "one "
  .. delta "two" }, { "hold" } }

--- How many pieces a stream has that is sent as fast as can be.
scripts.PIECES = 20000
local FAST = { { "body" }, { "send", EVENT_STREAM },
  { "repeat", scripts.PIECES, delta "piece" }, { "send", "data: [DONE]\n\n" },
  { "close" } }

local LATE = '{"success":true,"data":"late"}'

-- An MCP server that replies to each request with all replies there are: those
-- to ids that nobody waits for are dropped.
local REVISION = '{"jsonrpc":"2.0","id":1,"result":{"protocolVersion":'
  .. '"2025-06-18","capabilities":{},"serverInfo":{"name":"s","version":"1"}}}'
local TOOLS = '{"jsonrpc":"2.0","id":2,"result":{"tools":[{"name":'
  .. '"get_weather","description":"The weather of a city.","inputSchema":'
  .. '{"type":"object","properties":{"city":{"type":"string"}},"required":'
  .. '["city"]}}]}}'
local DEGREES = '{"jsonrpc":"2.0","id":%d,"result":{"content":[{"type":"text",'
  .. '"text":"17 degrees"}]}}'
local PROGRESS = '{"jsonrpc":"2.0","method":"notifications/progress","params":'
  .. '{"progressToken":3,"progress":%d,"total":2}}'

local function degrees(id)
  return DEGREES:format(id)
end

local function mcp_reply(content_type, body)
  return ("HTTP/1.1 200 OK\r\nContent-Type: %s\r\nMcp-Session-Id: one\r\n"
    .. "Content-Length: %d\r\n\r\n%s"):format(content_type, #body, body)
end

local MCP_JSON = mcp_reply("application/json", "[" .. table.concat({ REVISION,
  TOOLS, degrees(3), degrees(4) }, ",") .. "]")

local MCP_EVENTS = mcp_reply("text/event-stream", "data: " .. table.concat({
  REVISION, TOOLS, PROGRESS:format(1), PROGRESS:format(2), degrees(3),
  degrees(4) }, "\n\ndata: ") .. "\n\n")

--- The scripts, by name.
scripts.all = {
  cancelled = HELD,
  closed = HELD,
  dropped = HELD,
  fast = FAST,
  refused_call = { { "body" }, { "hold" } }, -- which is never asked
  refused_gate = HELD,
  refused_stream = HELD,
  mcp = { { "body" }, { "send", MCP_JSON } },
  mcp_events = { { "body" }, { "sleep", 1 }, { "send", MCP_EVENTS } },
  left = HELD, -- for the spec itself, to leave the runtime meanwhile
  slow = { { "body" }, { "sleep", 300 }, { "send",
    ("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n" ..
    "Content-Length: %d\r\n\r\n%s"):format(#LATE, LATE) } },
}

--- Names of those whose client leaves in the midst of them.
scripts.abandoned = { "cancelled", "closed", "dropped",
  "refused_gate", "refused_stream" }

return scripts
