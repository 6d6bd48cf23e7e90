--- `indoxhub sandbox`: serves the API on this machine, with made-up answers.

local sandbox = require "indoxhub.sandbox"
local settings = require "indoxhub.sandbox.settings"

local command = { outside = true }

local function port_of(text)
  local port = tonumber(text)
  if not port or port % 1 ~= 0 or port < 0 or port > 65535 then
    return nil, "--port takes a number from 0 to 65535, not " .. text
  end
  return port
end

-- The flag of a setting, which keeps the text that was given.
local function add_option(sub, setting)
  local flag = "--" .. setting[1]:gsub("_", "-")
  local option = sub:option(flag, setting.about)
    :argname(("<%s>"):format(setting.shown:lower()))
    :convert(function(text)
      local _, wrong = settings.read(setting, text, flag)
      if wrong then
        return nil, wrong
      end
      return text
    end)
  if setting[3] and setting[3] ~= "" then
    option:default(setting[3])
  end
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

A request can ask for all but --port itself: --job-seconds is
the header X-Sandbox-Job-Seconds. X-Sandbox-Id names requests that belong
together, such as the retries of one call, for faults that happen only some
times. Any key is good that does not contain "invalid"; each has an account.]]
  sub:option("-p --port", "Port; 0: one the system chooses.")
    :default("0"):convert(port_of)
  for _, setting in ipairs(settings.list) do
    add_option(sub, setting)
  end
end

--- Runs the command. Returns its exit code.
function command.run(options)
  local server, message = sandbox.open(options)
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
