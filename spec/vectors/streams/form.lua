-- What is special in the form of a stream, whatever its dialect.
local BOM = "\239\187\191"

return {
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
}
