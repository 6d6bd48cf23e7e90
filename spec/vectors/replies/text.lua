-- Replies of chat and completions, and of calls that stop them.
local kit = dofile "spec/vectors/replies/kit.lua"
local add, add_to_each, envelope = kit.add, kit.add_to_each, kit.envelope
local enveloped, USAGE, USED = kit.enveloped, kit.USAGE, kit.USED

add "create_chat_completion" {
  {
    name = "envelope with everything",
    body = envelope([["data": "Tern\n\"caf\u00e9\"", "finish_reason": "length",
      "images": [{ "url": "https://img.test/t.webp?sig=a%2Fb", "index": 0 }],
      "reasoning_content": "birds first", ]] .. USAGE),
    expect = enveloped {
      data = 'Tern\n"caf\195\169"', finish_reason = "length", usage = USED,
      images = { { url = "https://img.test/t.webp?sig=a%2Fb", index = 0 } },
      reasoning_content = "birds first",
    },
    absent = { "raw_response" },
  },
  {
    name = "envelope with nulls only",
    body = envelope [["data": "Tern", "finish_reason": null, "images": null,
      "reasoning_content": null, "usage": null]],
    expect = enveloped { data = "Tern" },
    absent = { "finish_reason", "images", "reasoning_content", "usage" },
  },
  {
    name = "envelope with an empty answer",
    body = envelope [["data": "", "finish_reason": "content_filter",
      "message": "filtered"]],
    expect = { data = "", finish_reason = "content_filter",
      message = "filtered", success = true },
  },
  {
    name = "envelope whose data is a message",
    body = envelope [["data": { "role": "assistant", "content": "Puffin" }]],
    expect = enveloped { data = "Puffin" },
  },
  {
    name = "envelope whose data holds a text",
    body = envelope [["data": { "text": "Guillemot" }]],
    expect = { data = "Guillemot" },
  },
  {
    name = "envelope whose data holds a message",
    body = envelope [["data": { "message": { "content": "Skua" } }]],
    expect = { data = "Skua" },
  },
  {
    name = "envelope whose data is no text",
    body = envelope [["data": { "city": "Hamar", "people": 28000 }]],
    expect = { data = { city = "Hamar", people = 28000 } },
  },
  {
    name = "envelope without success and usage",
    body = [[{ "request_id": "req_9", "created_at": "2026-03-14T21:40:09Z",
      "provider": "xai", "model": "m-2", "data": "Eider" }]],
    expect = { request_id = "req_9", created_at = "2026-03-14T21:40:09Z",
      provider = "xai", model = "m-2", data = "Eider", success = true },
    absent = { "usage", "finish_reason" },
  },
  {
    name = "envelope with a tool call",
    body = envelope [["data": "", "finish_reason": "tool_calls",
      "tool_calls": [{ "id": "call_3", "type": "function", "function": {
        "name": "tide", "arguments": "{\"port\":\"Hamar\"}" } }] ]],
    expect = { data = "", finish_reason = "tool_calls", tool_calls = {
      { id = "call_3", name = "tide", arguments = '{"port":"Hamar"}' } } },
  },
  {
    name = "Responses object",
    body = [[{ "id": "resp_51", "object": "response", "created_at": 1773524409,
      "status": "completed", "provider": "openai", "model": "m-1",
      "duration_ms": 90, "max_output_tokens": 32, "error": null, "output": [
        { "type": "message", "role": "assistant", "status": "completed",
          "content": [{ "type": "output_text", "text": "Gannet",
            "annotations": [] }] }],
      "usage": { "input_tokens": 31, "output_tokens": 9, "total_tokens": 40,
        "input_tokens_details": { "cached_tokens": 16 },
        "output_tokens_details": { "reasoning_tokens": 5 } } }]],
    expect = { request_id = "resp_51", created_at = 1773524409, data = "Gannet",
      success = true, status = "completed", provider = "openai", model = "m-1",
      duration_ms = 90, max_output_tokens = 32, usage = {
        tokens_prompt = 31, tokens_completion = 9, tokens_total = 40,
        cache_read_tokens = 16, reasoning_tokens = 5 } },
    absent = { "finish_reason", "error" },
  },
  {
    name = "Responses object in pieces, with reasoning",
    body = [[{ "id": "resp_52", "object": "response", "status": "completed",
      "output": [
        { "type": "message", "role": "assistant", "reasoning": "north first",
          "content": [{ "type": "output_text", "text": "Auk, " },
            { "type": "output_text", "text": "razorbill" }] },
        { "type": "message", "role": "assistant",
          "content": [{ "type": "output_text", "text": " and tern" }] }],
      "usage": { "input_tokens": 3, "output_tokens": 4 } }]],
    expect = { request_id = "resp_52", data = "Auk, razorbill and tern",
      reasoning_content = "north first", success = true, usage = {
        tokens_prompt = 3, tokens_completion = 4, tokens_total = 7 } },
  },
  {
    name = "Responses object with a call of a function",
    body = [[{ "id": "resp_53", "object": "response", "status": "completed",
      "output": [{ "type": "function_call", "call_id": "call_8", "name": "tide",
        "arguments": "{}" }] }]],
    expect = { data = "", tool_calls = {
      { id = "call_8", name = "tide", arguments = "{}" } } },
  },
  {
    name = "OpenAI object",
    body = [[{ "id": "chatcmpl-77", "object": "chat.completion",
      "created": 1773524409, "model": "openai/m-1", "choices": [
        { "index": 0, "finish_reason": "stop", "message": {
          "role": "assistant", "content": "Kittiwake",
          "reasoning_content": "cliffs" } }],
      "usage": { "prompt_tokens": 5, "completion_tokens": 2,
        "total_tokens": 7,
        "prompt_tokens_details": { "cached_tokens": 1 } } }]],
    expect = { request_id = "chatcmpl-77", created_at = 1773524409,
      model = "openai/m-1", data = "Kittiwake", finish_reason = "stop",
      reasoning_content = "cliffs", success = true, usage = {
        tokens_prompt = 5, tokens_completion = 2, tokens_total = 7,
        cache_read_tokens = 1 } },
  },
  {
    name = "OpenAI object with a call of a function",
    body = [[{ "id": "chatcmpl-78", "object": "chat.completion",
      "choices": [{ "index": 0, "finish_reason": "tool_calls", "message": {
        "role": "assistant", "content": null, "tool_calls": [{ "id": "call_4",
          "type": "function", "function": { "name": "tide",
            "arguments": "{\"n\":1}" } }] } }] }]],
    expect = { data = "", finish_reason = "tool_calls", tool_calls = {
      { id = "call_4", name = "tide", arguments = '{"n":1}' } } },
  },
  {
    name = "a status of failure",
    body = [[{ "id": "resp_54", "object": "response", "status": "failed",
      "output": [], "error": { "code": "server_error",
        "message": "the model fell over" } }]],
    error = { kind = "server", code = "server_error",
      message = "the model fell over" },
  },
  {
    name = "no success",
    body = [[{ "request_id": "req_10", "success": false, "data": "",
      "message": "no choices came back" }]],
    error = { kind = "server", request_id = "req_10",
      message = "no choices came back" },
  },
}

add "create_completion" {
  {
    name = "envelope",
    body = envelope([["data": " once more", "finish_reason": "stop",
      "byok_api_key": true, ]] .. USAGE),
    expect = enveloped { data = " once more", finish_reason = "stop",
      byok_api_key = true, usage = USED },
  },
  {
    name = "envelope with an image",
    body = envelope [["data": "see",
      "images": [{ "url": "https://img.test/9.png", "index": 0 }] ]],
    expect = { data = "see",
      images = { { url = "https://img.test/9.png", index = 0 } } },
  },
  {
    name = "usage as at the end of a stream",
    body = envelope [["data": "x", "usage": { "input_tokens": 2,
      "output_tokens": 6, "cost_usd": 0.5, "latency_ms": 77 }]],
    expect = { usage = { tokens_prompt = 2, tokens_completion = 6,
      tokens_total = 8, cost = 0.5, latency_ms = 77 } },
  },
  {
    name = "Responses object",
    body = [[{ "id": "resp_60", "object": "response", "created_at": 1773524410,
      "status": "completed", "output": [{ "type": "message", "content": [
        { "type": "output_text", "text": "and again" }] }],
      "usage": { "input_tokens": 1, "output_tokens": 2, "total_tokens": 3 } }]],
    expect = { request_id = "resp_60", created_at = 1773524410,
      data = "and again", usage = { tokens_prompt = 1, tokens_completion = 2,
        tokens_total = 3 } },
    absent = { "finish_reason" },
  },
  {
    name = "OpenAI object",
    body = [[{ "id": "cmpl-2", "object": "text_completion",
      "created": 1773524410, "choices": [{ "index": 0, "text": "twice",
        "finish_reason": "length", "logprobs": null }] }]],
    expect = { request_id = "cmpl-2", created_at = 1773524410, data = "twice",
      finish_reason = "length" },
    absent = { "usage" },
  },
}

add_to_each({ "stop_chat_stream", "stop_completion_stream" }, function()
  return {
    { name = "done", body = [[{ "success": true }]],
      expect = { success = true } },
    { name = "done, with a message",
      body = [[{ "success": true, "message": "stopped", "tokens": 12 }]],
      expect = { success = true, message = "stopped", tokens = 12 } },
    { name = "done, without a body", body = "", expect = {} },
    { name = "not done",
      body = [[{ "success": false, "message": "it was no stream" }]],
      error = { kind = "server", message = "it was no stream" } },
  }
end)

return kit.replies
