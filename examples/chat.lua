-- Streams one answer to the terminal.
--     lua examples/chat.lua "Why is the sky blue?"
local indoxhub = require "indoxhub"

local client = indoxhub.new() -- the key comes from INDOXHUB_API_KEY
local stream = indoxhub.assert(client.chat:stream {
  model = "openai/gpt-4o-mini",
  messages = { { role = "user", content = arg[1] or "Hello!" } },
})
for delta in stream do
  io.write(delta)
  io.flush()
end
local usage = stream:reply().usage
print(("\n(%d tokens)"):format(usage and usage.tokens_total or 0))
