-- What replies are made of. Each file of vectors loads one of its own, and
-- returns its `replies`.
local kit = { replies = {} }

-- The fields that the replies of all generations begin with.
local ENVELOPE = [[
  "request_id": "4be0c7d2-61f5-4a37-8c1e-9d20b6a7f305",
  "created_at": "2026-03-14T21:40:09.125000", "duration_ms": 640.25,
  "provider": "openai", "model": "m-1", "success": true, "message": "",
  "raw_response": null,
]]

--- An envelope with more fields.
function kit.envelope(fields)
  return "{" .. ENVELOPE .. fields .. "}"
end

--- What is expected of an envelope, and more.
function kit.enveloped(expect)
  expect.request_id = "4be0c7d2-61f5-4a37-8c1e-9d20b6a7f305"
  expect.created_at = "2026-03-14T21:40:09.125000"
  expect.duration_ms = 640.25
  expect.provider, expect.model = "openai", "m-1"
  expect.success, expect.message = true, ""
  return expect
end

--- Usage with everything in it, and what is expected of it.
kit.USAGE = [[
  "usage": { "tokens_prompt": 14, "tokens_completion": 6, "tokens_total": 20,
    "cost": 0.000125, "latency": 512.5, "cache_read_tokens": 4,
    "cache_write_tokens": 2, "reasoning_tokens": 3, "web_search_count": 1,
    "request_count": 1, "timestamp": "2026-03-14T21:40:09.125000",
    "cost_breakdown": { "prompt_cost": 0.0001, "completion_cost": 0.000025,
      "total_cost": 0.000125 } }
]]

kit.USED = { tokens_prompt = 14, tokens_completion = 6, tokens_total = 20,
  cost = 0.000125, latency = 512.5, cache_read_tokens = 4,
  cache_write_tokens = 2, reasoning_tokens = 3, web_search_count = 1,
  request_count = 1, timestamp = "2026-03-14T21:40:09.125000",
  cost_breakdown = { prompt_cost = 0.0001, completion_cost = 0.000025,
    total_cost = 0.000125 } }

--- Adds vectors of an operation: kit.add "operation" { ... }.
function kit.add(operation)
  return function(vectors)
    for _, vector in ipairs(vectors) do
      vector.operation = operation
      kit.replies[#kit.replies + 1] = vector
    end
  end
end

--- The same vectors for each of some operations.
function kit.add_to_each(operations, make)
  for _, operation in ipairs(operations) do
    kit.add(operation)(make(operation))
  end
end

return kit
