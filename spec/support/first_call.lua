-- The first call from an installed copy: starts the sandbox by its command, and
-- asks through the library and through the command. Arguments: the command.
local command = arg[1]
local indoxhub = require "indoxhub"

local place = package.searchpath and package.searchpath("indoxhub.core",
  package.cpath) or "?"
print("core from " .. place:gsub("^.*/tree/", "tree/"))

local pipe = assert(io.popen("echo $$; exec " .. command .. " sandbox", "r"))
local pid = pipe:read("*l")
local url = pipe:read("*l"):match("http://%S+")
local ok, err = pcall(function()
  local client = indoxhub.new { base_url = url, api_key = "indox-any" }
  local text = {}
  for delta in indoxhub.assert(client.chat:stream {
    messages = { { role = "user", content = "What is 6 * 7?" } } }) do
    text[#text + 1] = delta
  end
  assert(table.concat(text) == "6 * 7 is 42.", table.concat(text))
  local asked = io.popen(("INDOXHUB_BASE_URL=%s INDOXHUB_API_KEY=any %s " ..
    "chat 'What is 2 + 2?' </dev/null"):format(url, command))
  local said = asked:read("*a")
  asked:close()
  assert(said == "2 + 2 is 4.\n", said)
end)
os.execute("kill " .. pid)
pipe:close()
if not ok then
  io.stderr:write(tostring(err), "\n")
  os.exit(1)
end
