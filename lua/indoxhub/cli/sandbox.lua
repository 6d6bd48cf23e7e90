--- `indoxhub sandbox`: serves the API on this machine, with made-up answers.

local sandbox = require "indoxhub.sandbox"
local shapes = require "indoxhub.sandbox.shapes"

local command = {}

local function port_of(text)
  local port = tonumber(text)
  if not port or port % 1 ~= 0 or port < 0 or port > 65535 then
    return nil, "--port takes a number from 0 to 65535, not " .. text
  end
  return port
end

local function pace_of(text)
  local pace = tonumber(text)
  if not pace or pace < 0 or pace > 3600 then
    return nil, "--pace takes seconds, not " .. text
  end
  return pace
end

--- Adds the command to the parser.
function command.describe(parser)
  local sub = parser:command("sandbox",
    "Serve the API on this machine, with made-up answers and no key.")
    :epilog [[
Example:
  indoxhub sandbox --port 8080 &
  export INDOXHUB_BASE_URL=http://127.0.0.1:8080/api/v1 INDOXHUB_API_KEY=any
  indoxhub chat "What is 6 * 7?"

A request can ask for a fault itself, with the header X-Sandbox-Fail.]]
  sub:option("-p --port", "Port; 0: one the system chooses.")
    :default("0"):convert(port_of)
  sub:option("--dialect", "How streams and replies look.")
    :choices(shapes.names):default("responses")
  sub:option("--pace", "Seconds between the pieces of a stream.")
    :default("0.03"):convert(pace_of)
  sub:option("--fail", "Fault of every request: status:429, html:502, cut:3, "
    .. "stall:3, error:3.")
end

--- Runs the command. Returns its exit code.
function command.run(options)
  local server, message = sandbox.open { port = options.port,
    dialect = options.dialect, pace = options.pace, fail = options.fail }
  if not server then
    io.stderr:write("indoxhub: ", message, "\n")
    return 1
  end
  io.stdout:write("IndoxHub sandbox on ", server.url, "\n")
  io.stdout:flush()
  local ok
  ok, message = server:run()
  if not ok then
    io.stderr:write("indoxhub: ", message, "\n")
    return 1
  end
  return 0
end

return command
