-- Rows of usage, by whatever they are grouped.
local kit = dofile "spec/vectors/replies/kit.lua"
local add = kit.add

local ROW = [[{ "group_value": "fjell-2", "count": 3, "total_cost": 0.75,
  "total_tokens_prompt": 60, "total_tokens_completion": 30, "total_tokens": 90,
  "avg_latency": 0.5, "min_latency": 0.25, "max_latency": 0.75,
  "first_timestamp": "2026-03-01T08:00:00",
  "last_timestamp": "2026-03-14T20:00:00" }]]

local function of_row()
  return { group_value = "fjell-2", count = 3, total_cost = 0.75,
    total_tokens_prompt = 60, total_tokens_completion = 30, total_tokens = 90,
    avg_latency = 0.5, min_latency = 0.25, max_latency = 0.75,
    first_timestamp = "2026-03-01T08:00:00",
    last_timestamp = "2026-03-14T20:00:00" }
end

add "get_usage_data" {
  {
    name = "groups, one of them without a name",
    body = [[{ "start_date": "2026-03-01", "end_date": "2026-03-14",
      "group_by": "model", "filters": { "provider": "nordlys", "model": null,
        "session_id": null, "endpoint": null }, "results": [ ]] .. ROW ..
      [[, { "group_value": null, "count": 1, "total_cost": 0 }] }]],
    expect = { start_date = "2026-03-01", end_date = "2026-03-14",
      group_by = "model", filters = { provider = "nordlys" },
      results = { of_row(), { count = 1, total_cost = 0 } } },
  },
  {
    name = "single calls with their content",
    body = [[{ "start_date": "2026-03-01", "end_date": "2026-03-14",
      "group_by": null, "filters": {}, "results": [{ "user_id": 5,
        "provider": "nordlys", "model": "fjell-2", "tokens_total": 9,
        "cost": 0.125, "latency": 0.5, "timestamp": "2026-03-02T08:00:00",
        "request": { "messages": [{ "role": "user", "content": "hi" }] },
        "response": { "data": "ho" }, "client_info": { "ip": "192.0.2.7" },
        "performance": {}, "content_analysis": null }] }]],
    expect = { filters = {}, results = { { user_id = 5, tokens_total = 9,
      cost = 0.125, request = { messages = { { role = "user",
        content = "hi" } } }, response = { data = "ho" },
      client_info = { ip = "192.0.2.7" }, performance = {} } } },
    absent = { "group_by" },
  },
  {
    name = "nothing",
    body = [[{ "start_date": "2026-03-01", "end_date": "2026-03-01",
      "group_by": "date", "filters": {}, "results": [] }]],
    expect = { group_by = "date", results = {} },
  },
}

add "get_session_data" {
  {
    name = "sessions",
    body = [[{ "start_date": "2026-03-07", "end_date": "2026-03-14",
      "session_id": "sess-2", "results": [ ]] .. ROW .. "] }",
    expect = { start_date = "2026-03-07", end_date = "2026-03-14",
      session_id = "sess-2", results = { of_row() } },
  },
}

add "get_model_performance" {
  {
    name = "models",
    body = [[{ "start_date": "2026-03-07", "end_date": "2026-03-14",
      "provider": null, "results": [ ]] .. ROW .. "] }",
    expect = { start_date = "2026-03-07", results = { of_row() } },
    absent = { "provider" },
  },
}

return kit.replies
