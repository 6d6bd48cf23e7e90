-- Streams of a Responses object's events.
return {
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
}
