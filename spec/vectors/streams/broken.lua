-- Streams that are cut or no stream of any dialect, and those that end before
-- their answer does.
return {
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
}
