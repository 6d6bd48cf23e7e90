-- One stream with indoxhub: reads every delta. Arguments: port, events, batch,
-- and "joined" to read with next_batch, or "events" to read whole events.
local indoxhub = require "indoxhub"

local port, events, batch = arg[1], tonumber(arg[2]), arg[3]
local client = indoxhub.new { api_key = "bench",
  base_url = "http://127.0.0.1:" .. port }
local stream = indoxhub.assert(client.chat:stream({
  messages = { { role = "user", content = "go" } },
}, { headers = { ["X-Bench"] = events .. "," .. batch } }))
local count, bytes = 0, 0
local function read(delta, pieces)
  count = count + pieces
  bytes = bytes + #delta
end
if arg[4] == "joined" then
  local text, pieces = stream:next_batch()
  while text do
    read(text, pieces)
    text, pieces = stream:next_batch()
  end
elseif arg[4] == "events" then
  for event in stream:events() do
    if event.type == "response.content_part.delta" then
      read(event.delta, 1)
    end
  end
else
  for delta in stream do
    read(delta, 1)
  end
end
assert(count == events, "deltas lost: " .. count)
assert(stream:reply().usage.tokens_total == 18)
