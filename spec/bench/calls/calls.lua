-- Small calls of chat:create, one after the other. Arguments: port of the
-- server, how many.
local indoxhub = require "indoxhub"

local client = indoxhub.new { api_key = "indox-test",
  base_url = ("http://127.0.0.1:%s/answers/v1"):format(arg[1]) }

for i = 1, tonumber(arg[2]) do
  local reply = indoxhub.assert(client.chat:create {
    model = "openai/gpt-4o-mini", temperature = 0.7,
    messages = { { role = "user", content = "Say hello, " .. i } } })
  assert(reply.data == "Hello there, how may I help you?")
end
