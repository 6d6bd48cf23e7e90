-- Streams of OpenAI's chunks.
return {
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
}
