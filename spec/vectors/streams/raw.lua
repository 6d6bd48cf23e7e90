-- Streams whose events are the text itself.
return {
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
}
