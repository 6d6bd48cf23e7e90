-- Whole event streams, as servers of each dialect write them, and what they
-- amount to. Read by spec/streams_spec.lua.
--
--   name        dialect, and what is special
--   stream      the bytes
--   text        the text of the answer, or what came of it before it broke
--   pieces      the text as it is handed out, where that matters
--   reasoning   reasoning that is handed out
--   reply       fields of the final reply; tables are compared whole
--   absent      names of fields that the reply must not have
--   id          the stream's id for the stop call
--   error       { kind =, code =, message = } of the error that ends it
--   truncated   whether it ends before the answer does
--
-- Lines end with LF here; the spec also tries CRLF and CR, unless `as_is`. A
-- backslash at the end of a line joins it to the next, without its indent.

local BOM = "\239\187\191"

local streams = {
  -----------------------------------------------------------------------
  -- responses

  {
    name = "responses: text",
    stream = [[
data: {"type":"response.created","response":{"id":"r-17","object":"response",\
  "status":"in_progress","model":"gpt-4o-mini"}}

data: {"type":"response.output_item.added","response_id":"r-17",\
  "output_index":0,"item":{"type":"message","role":"assistant",\
  "status":"in_progress","content":[]}}

data: {"type":"response.content_part.added","response_id":"r-17",\
  "output_index":0,"content_index":0,"part":{"type":"output_text","text":""}}

data: {"type":"response.content_part.delta","response_id":"r-17",\
  "output_index":0,"content_index":0,"delta":"Fjord"}

data: {"type":"response.content_part.delta","response_id":"r-17",\
  "output_index":0,"content_index":0,"delta":"s are "}

data: {"type":"response.content_part.delta","response_id":"r-17",\
  "output_index":0,"content_index":0,"delta":"\"deep\"\n"}

data: {"type":"response.output_item.done","response_id":"r-17",\
  "output_index":0,"item":{"type":"message","role":"assistant",\
  "status":"completed","content":[{"type":"output_text",\
  "text":"Fjords are \"deep\"\n","annotations":[]}]}}

data: {"type":"response.done","response":{"id":"r-17","object":"response",\
  "status":"completed","usage":{"input_tokens":8,\
  "input_tokens_details":{"cached_tokens":2},"output_tokens":5,\
  "output_tokens_details":{"reasoning_tokens":0},"total_tokens":13}}}

data: [DONE]

]],
    text = 'Fjords are "deep"\n',
    pieces = { "Fjord", "s are ", '"deep"\n' },
    id = "r-17",
    reply = { id = "r-17", request_id = "r-17", model = "gpt-4o-mini",
      usage = { input_tokens = 8, output_tokens = 5, total_tokens = 13,
        input_tokens_details = { cached_tokens = 2 },
        output_tokens_details = { reasoning_tokens = 0 },
        tokens_prompt = 8, tokens_completion = 5, tokens_total = 13,
        cache_read_tokens = 2, reasoning_tokens = 0 } },
    absent = { "finish_reason", "reasoning_content", "images", "tool_calls" },
  },
  {
    name = "responses: reasoning before the text",
    stream = [[
data: {"type":"response.created","response":{"id":"r-18",\
  "status":"in_progress","model":"o3"}}

data: {"type":"response.reasoning.started","response_id":"r-18"}

data: {"type":"response.reasoning.delta","response_id":"r-18",\
  "delta":"seven times "}

data: {"type":"response.reasoning.delta","response_id":"r-18","delta":"six"}

data: {"type":"response.content_part.delta","response_id":"r-18",\
  "output_index":0,"content_index":0,"delta":"42"}

data: {"type":"response.output_item.done","response_id":"r-18",\
  "output_index":0,"item":{"type":"message","content":[{"type":"output_text",\
  "text":"42"}],"reasoning":"seven times six"}}

data: {"type":"response.done","response":{"id":"r-18","status":"completed",\
  "usage":{"input_tokens":4,"output_tokens":60}}}

]],
    text = "42",
    reasoning = "seven times six",
    reply = { reasoning_content = "seven times six",
      usage = { input_tokens = 4, output_tokens = 60, tokens_prompt = 4,
        tokens_completion = 60, tokens_total = 64 } },
  },
  {
    name = "responses: an answer that comes as a snapshot only",
    stream = [[
data: {"type":"response.created","response":{"id":"r-19",\
  "status":"in_progress"}}

data: {"type":"response.output_item.done","response_id":"r-19",\
  "output_index":0,"item":{"type":"message","content":[{"type":"output_text",\
  "text":"All "},{"type":"output_text","text":"at once"}]}}

data: {"type":"response.done","response":{"id":"r-19","status":"completed",\
  "output":[{"type":"message","content":[{"type":"output_text",\
  "text":"All at once"}]}]}}

data: [DONE]

]],
    text = "All at once",
    pieces = { "All at once" },
  },
  {
    name = "responses: two messages, the second without deltas",
    stream = [[
data: {"type":"response.content_part.delta","response_id":"r-20",\
  "output_index":0,"content_index":0,"delta":"one, "}

data: {"type":"response.output_item.done","response_id":"r-20",\
  "output_index":0,"item":{"type":"message","content":[{"type":"output_text",\
  "text":"one, "}]}}

data: {"type":"response.content_part.done","response_id":"r-20",\
  "output_index":1,"content_index":0,"part":{"type":"output_text","text":"two"}}

data: {"type":"response.output_item.done","response_id":"r-20",\
  "output_index":1,"item":{"type":"message","content":[{"type":"output_text",\
  "text":"two"}]}}

data: {"type":"response.done","response":{"id":"r-20","status":"completed"}}

data: [DONE]

]],
    text = "one, two",
    pieces = { "one, ", "two" },
    id = "r-20",
  },
  {
    name = "responses: an image by address and one in base64",
    stream = [[
data: {"type":"response.created","response":{"id":"r-21",\
  "status":"in_progress","model":"painter"}}

data: {"type":"response.content_part.delta","response_id":"r-21",\
  "output_index":0,"content_index":0,"delta":"Two boats:"}

data: {"type":"response.image_generation_call.in_progress",\
  "response_id":"r-21","output_index":1,"image_generation_call":{"id":"ig_1",\
  "type":"image_generation_call","status":"in_progress"}}

data: {"type":"response.image_generation_call.partial_image",\
  "response_id":"r-21","output_index":1,"partial_image_b64":"Qm9h"}

data: {"type":"response.image_generation_call.completed","response_id":"r-21",\
  "output_index":1,"image_generation_call":{"id":"ig_1",\
  "type":"image_generation_call","status":"completed",\
  "url":"https://img.example.test/boat.png"}}

data: {"type":"response.image_generation_call.completed","response_id":"r-21",\
  "output_index":2,"image_generation_call":{"id":"ig_2",\
  "type":"image_generation_call","status":"completed"},"data":"Qm9hdA=="}

data: {"type":"response.done","response":{"id":"r-21","status":"completed"}}

data: [DONE]

]],
    text = "Two boats:",
    reply = { images = {
      { url = "https://img.example.test/boat.png", index = 0, id = "ig_1",
        type = "image_generation_call", status = "completed" },
      { b64_json = "Qm9hdA==", index = 1, id = "ig_2",
        type = "image_generation_call", status = "completed" } } },
  },
  {
    name = "responses: a call of a tool",
    stream = [[
data: {"type":"response.created","response":{"id":"r-22",\
  "status":"in_progress"}}

data: {"type":"response.output_item.done","response_id":"r-22",\
  "output_index":0,"item":{"type":"function_call","id":"fc_1",\
  "call_id":"call_9","name":"tide","arguments":"{\"port\":\"Bergen\"}"}}

data: {"type":"response.done","response":{"id":"r-22","status":"completed"}}

data: [DONE]

]],
    text = "",
    reply = { tool_calls = { { id = "call_9", name = "tide",
      arguments = '{"port":"Bergen"}' } } },
  },
  {
    name = "responses: completed in place of done, and no terminator",
    stream = [[
data: {"type":"response.created","response":{"id":"r-23",\
  "status":"in_progress","model":"openai/gpt-4o-mini"}}

data: {"type":"response.content_part.delta","response_id":"r-23",\
  "output_index":0,"content_index":0,"delta":"tick"}

data: {"type":"response.content_part.delta","response_id":"r-23",\
  "output_index":0,"content_index":0,"delta":"tock"}

data: {"type":"response.content_part.done","response_id":"r-23",\
  "output_index":0,"content_index":0,"part":{"type":"output_text",\
  "text":"ticktock"}}

data: {"type":"response.completed","response":{"id":"r-23",\
  "status":"completed","usage":{"input_tokens":3,"output_tokens":2}}}

]],
    text = "ticktock",
    reply = { model = "openai/gpt-4o-mini", usage = { input_tokens = 3,
      output_tokens = 2, tokens_prompt = 3, tokens_completion = 2,
      tokens_total = 5 } },
  },
  {
    name = "responses: an empty answer",
    stream = [[
data: {"type":"response.created","response":{"id":"r-24",\
  "status":"in_progress"}}

data: {"type":"response.output_item.done","response_id":"r-24",\
  "output_index":0,"item":{"type":"message","content":[]}}

data: {"type":"response.done","response":{"id":"r-24","status":"completed"}}

data: [DONE]

]],
    text = "",
    absent = { "usage" },
  },
  {
    name = "responses: events named by their event line",
    stream = [[
event: response.created
data: {"response":{"id":"r-25","status":"in_progress"}}

event: response.content_part.delta
data: {"output_index":0,"content_index":0,"delta":"na"}

event: response.content_part.delta
data: {"output_index":0,"content_index":0,"delta":"med"}

event: response.done
data: {"response":{"id":"r-25","status":"completed"}}

]],
    text = "named",
    id = "r-25",
  },

  -----------------------------------------------------------------------
  -- gateway

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

  -----------------------------------------------------------------------
  -- openai

  {
    name = "openai: chat",
    stream = [[
data: {"id":"chatcmpl-51","object":"chat.completion.chunk",\
  "created":1790000000,"model":"openai/gpt-4o","choices":[{"index":0,\
  "delta":{"role":"assistant","content":""},"finish_reason":null}]}

data: {"id":"chatcmpl-51","object":"chat.completion.chunk",\
  "created":1790000000,"model":"openai/gpt-4o","choices":[{"index":0,\
  "delta":{"content":"Sal"},"finish_reason":null}]}

data: {"id":"chatcmpl-51","object":"chat.completion.chunk",\
  "created":1790000000,"model":"openai/gpt-4o","choices":[{"index":0,\
  "delta":{"content":"t"},"finish_reason":null}],"usage":null}

data: {"id":"chatcmpl-51","object":"chat.completion.chunk",\
  "created":1790000000,"model":"openai/gpt-4o","choices":[{"index":0,\
  "delta":{},"finish_reason":"stop"}]}

data: {"id":"chatcmpl-51","object":"chat.completion.chunk",\
  "created":1790000000,"model":"openai/gpt-4o","choices":[],\
  "usage":{"prompt_tokens":12,"completion_tokens":2,"total_tokens":14}}

data: [DONE]

]],
    text = "Salt",
    pieces = { "Sal", "t" },
    id = "chatcmpl-51",
    reply = { id = "chatcmpl-51", model = "openai/gpt-4o",
      created_at = 1790000000, finish_reason = "stop",
      usage = { prompt_tokens = 12, completion_tokens = 2, total_tokens = 14,
        tokens_prompt = 12, tokens_completion = 2, tokens_total = 14 } },
  },
  {
    name = "openai: completion, and no terminator",
    stream = [[
data: {"id":"cmpl-52","object":"text_completion","choices":[{"index":0,\
  "text":"sin","finish_reason":null}]}

data: {"id":"cmpl-52","object":"text_completion","choices":[{"index":0,\
  "text":"(x)","finish_reason":"length"}]}

]],
    text = "sin(x)",
    reply = { finish_reason = "length" },
    absent = { "usage" },
  },
  {
    name = "openai: calls of tools in fragments",
    stream = [[
data: {"id":"chatcmpl-53","choices":[{"index":0,"delta":{"role":"assistant",\
  "content":null,"tool_calls":[{"index":0,"id":"call_a","type":"function",\
  "function":{"name":"tide","arguments":""}}]},"finish_reason":null}]}

data: {"id":"chatcmpl-53","choices":[{"index":0,\
  "delta":{"tool_calls":[{"index":0,"function":{"arguments":"{\"port\":"}}]},\
  "finish_reason":null}]}

data: {"id":"chatcmpl-53","choices":[{"index":0,\
  "delta":{"tool_calls":[{"index":0,"function":{"arguments":"\"Bergen\"}"}}]},\
  "finish_reason":null}]}

data: {"id":"chatcmpl-53","choices":[{"index":0,\
  "delta":{"tool_calls":[{"index":1,"id":"call_b","type":"function",\
  "function":{"name":"clock","arguments":"{}"}}]},"finish_reason":null}]}

data: {"id":"chatcmpl-53","choices":[{"index":0,"delta":{},\
  "finish_reason":"tool_calls"}]}

data: [DONE]

]],
    text = "",
    reply = { finish_reason = "tool_calls", tool_calls = {
      { id = "call_a", name = "tide", arguments = '{"port":"Bergen"}' },
      { id = "call_b", name = "clock", arguments = "{}" } } },
  },
  {
    name = "openai: reasoning",
    stream = [[
data: {"id":"chatcmpl-54","choices":[{"index":0,\
  "delta":{"reasoning_content":"let me "},"finish_reason":null}]}

data: {"id":"chatcmpl-54","choices":[{"index":0,\
  "delta":{"reasoning_content":"see","content":null},"finish_reason":null}]}

data: {"id":"chatcmpl-54","choices":[{"index":0,"delta":{"content":"Seven"},\
  "finish_reason":"stop"}]}

data: [DONE]

]],
    text = "Seven",
    reasoning = "let me see",
    reply = { reasoning_content = "let me see", finish_reason = "stop" },
  },

  -----------------------------------------------------------------------
  -- legacy

  {
    name = "legacy: pieces of the envelope, usage and an image",
    stream = [[
data: {"success":true,"data":"Old "}

data: {"success":true,"data":"salt","request_id":"l-61"}

data: {"success":true,"data":"","usage":{"tokens_prompt":2,\
  "tokens_completion":2,"tokens_total":4,"cost":0.25,"latency":0.5},\
  "finish_reason":"stop"}

data: {"images":[{"url":"https://img.example.test/salt.png","index":0}]}

data: [DONE]

]],
    text = "Old salt",
    pieces = { "Old ", "salt" },
    reply = { request_id = "l-61", finish_reason = "stop",
      usage = { tokens_prompt = 2, tokens_completion = 2, tokens_total = 4,
        cost = 0.25, latency = 0.5 },
      images = { { url = "https://img.example.test/salt.png", index = 0 } } },
  },

  -----------------------------------------------------------------------
  -- raw

  {
    name = "raw: words",
    stream = "data: Sail \n\ndata: ho\n\ndata: ,  sailor!\n\ndata: [DONE]\n\n",
    text = "Sail ho,  sailor!",
    pieces = { "Sail ", "ho", ",  sailor!" },
    absent = { "usage", "id", "request_id", "finish_reason" },
  },
  {
    name = "raw: a word that could keep the connection alive",
    stream = "data: null\n\ndata:  and void\n\ndata: [DONE]\n\n",
    text = "null and void",
  },
  {
    name = "form: null to keep the connection alive",
    stream = [[
data: null

data: {"choices":[{"index":0,"delta":{"content":"Fjord"},\
  "finish_reason":"stop"}]}

data: [DONE]

]],
    text = "Fjord",
    reply = { finish_reason = "stop" },
  },
  {
    name = "raw: words that look like JSON",
    stream = 'data: 17\n\ndata: true\n\ndata: null\n\ndata: "x"\n\n'
      .. 'data: [1]\n\ndata: {"a":1}\n\ndata: {\n\ndata: [DONE]\n\n',
    text = '17truenull"x"[1]{"a":1}{',
  },
  {
    name = "raw: lines of one event, blanks first",
    stream = "data:  \n\ndata: first\ndata: second\n\n"
      .. "data:\n\ndata: [DONE]\n\n",
    text = " first\nsecond",
  },
  {
    name = "raw: braces that begin none of our objects",
    stream = "data: { x => 1 }\n\ndata: {y}\n\ndata: [DONE]\n\n",
    text = "{ x => 1 }{y}",
  },

  -----------------------------------------------------------------------
  -- errors

  {
    name = "error: a sentence, with its status in it",
    stream = [[
data: {"type":"response.created","response":{"id":"e-71",\
  "status":"in_progress"}}

data: {"type":"response.content_part.delta","response_id":"e-71",\
  "output_index":0,"content_index":0,"delta":"Half an ans"}

data: {"error":"Status 429: provider is busy"}

data: [DONE]

]],
    text = "Half an ans",
    error = { kind = "rate_limit", message = "Status 429: provider is busy" },
  },
  {
    name = "error: an object, and nothing else",
    stream = [[
data: {"error":{"message":"no credits left","type":"billing","param":null,\
  "code":"insufficient_quota"}}

]],
    text = "",
    error = { kind = "insufficient_credits", code = "insufficient_quota",
      message = "no credits left" },
  },
  {
    name = "error: an event of that name",
    stream = [[
data: {"type":"content","data":"Half","provider":"xai",\
  "choices":[{"delta":{"content":"Half"},"index":0,"finish_reason":null}]}

event: error
data: {"type":"error","message":"upstream closed","code":"overloaded"}

data: {"type":"content","data":" never","provider":"xai"}

]],
    text = "Half",
    error = { kind = "unavailable", code = "overloaded",
      message = "upstream closed" },
  },
  {
    name = "error: an event of that name that is a sentence",
    stream = "data: Half\n\nevent: error\ndata: the pipe burst\n\n",
    text = "Half",
    error = { kind = "server", message = "the pipe burst" },
  },
  {
    name = "error: a response that failed",
    stream = [[
data: {"type":"response.created","response":{"id":"e-72",\
  "status":"in_progress"}}

data: {"type":"response.content_part.delta","response_id":"e-72",\
  "output_index":0,"content_index":0,"delta":"Half"}

data: {"type":"response.completed","response":{"id":"e-72","status":"failed",\
  "error":{"message":"the provider gave up"}}}

]],
    text = "Half",
    error = { kind = "server", message = "the provider gave up" },
  },
  {
    name = "error: an envelope without success",
    stream = [[
data: {"success":true,"data":"Half"}

data: {"success":false,"message":"key revoked","status_code":401}

]],
    text = "Half",
    error = { kind = "authentication", message = "key revoked" },
  },
  {
    name = "error: in a chunk",
    stream = [[
data: {"id":"chatcmpl-73","choices":[{"index":0,"delta":{"content":"Half"},\
  "finish_reason":null}]}

data: {"id":"chatcmpl-73","choices":[],"error":{"message":"slow down",\
  "code":429}}

data: [DONE]

]],
    text = "Half",
    error = { kind = "rate_limit", message = "slow down" },
  },
  {
    name = "error: in raw text",
    stream = 'data: Half\n\ndata: {"error":"it broke"}\n\ndata: [DONE]\n\n',
    text = "Half",
    error = { kind = "server", message = "it broke" },
  },
  {
    name = "error: none, when it is null",
    stream = [[
data: {"type":"response.content_part.delta","delta":"Whole","error":null}

data: {"type":"response.done","response":{"id":"e-74","status":"completed",\
  "error":null},"error":null}

]],
    text = "Whole",
    id = "e-74",
  },

  -----------------------------------------------------------------------
  -- broken and truncated

  {
    name = "broken: an object that was cut",
    stream = [[
data: {"type":"response.content_part.delta","output_index":0,"delta":"Half"}

data: {"type":"response.content_part.delta","output_index":0,"del

data: {"type":"response.done","response":{}}

]],
    text = "Half",
    error = { kind = "protocol" },
  },
  {
    name = "broken: an object that was cut in the first place",
    stream = 'data: {"type":"response.crea\n\ndata: [DONE]\n\n',
    text = "",
    error = { kind = "protocol" },
  },
  {
    name = "broken: words after objects",
    stream = 'data: {"success":true,"data":"Half"}\n\ndata: of it\n\n',
    text = "Half",
    error = { kind = "protocol" },
  },
  {
    name = "broken: a number after objects",
    stream = 'data: {"choices":[{"index":0,"text":"Half"}]}\n\ndata: 42\n\n',
    text = "Half",
    error = { kind = "protocol" },
  },
  {
    name = "truncated: responses",
    stream = [[
data: {"type":"response.created","response":{"id":"t-81",\
  "status":"in_progress"}}

data: {"type":"response.content_part.delta","response_id":"t-81",\
  "output_index":0,"content_index":0,"delta":"To be contin"}

]],
    text = "To be contin",
    truncated = true,
  },
  {
    name = "truncated: in the middle of an event",
    stream = 'data: {"type":"content","data":"To be"}\n\n'
      .. 'data: {"type":"finish","finish_reason":"stop"}\n',
    text = "To be",
    truncated = true,
  },
  {
    name = "truncated: chunks",
    stream = 'data: {"id":"c","choices":[{"index":0,"delta":{"content":'
      .. '"To be"},"finish_reason":null}]}\n\n',
    text = "To be",
    truncated = true,
  },
  {
    name = "truncated: legacy",
    stream = 'data: {"success":true,"data":"To be"}\n\n',
    text = "To be",
    truncated = true,
  },
  {
    name = "truncated: raw",
    stream = "data: To \n\ndata: be\n\n",
    text = "To be",
    truncated = true,
  },
  {
    name = "truncated: nothing at all",
    stream = "",
    text = "",
    truncated = true,
  },
  {
    name = "truncated: comments only",
    stream = ": connected\n\n: still there\n\n",
    text = "",
    truncated = true,
  },

  -----------------------------------------------------------------------
  -- the form of the stream

  {
    name = "form: a mark, comments, ids, retry times and unknown fields",
    stream = BOM .. [[
: hello

retry: 2000
id: 1
event: message
foo: bar
data:{"type":"response.content_part.delta",
data: "output_index":0,
data: "delta":"spread "}

: still there

id: 2
data: {"type":"response.keepalive"}

data: {"type":"response.content_part.delta","output_index":0,"delta":"out"}

data: {"choices":[]}

data:[DONE]

data: {"type":"response.content_part.delta","output_index":0,"delta":" no"}

]],
    text = "spread out",
    pieces = { "spread ", "out" },
  },
  {
    name = "form: line ends of all kinds in one stream",
    stream = "data: {\"data\":\"a\"}\r\n\r\ndata: {\"data\":\"b\"}\r\r"
      .. "data: {\"data\":\"c\"}\n\n\r\n\rdata: [DONE]\r\n\n",
    as_is = true,
    text = "abc",
  },
  {
    name = "form: characters of every length, escaped and not",
    stream = 'data: {"type":"content","data":"K\195\184benhavn \226\130\172 '
      .. '\240\159\154\162 \226\128\168"}\n\n'
      .. 'data: {"type":"content","data":"\\u00e5 \\u20ac \\ud83d\\udea2"}\n\n'
      .. "data: [DONE]\n\n",
    text = "K\195\184benhavn \226\130\172 \240\159\154\162 \226\128\168"
      .. "\195\165 \226\130\172 \240\159\154\162",
  },
  {
    name = "form: a terminator with blanks around it",
    stream = 'data: {"data":"x"}\n\ndata:   [DONE]  \n\ndata: {"data":"y"}\n\n',
    text = "x",
  },
  {
    name = "form: an empty event before the first object",
    stream = 'data:\n\ndata: {"data":"x"}\n\ndata: [DONE]\n\n',
    text = "x",
  },
}

for _, vector in ipairs(streams) do
  vector.stream = vector.stream:gsub("\\\n *", "")
end

return streams
