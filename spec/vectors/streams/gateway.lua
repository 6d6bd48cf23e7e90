-- Streams of the gateway's frames, alone and beside Responses' events.
return {
  {
    name = "gateway: named frames",
    stream = [[
event: usage_start
data: {"type":"usage_start","request_id":"g-31","provider":"anthropic",\
  "model":"claude-4","input_tokens":21}

data: {"type":"content","data":"Low ","provider":"anthropic",\
  "choices":[{"delta":{"content":"Low "},"index":0,"finish_reason":null}]}

data: {"type":"content","data":"tide","provider":"anthropic",\
  "choices":[{"delta":{"content":"tide"},"index":0,"finish_reason":null}]}

data: {"type":"finish","provider":"anthropic","finish_reason":"length",\
  "choices":[{"delta":{},"index":0,"finish_reason":"length"}]}

event: usage_final
data: {"type":"usage_final","input_tokens":21,"output_tokens":2,\
  "cost_usd":0.000125,"latency_ms":480}

data: [DONE]

]],
    text = "Low tide",
    pieces = { "Low ", "tide" },
    id = "g-31",
    reply = { request_id = "g-31", provider = "anthropic", model = "claude-4",
      finish_reason = "length", usage = { input_tokens = 21,
        output_tokens = 2, cost_usd = 0.000125, latency_ms = 480,
        tokens_prompt = 21, tokens_completion = 2, tokens_total = 23,
        cost = 0.000125 } },
  },
  {
    name = "gateway: text in one place only, and no terminator",
    stream = [[
data: {"type":"content","data":"Hi","provider":"mistral"}

data: {"type":"content","provider":"mistral",\
  "choices":[{"delta":{"content":"gh"},"index":0,"finish_reason":null}]}

data: {"type":"finish","provider":"mistral","choices":[{"delta":{},"index":0,\
  "finish_reason":"stop"}]}

]],
    text = "High",
    reply = { finish_reason = "stop", provider = "mistral" },
    absent = { "usage", "request_id" },
  },
  {
    name = "gateway and responses: the same words in both",
    stream = [[
event: usage_start
data: {"type":"usage_start","request_id":"m-41","provider":"openai",\
  "model":"gpt-4o-mini","input_tokens":5}

data: {"type":"content","data":"Ebb","provider":"openai",\
  "choices":[{"delta":{"content":"Ebb"},"index":0,"finish_reason":null}]}

data: {"type":"response.content_part.delta","response_id":"m-41",\
  "output_index":0,"content_index":0,"delta":"Ebb"}

data: {"type":"content","data":" and flow","provider":"openai",\
  "choices":[{"delta":{"content":" and flow"},"index":0,"finish_reason":null}]}

data: {"type":"response.content_part.delta","response_id":"m-41",\
  "output_index":0,"content_index":0,"delta":" and flow"}

data: {"type":"response.output_item.done","response_id":"m-41",\
  "output_index":0,"item":{"type":"message","content":[{"type":"output_text",\
  "text":"Ebb and flow"}]}}

data: {"type":"finish","provider":"openai","finish_reason":"stop",\
  "choices":[{"delta":{},"index":0,"finish_reason":"stop"}]}

event: usage_final
data: {"type":"usage_final","input_tokens":5,"output_tokens":3,"cost_usd":0.5,\
  "latency_ms":90}

data: {"type":"response.done","response":{"id":"m-41","status":"completed",\
  "usage":{"input_tokens":6,"output_tokens":3,"total_tokens":9}}}

data: [DONE]

]],
    text = "Ebb and flow",
    pieces = { "Ebb", " and flow" },
    id = "m-41",
    reply = { finish_reason = "stop", usage = { input_tokens = 6,
      output_tokens = 3, total_tokens = 9, cost_usd = 0.5, latency_ms = 90,
      tokens_prompt = 6, tokens_completion = 3, tokens_total = 9,
      cost = 0.5 } },
  },
  {
    name = "responses and gateway: the same words in both, the other way",
    stream = [[
data: {"type":"response.content_part.delta","response_id":"m-42",\
  "output_index":0,"content_index":0,"delta":"Flow"}

data: {"type":"content","data":"Flow","provider":"xai",\
  "choices":[{"delta":{"content":"Flow"},"index":0,"finish_reason":null}]}

data: {"id":"m-42","choices":[{"index":0,"delta":{"content":"Flow"},\
  "finish_reason":null}]}

data: {"type":"response.content_part.delta","response_id":"m-42",\
  "output_index":0,"content_index":0,"delta":" and ebb"}

data: {"type":"content","data":" and ebb","provider":"xai",\
  "choices":[{"delta":{"content":" and ebb"},"index":0,"finish_reason":null}]}

data: {"type":"finish","provider":"xai","finish_reason":"stop"}

]],
    text = "Flow and ebb",
    pieces = { "Flow", " and ebb" },
    reply = { finish_reason = "stop", provider = "xai" },
  },
}
