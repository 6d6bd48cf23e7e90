-- One stream with indoxhub: reads every delta. Arguments: port, events, batch.
local indoxhub = require "indoxhub"

local port, events, batch = arg[1], tonumber(arg[2]), arg[3]
local client = indoxhub.new { api_key = "bench",
  base_url = "http://127.0.0.1:" .. port }
local stream = indoxhub.assert(client.chat:stream({
  messages = { { role = "user", content = "go" } },
}, { headers = { ["X-Bench"] = events .. "," .. batch } }))
local count, bytes = 0, 0
for delta in stream do
  count = count + 1
  bytes = bytes + #delta
end
assert(count == events, "deltas lost: " .. count)
assert(stream:reply().usage.tokens_total == 18)
