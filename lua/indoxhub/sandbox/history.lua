--- What an account did before anybody asked here: made-up calls, the same in
--- every run, for charts that need days to show.

local history = {}

local SECONDS_PER_DAY = 86400

local MODELS = {
  { provider = "openai", model = "gpt-4o-mini", price = 6e-7 },
  { provider = "anthropic", model = "claude-haiku-4.5", price = 4e-6 },
  { provider = "openai", model = "text-embedding-3-small",
    endpoint = "embedding", price = 2e-8 },
  { provider = "mistral", model = "mistral-small-latest", price = 3e-7 },
}

local MOST_A_DAY, MOST_TOKENS = 6, 4000

-- Numbers from 0 to `most`, in an order that looks like none.
local function numbers()
  local seed = 20260101
  return function(most)
    seed = (seed * 16807) % 2147483647
    return seed % (most + 1)
  end
end

local function call_at(time, random)
  local kind = MODELS[random(#MODELS - 1) + 1]
  local is_text = kind.endpoint == nil
  local prompt = 50 + random(MOST_TOKENS)
  local completion = is_text and 20 + random(MOST_TOKENS / 4) or 0
  return {
    endpoint = kind.endpoint or "chat", provider = kind.provider,
    model = kind.model, prompt = prompt, completion = completion,
    cost = (prompt + completion) * kind.price,
    latency = (200 + random(3000)) / 1000, time = time,
    session = is_text and "s-" .. random(9) or nil, ip = "127.0.0.1",
    request = "What was asked before", response = "What was answered before",
  }
end

--- Calls of the days before a moment, the oldest first, and what they cost.
---@param days integer
---@param now integer seconds since 1970
---@return table[] calls, number cost
function history.calls(days, now)
  local random, calls, cost = numbers(), {}, 0
  for day = days, 1, -1 do
    for i = 1, random(MOST_A_DAY) do
      local call = call_at(now - day * SECONDS_PER_DAY + i * 3600, random)
      calls[#calls + 1], cost = call, cost + call.cost
    end
  end
  return calls, cost
end

return history
