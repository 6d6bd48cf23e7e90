-- Streams whose events are pieces of the envelope.
return {
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
}
