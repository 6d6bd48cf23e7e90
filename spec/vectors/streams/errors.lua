-- Streams that tell of an error.
return {
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
}
