--- What the gateway is made with; see doc/guides/gateway.md for all options.
--
-- The key of the upstream, its address and that of Redis come from the
-- environment: INDOXHUB_API_KEY, INDOXHUB_BASE_URL, REDIS_URL.

local settings = {
  -- While Redis is away: "closed" lets nothing pass, "open" and "local" let
  -- keys pass that are known, without limits or with those of each machine.
  on_store_failure = "closed",

  -- US dollars per million tokens, for servers that tell no cost.
  prices = {
    ["openai/gpt-4o-mini"] = { prompt = 0.15, completion = 0.6 },
  },
}

-- A key that start.sh has made, where there is no Redis to hold keys.
local digest = os.getenv "GATEWAY_KEY_SHA256"
if digest and digest ~= "" then
  settings.keys = { { name = "start", sha256 = digest,
    requests_per_minute = 60 } }
end

-- Who comes to a page for everybody. Name the models, too, where somebody
-- pays: models = { "openai/gpt-4o-mini" }.
if (os.getenv "GATEWAY_VISITORS" or "") ~= "" then
  settings.visitors = { requests_per_minute = 20, tokens_per_minute = 40000,
    calls_at_once = 2, linger = 10 }
end

return settings
