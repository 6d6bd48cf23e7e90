-- Replies as servers write them, in every shape the documents and their guides
-- know, and what the caller gets of each. Read by spec/replies_spec.lua.
--
--   name          what is special
--   operation     the endpoint's name in spec/vectors/openapi.json
--   body          the bytes of the reply's body
--   texts         of how many texts it has the embeddings, when not of two
--   status        when it is not 200
--   content_type  when it is not JSON
--   expect        what the reply must hold. A table must hold these fields and
--                 may hold others; a list must have exactly these elements;
--                 whole numbers are integers where there are integers
--   absent        names of fields that the reply must not have
--   error         instead: { kind =, message =, ... } of the error

local null = require("indoxhub.base.json").null

-- The fields that the replies of all generations begin with.
local ENVELOPE = [[
  "request_id": "4be0c7d2-61f5-4a37-8c1e-9d20b6a7f305",
  "created_at": "2026-03-14T21:40:09.125000", "duration_ms": 640.25,
  "provider": "openai", "model": "m-1", "success": true, "message": "",
  "raw_response": null,
]]

local function envelope(fields)
  return "{" .. ENVELOPE .. fields .. "}"
end

-- What is expected of an envelope, and more.
local function enveloped(expect)
  expect.request_id = "4be0c7d2-61f5-4a37-8c1e-9d20b6a7f305"
  expect.created_at = "2026-03-14T21:40:09.125000"
  expect.duration_ms = 640.25
  expect.provider, expect.model = "openai", "m-1"
  expect.success, expect.message = true, ""
  return expect
end

local USAGE = [[
  "usage": { "tokens_prompt": 14, "tokens_completion": 6, "tokens_total": 20,
    "cost": 0.000125, "latency": 512.5, "cache_read_tokens": 4,
    "cache_write_tokens": 2, "reasoning_tokens": 3, "web_search_count": 1,
    "request_count": 1, "timestamp": "2026-03-14T21:40:09.125000",
    "cost_breakdown": { "prompt_cost": 0.0001, "completion_cost": 0.000025,
      "total_cost": 0.000125 } }
]]

local USED = { tokens_prompt = 14, tokens_completion = 6, tokens_total = 20,
  cost = 0.000125, latency = 512.5, cache_read_tokens = 4,
  cache_write_tokens = 2, reasoning_tokens = 3, web_search_count = 1,
  request_count = 1, timestamp = "2026-03-14T21:40:09.125000",
  cost_breakdown = { prompt_cost = 0.0001, completion_cost = 0.000025,
    total_cost = 0.000125 } }

local replies = {}

local function add(operation)
  return function(vectors)
    for _, vector in ipairs(vectors) do
      vector.operation = operation
      replies[#replies + 1] = vector
    end
  end
end

-- The same vectors for each of some operations.
local function add_to_each(operations, make)
  for _, operation in ipairs(operations) do
    add(operation)(make(operation))
  end
end

-----------------------------------------------------------------------
-- chat and completions

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

-----------------------------------------------------------------------
-- embeddings

add "create_embedding" {
  {
    name = "list of vectors",
    body = envelope([=["data": [[0.5, -0.25, 1e-2], [2.5e-1, 0.125, -1.5]],
      "dimensions": 3, "byok_api_key": false, ]=] .. USAGE),
    expect = enveloped { data = { { 0.5, -0.25, 0.01 }, { 0.25, 0.125, -1.5 } },
      dimensions = 3, byok_api_key = false, usage = USED },
  },
  {
    name = "list of vectors without dimensions",
    body = envelope [=["data": [[0.5, 0.75], [0.25, 0.5]]]=],
    expect = { data = { { 0.5, 0.75 }, { 0.25, 0.5 } }, dimensions = 2 },
  },
  {
    name = "flat vector", texts = 1,
    body = envelope [["data": [0.5, -0.75, 0.125, 0.25], "dimensions": 4]],
    expect = { data = { { 0.5, -0.75, 0.125, 0.25 } }, dimensions = 4 },
  },
  {
    name = "flat vector without dimensions", texts = 1,
    body = envelope [["data": [0.5, -0.75, 0.125],
      "usage": { "tokens_prompt": 6, "tokens_total": 6 }]],
    expect = { data = { { 0.5, -0.75, 0.125 } }, dimensions = 3,
      usage = { tokens_prompt = 6, tokens_total = 6 } },
  },
  {
    name = "OpenAI items, out of order",
    body = [[{ "id": "embd-8", "object": "embedding", "created": 1773524411,
      "model": "m-3", "data": [
        { "object": "embedding", "index": 1, "embedding": [0.25, 0.5] },
        { "object": "embedding", "index": 0, "embedding": [0.75, 1.5] }],
      "usage": { "prompt_tokens": 11, "total_tokens": 11 } }]],
    expect = { request_id = "embd-8", created_at = 1773524411, model = "m-3",
      data = { { 0.75, 1.5 }, { 0.25, 0.5 } }, dimensions = 2, success = true,
      usage = { tokens_prompt = 11, tokens_total = 11 } },
  },
  {
    name = "items without an index, in an envelope",
    body = envelope [["data": [{ "embedding": [0.5] },
      { "embedding": [0.25] }] ]],
    expect = { data = { { 0.5 }, { 0.25 } }, dimensions = 1 },
  },
}

-----------------------------------------------------------------------
-- images

add "create_image" {
  {
    name = "addresses",
    body = envelope([["byok_api_key": false, "data": [
      { "url": "https://img.test/a.png?X-Sig=q%3D1", "b64_json": null,
        "revised_prompt": "a red hut by the sea", "index": 0 },
      { "url": "https://img.test/b.png", "index": 1 }], ]] .. USAGE),
    expect = enveloped { byok_api_key = false, usage = USED, data = {
      { url = "https://img.test/a.png?X-Sig=q%3D1",
        revised_prompt = "a red hut by the sea", index = 0 },
      { url = "https://img.test/b.png", index = 1 } } },
  },
  {
    name = "base64",
    body = envelope [["data": [{ "url": null, "b64_json": "R0lGODlhAQ==" }] ]],
    expect = enveloped { data = { { b64_json = "R0lGODlhAQ==" } } },
  },
  {
    name = "bare body with base64",
    body = [[{ "created": 1773524412, "provider": "openai", "model": "m-4",
      "data": [{ "b64_json": "/9j/4AAQ" }], "usage": { "request_count": 2,
        "cost_breakdown": { "total_cost": 0.25 } } }]],
    expect = { created_at = 1773524412, provider = "openai", model = "m-4",
      data = { { b64_json = "/9j/4AAQ" } }, success = true, usage = {
        request_count = 2, cost_breakdown = { total_cost = 0.25 } } },
    absent = { "request_id" },
  },
  {
    name = "bare body with addresses",
    body = [[{ "created": 1773524412, "data": [
      { "url": "https://img.test/c.webp", "revised_prompt": "fog",
        "index": 0 }] }]],
    expect = { created_at = 1773524412, success = true, data = {
      { url = "https://img.test/c.webp", revised_prompt = "fog",
        index = 0 } } },
    absent = { "request_id", "usage" },
  },
}

-----------------------------------------------------------------------
-- audio

add "create_text_to_speech" {
  {
    name = "audio_url",
    body = envelope([["byok_api_key": false,
      "data": { "audio_url": "https://media.test/s/1.opus?e=9" }, ]] .. USAGE),
    expect = enveloped { byok_api_key = false, usage = USED,
      data = { url = "https://media.test/s/1.opus?e=9",
        audio_url = "https://media.test/s/1.opus?e=9" } },
  },
  {
    name = "url",
    body = envelope [["message": "Audio generated successfully",
      "data": { "url": "https://media.test/s/2.mp3" },
      "usage": { "characters": 44, "cost": 0.0625 }]],
    expect = { message = "Audio generated successfully",
      data = { url = "https://media.test/s/2.mp3" },
      usage = { characters = 44, cost = 0.0625 } },
  },
  {
    name = "audio",
    body = envelope [["data": { "audio": "T2dnUwACAAA=", "format": "opus",
      "voice": "fable", "speed": 1.5, "character_count": 44 }]],
    expect = enveloped { data = { audio = "T2dnUwACAAA=", format = "opus",
      voice = "fable", speed = 1.5, character_count = 44 } },
  },
  {
    name = "audio_content",
    body = envelope [["data": { "audio_content": "UklGRiQAAAA=" }]],
    expect = { data = { audio = "UklGRiQAAAA=" } },
  },
  {
    name = "b64_json",
    body = envelope [["data": { "b64_json": "ZkxhQwAAACI=" }]],
    expect = { data = { audio = "ZkxhQwAAACI=" } },
  },
  {
    name = "address and audio",
    body = envelope [["data": { "audio_url": "https://media.test/s/3.wav",
      "audio": "UklGRg==" }]],
    expect = { data = { url = "https://media.test/s/3.wav",
      audio = "UklGRg==" } },
  },
}

add_to_each({ "create_transcription", "create_translation" }, function()
  return {
    {
      name = "verbose data",
      body = envelope [["data": { "text": "Mind the gap.", "language": "en",
        "duration": 1.75, "words": [{ "word": "Mind", "start": 0.25,
          "end": 0.5 }],
        "segments": [{ "id": 0, "start": 0, "end": 1.5,
          "text": "Mind the gap." }] },
        "usage": { "type": "audio", "seconds": 1.75 }]],
      expect = enveloped { usage = { type = "audio", seconds = 1.75 }, data = {
        text = "Mind the gap.", language = "en", duration = 1.75,
        words = { { word = "Mind", start = 0.25, ["end"] = 0.5 } },
        segments = { { id = 0, start = 0, ["end"] = 1.5,
          text = "Mind the gap." } } } },
    },
    {
      name = "text alone",
      body = envelope [["data": { "text": "Mind the gap.", "language": null,
        "words": null, "segments": null }]],
      expect = enveloped { data = { text = "Mind the gap." } },
    },
    {
      name = "text beside the envelope",
      body = envelope [["text": "Mind the gap.", "language": "en",
        "duration": 1.75, "words": [{ "word": "gap", "start": 1, "end": 1.5 }],
        "segments": [{ "start": 0.5, "end": 1.5, "text": "Mind the gap." }],
        "usage": { "duration_seconds": 1.75, "cost": 0.125 }]],
      expect = enveloped { usage = { duration_seconds = 1.75, cost = 0.125 },
        data = { text = "Mind the gap.", language = "en", duration = 1.75,
          words = { { word = "gap", start = 1, ["end"] = 1.5 } },
          segments = { { start = 0.5, ["end"] = 1.5,
            text = "Mind the gap." } } } },
    },
    {
      name = "text beside data that is null",
      body = envelope [["data": null, "text": "Mind the gap."]],
      expect = { data = { text = "Mind the gap." } },
    },
    {
      name = "data is the text",
      body = envelope [["data": "Mind the gap."]],
      expect = enveloped { data = { text = "Mind the gap." } },
    },
    {
      name = "bare object",
      body = [[{ "text": "Mind the gap." }]],
      expect = { success = true, data = { text = "Mind the gap." } },
      absent = { "request_id" },
    },
    {
      name = "silence",
      body = envelope [["data": { "text": "" }]],
      expect = { data = { text = "" } },
    },
    {
      name = "subtitles in an envelope",
      body = envelope [["data": {
        "text": "1\n00:00:00,250 --> 00:00:01,500\nMind the gap.\n" }]],
      expect = { data = {
        text = "1\n00:00:00,250 --> 00:00:01,500\nMind the gap.\n" } },
    },
    {
      name = "plain text",
      content_type = "text/plain; charset=utf-8",
      body = "Mind the gap \226\128\147 please.\n",
      expect = { success = true,
        data = { text = "Mind the gap \226\128\147 please.\n" } },
    },
    {
      name = "plain text that looks like JSON",
      content_type = "text/plain",
      body = "42",
      expect = { success = true, data = { text = "42" } },
    },
    {
      name = "bare subtitles",
      content_type = "text/vtt",
      body = "WEBVTT\n\n00:00.250 --> 00:01.500\nMind the gap.\n",
      expect = { success = true, data = {
        text = "WEBVTT\n\n00:00.250 --> 00:01.500\nMind the gap.\n" } },
    },
  }
end)

-----------------------------------------------------------------------
-- videos

add "create_video" {
  {
    name = "job",
    body = envelope([["byok_api_key": false, "data": { "job_id": "vj-88",
      "status": "pending", "is_async": true, "provider_video_id": "v_1" }, ]]
      .. USAGE),
    expect = enveloped { byok_api_key = false, usage = USED, data = {
      job_id = "vj-88", status = "pending", is_async = true,
      provider_video_id = "v_1" } },
  },
  {
    name = "job without an id",
    body = envelope [["data": { "status": "queued", "is_async": true }]],
    expect = enveloped { data = { status = "queued",
      job_id = "4be0c7d2-61f5-4a37-8c1e-9d20b6a7f305" } },
  },
  {
    name = "results",
    body = envelope [["data": [{ "url": "https://media.test/v/1.mp4",
      "s3_key": "v/1.mp4", "file_size": 2048, "content_type": "video/mp4",
      "file_name": "1.mp4" }, { "url": "https://media.test/v/2.mp4" }] ]],
    expect = enveloped { data = {
      { url = "https://media.test/v/1.mp4", s3_key = "v/1.mp4",
        file_size = 2048, content_type = "video/mp4", file_name = "1.mp4" },
      { url = "https://media.test/v/2.mp4" } } },
  },
  {
    name = "one result",
    body = envelope [["data": { "url": "https://media.test/v/3.mp4" }]],
    expect = enveloped { data = { { url = "https://media.test/v/3.mp4" } } },
  },
  {
    name = "base64",
    body = envelope [["data": [{ "b64_json": "AAAAGGZ0eXA=" }] ]],
    expect = { data = { { b64_json = "AAAAGGZ0eXA=" } } },
  },
}

-- Of all generations but text, which has more.
add_to_each({ "create_embedding", "create_image", "create_text_to_speech",
  "create_transcription", "create_translation", "create_video" }, function()
  return {
    { name = "no success",
      body = [[{ "request_id": "req_11", "success": false, "data": null,
        "message": "the provider said no" }]],
      error = { kind = "server", request_id = "req_11",
        message = "the provider said no" } },
    { name = "an error object",
      body = [[{ "error": { "message": "the provider said no",
        "type": "server_error", "param": null, "code": null } }]],
      error = { kind = "server",
        message = "the provider said no" } },
  }
end)

local function job(fields)
  return [[{ "job_id": "vj-90", "provider": "google", "model": "m-5",
    "prompt": "a ferry leaves", "created_at": "2026-03-14T21:40:09Z",
    "updated_at": "2026-03-14T21:41:00Z", ]] .. fields .. "}"
end

local function of_job(expect)
  expect.job_id, expect.provider, expect.model = "vj-90", "google", "m-5"
  expect.prompt = "a ferry leaves"
  expect.created_at = "2026-03-14T21:40:09Z"
  expect.updated_at = "2026-03-14T21:41:00Z"
  return expect
end

add "get_video_job_status" {
  {
    name = "completed, video_url",
    body = job [["status": "completed", "progress": 100, "error": null,
      "completed_at": "2026-03-14T21:42:00Z", "result": {
        "video_url": "https://media.test/v/5.mp4", "file_size": 4096 }]],
    expect = of_job { status = "completed", progress = 100,
      completed_at = "2026-03-14T21:42:00Z", result = {
        video_url = "https://media.test/v/5.mp4", file_size = 4096 } },
    absent = { "error" },
  },
  {
    name = "completed, list of data",
    body = job [["status": "completed", "progress": 100, "result": {
      "created": 1773524520, "model": "google/m-5", "data": [{
        "url": "https://media.test/v/6.mp4", "file_size": 4096 }] }]],
    expect = of_job { status = "completed", result = { created = 1773524520,
      model = "google/m-5", data = { { file_size = 4096,
        url = "https://media.test/v/6.mp4" } } } },
  },
  {
    name = "completed, url",
    body = job [["status": "succeeded", "progress": 100,
      "result": { "url": "https://media.test/v/7.mp4" }]],
    expect = of_job { status = "succeeded",
      result = { url = "https://media.test/v/7.mp4" } },
  },
  {
    name = "completed, list of videos",
    body = job [["status": "completed",
      "result": { "videos": [{ "url": "https://media.test/v/8.mp4" }] }]],
    expect = of_job { status = "completed",
      result = { videos = { { url = "https://media.test/v/8.mp4" } } } },
    absent = { "progress" },
  },
  {
    name = "completed, data beside the job",
    body = job [["status": "completed", "result": null,
      "data": { "url": "https://media.test/v/9.mp4" }]],
    expect = of_job { status = "completed",
      data = { url = "https://media.test/v/9.mp4" } },
    absent = { "result" },
  },
  {
    name = "failed: as it is",
    body = job [["status": "failed", "progress": 12, "result": null,
      "completed_at": null, "error": "the prompt was refused"]],
    expect = of_job { status = "failed", progress = 12,
      error = "the prompt was refused" },
    absent = { "result", "completed_at" },
  },
  {
    name = "only what is required",
    body = [[{ "job_id": "vj-91", "status": "expired" }]],
    expect = { job_id = "vj-91", status = "expired" },
    absent = { "progress" },
  },
}

for _, status in ipairs { "pending", "in_progress", "queued", "processing",
  "cancelled", "canceled", "error" } do
  add "get_video_job_status" { {
    name = status .. ": as it is",
    body = job('"progress": 7, "status": "' .. status .. '"'),
    expect = of_job { progress = 7, status = status },
  } }
end

add "get_user_video_jobs" {
  {
    name = "object",
    body = [[{ "jobs": [{ "job_id": "vj-1", "status": "pending",
      "progress": 0 }, { "job_id": "vj-2", "status": "failed",
      "error": "no" }], "total": 31, "limit": 2, "skip": 4 }]],
    expect = { total = 31,
      { job_id = "vj-1", status = "pending", progress = 0 },
      { job_id = "vj-2", status = "failed", error = "no" } },
  },
  {
    name = "array",
    body = [[[{ "job_id": "vj-3", "status": "completed", "progress": 100,
      "error": null }] ]],
    expect = { { job_id = "vj-3", status = "completed", progress = 100 } },
  },
  {
    name = "object without jobs",
    body = [[{ "jobs": [], "total": 0 }]],
    expect = { total = 0 },
    absent = { 1 },
  },
  { name = "empty array", body = "[]", expect = {}, absent = { 1 } },
}

add "cancel_video_job" {
  {
    name = "done",
    body = [[{ "message": "Job vj-90 was cancelled", "success": true }]],
    expect = { message = "Job vj-90 was cancelled", success = true },
  },
  {
    name = "a message alone",
    body = [[{ "message": "cancelling" }]],
    expect = { message = "cancelling" },
  },
  {
    name = "the job, as it is",
    body = job [["status": "cancelled", "progress": 3]],
    expect = of_job { status = "cancelled", progress = 3 },
  },
  { name = "without a body", body = "", expect = {} },
}

-----------------------------------------------------------------------
-- models

local MODEL = [[{ "number": "3", "modelName": "fjell-2", "name": "Fjell 2",
  "id": "Fjell 2", "provider": "nordlys", "type": "Text Generation",
  "description": "Writes.", "capabilities": ["chat", null, "vision"],
  "specs": { "context_window": 64000, "output_tokens": 4096 },
  "pricing": { "input": 0.25, "output": 0.5, "currency": "USD",
    "unit": "1M tokens" }, "metadata": {}, "byok": true, "is_disabled": false,
  "inputPricePer1KTokens": 0.25, "outputPricePer1KTokens": 0.5,
  "contextWindows": "64k Tokens", "output": "4096 Tokens", "recommended": true,
  "commercial": true, "pricey": false, "comments": "",
  "companyModelName": "Nordlys : Fjell 2", "promptTemplate": null,
  "systemPrompt": "" }]]

local function of_model(expect)
  expect.number, expect.modelName, expect.name = "3", "fjell-2", "Fjell 2"
  expect.id, expect.provider = "Fjell 2", "nordlys"
  expect.capabilities = { "chat", null, "vision" }
  expect.specs = { context_window = 64000, output_tokens = 4096 }
  expect.pricing = { input = 0.25, output = 0.5, currency = "USD",
    unit = "1M tokens" }
  expect.metadata = {}
  expect.byok, expect.is_disabled, expect.pricey = true, false, false
  expect.contextWindows, expect.output = "64k Tokens", "4096 Tokens"
  return expect
end

local BY_CATEGORY = [[{ "id": "nordlys", "name": "Nordlys",
  "file": "nordlys.json", "description": "From the north",
  "text_completions": [{ "modelName": "t" }],
  "embeddings": [{ "modelName": "e", "specs": { "dimensions": 384 } }],
  "image_generation": [{ "modelName": "i" }], "text_to_speech": [],
  "speech_to_text": [{ "modelName": "s" }, { "modelName": "s2" }],
  "video_generation": [{ "modelName": "v" }] }]]

local function of_categories()
  return { id = "nordlys", name = "Nordlys", file = "nordlys.json",
    description = "From the north", models = {
      { modelName = "t", category = "text_completions" },
      { modelName = "e", category = "embeddings",
        specs = { dimensions = 384 } },
      { modelName = "i", category = "image_generation" },
      { modelName = "s", category = "speech_to_text" },
      { modelName = "s2", category = "speech_to_text" },
      { modelName = "v", category = "video_generation" } },
    text_completions = { { modelName = "t" } } }
end

local FLAT = [[{ "id": "nordlys", "name": "Nordlys", "description": null,
  "capabilities": ["chat"], "metadata": {}, "models": [{ "id": "fjell-2",
    "name": "fjell-2", "provider": "nordlys", "capabilities": ["chat"],
    "max_tokens": 64000 }] }]]

local function of_flat()
  return { id = "nordlys", name = "Nordlys", capabilities = { "chat" },
    models = { { id = "fjell-2", name = "fjell-2", provider = "nordlys",
      capabilities = { "chat" }, max_tokens = 64000 } } }
end

add "get_providers" {
  {
    name = "providers with lists by category",
    body = "[" .. BY_CATEGORY .. [[, { "id": "empty", "name": "Empty" }] ]],
    expect = { of_categories(), { id = "empty", name = "Empty",
      models = {} } },
  },
  {
    name = "providers with models",
    body = "[" .. FLAT .. "]",
    expect = { of_flat() },
  },
  {
    name = "models alone",
    body = [[{ "models": [
      { "id": "a-1", "object": "model", "created": 1680000001,
        "owned_by": "alpha", "provider": "alpha", "capabilities": ["chat"],
        "context_length": 4096, "pricing": { "prompt": 0.5,
          "completion": 1.5, "unit": "1K tokens" } },
      { "id": "b-1", "object": "model", "owned_by": "beta" },
      { "id": "a-2", "object": "model", "provider": "alpha" }] }]],
    expect = {
      { id = "alpha", models = {
        { id = "a-1", created = 1680000001, context_length = 4096,
          pricing = { prompt = 0.5, completion = 1.5, unit = "1K tokens" } },
        { id = "a-2" } } },
      { id = "beta", models = { { id = "b-1" } } } },
  },
  {
    name = "OpenAI list",
    body = [[{ "object": "list", "data": [{ "id": "c-1", "object": "model",
      "owned_by": "gamma" }] }]],
    expect = { { id = "gamma", models = { { id = "c-1" } } } },
  },
  { name = "nothing", body = "[]", expect = {}, absent = { 1 } },
}

add "get_provider_info" {
  { name = "lists by category", body = BY_CATEGORY, expect = of_categories() },
  { name = "models", body = FLAT, expect = of_flat() },
}

add "get_trending_models_data" {
  {
    name = "array",
    body = [[[{ "provider": "nordlys", "model": "fjell-2", "calls": 8,
      "trend": [1, null, 2.5] }, { "provider": "alpha", "rank": 2 }] ]],
    expect = { { provider = "nordlys", model = "fjell-2", calls = 8,
      trend = { 1, null, 2.5 } }, { provider = "alpha", rank = 2 } },
  },
  {
    name = "object",
    body = [[{ "days": 30, "limit": 1, "models": [{ "model": "fjell-2",
      "calls": 8 }] }]],
    expect = { days = 30, limit = 1, { model = "fjell-2", calls = 8 } },
  },
}

add_to_each({ "get_text_completion_models", "get_embedding_models",
  "get_image_generation_models", "get_text_to_speech_models",
  "get_speech_to_text_models", "get_video_generation_models" }, function()
  return {
    { name = "list", body = "[" .. MODEL .. [[, { "modelName": "fjell-3" }] ]],
      expect = { of_model {}, { modelName = "fjell-3" } } },
    { name = "nothing", body = "[]", expect = {}, absent = { 1 } },
  }
end)

add "get_model_info" {
  {
    name = "model",
    body = MODEL,
    expect = of_model { type = "Text Generation", description = "Writes.",
      inputPricePer1KTokens = 0.25, recommended = true,
      companyModelName = "Nordlys : Fjell 2", systemPrompt = "" },
    absent = { "promptTemplate" },
  },
  {
    name = "model of a provider's list",
    body = [[{ "id": "fjell-2", "name": "fjell-2", "provider": "nordlys",
      "capabilities": [], "max_tokens": null, "pricing": null,
      "metadata": { "family": "fjell" } }]],
    expect = { id = "fjell-2", provider = "nordlys", capabilities = {},
      metadata = { family = "fjell" } },
    absent = { "max_tokens", "pricing" },
  },
}

-----------------------------------------------------------------------
-- analytics

local ROW = [[{ "group_value": "fjell-2", "count": 3, "total_cost": 0.75,
  "total_tokens_prompt": 60, "total_tokens_completion": 30, "total_tokens": 90,
  "avg_latency": 0.5, "min_latency": 0.25, "max_latency": 0.75,
  "first_timestamp": "2026-03-01T08:00:00",
  "last_timestamp": "2026-03-14T20:00:00" }]]

local function of_row()
  return { group_value = "fjell-2", count = 3, total_cost = 0.75,
    total_tokens_prompt = 60, total_tokens_completion = 30, total_tokens = 90,
    avg_latency = 0.5, min_latency = 0.25, max_latency = 0.75,
    first_timestamp = "2026-03-01T08:00:00",
    last_timestamp = "2026-03-14T20:00:00" }
end

add "get_usage_data" {
  {
    name = "groups, one of them without a name",
    body = [[{ "start_date": "2026-03-01", "end_date": "2026-03-14",
      "group_by": "model", "filters": { "provider": "nordlys", "model": null,
        "session_id": null, "endpoint": null }, "results": [ ]] .. ROW ..
      [[, { "group_value": null, "count": 1, "total_cost": 0 }] }]],
    expect = { start_date = "2026-03-01", end_date = "2026-03-14",
      group_by = "model", filters = { provider = "nordlys" },
      results = { of_row(), { count = 1, total_cost = 0 } } },
  },
  {
    name = "single calls with their content",
    body = [[{ "start_date": "2026-03-01", "end_date": "2026-03-14",
      "group_by": null, "filters": {}, "results": [{ "user_id": 5,
        "provider": "nordlys", "model": "fjell-2", "tokens_total": 9,
        "cost": 0.125, "latency": 0.5, "timestamp": "2026-03-02T08:00:00",
        "request": { "messages": [{ "role": "user", "content": "hi" }] },
        "response": { "data": "ho" }, "client_info": { "ip": "192.0.2.7" },
        "performance": {}, "content_analysis": null }] }]],
    expect = { filters = {}, results = { { user_id = 5, tokens_total = 9,
      cost = 0.125, request = { messages = { { role = "user",
        content = "hi" } } }, response = { data = "ho" },
      client_info = { ip = "192.0.2.7" }, performance = {} } } },
    absent = { "group_by" },
  },
  {
    name = "nothing",
    body = [[{ "start_date": "2026-03-01", "end_date": "2026-03-01",
      "group_by": "date", "filters": {}, "results": [] }]],
    expect = { group_by = "date", results = {} },
  },
}

add "get_session_data" {
  {
    name = "sessions",
    body = [[{ "start_date": "2026-03-07", "end_date": "2026-03-14",
      "session_id": "sess-2", "results": [ ]] .. ROW .. "] }",
    expect = { start_date = "2026-03-07", end_date = "2026-03-14",
      session_id = "sess-2", results = { of_row() } },
  },
}

add "get_model_performance" {
  {
    name = "models",
    body = [[{ "start_date": "2026-03-07", "end_date": "2026-03-14",
      "provider": null, "results": [ ]] .. ROW .. "] }",
    expect = { start_date = "2026-03-07", results = { of_row() } },
    absent = { "provider" },
  },
}

-----------------------------------------------------------------------
-- the account

add "user_health_check" {
  { name = "up", body = [[{ "status": "ok", "router": "user" }]],
    expect = { status = "ok", router = "user" } },
  { name = "a state that other replies call a failure",
    body = [[{ "status": "error", "router": "user" }]],
    expect = { status = "error", router = "user" } },
}

add "get_current_user_details" {
  {
    name = "person",
    body = [[{ "id": 4210, "username": "u4210", "email": "u4210@mail.test",
      "first_name": null, "last_name": null, "is_active": true,
      "credits": 3.5, "app_credit": 100, "account_tier": "free",
      "created_at": "2026-01-02T03:04:05", "metadata": { "lang": "nb" },
      "has_model_restrictions": true, "has_password": false,
      "avatar_url": null }]],
    expect = { id = 4210, username = "u4210", email = "u4210@mail.test",
      is_active = true, credits = 3.5, app_credit = 100, account_tier = "free",
      created_at = "2026-01-02T03:04:05", metadata = { lang = "nb" },
      has_model_restrictions = true, has_password = false },
    absent = { "first_name", "last_name", "avatar_url" },
  },
}

add "list_transactions" {
  {
    name = "page",
    body = [[{ "transactions": [{ "id": 8, "transaction_id": "txn-8",
      "amount": 12.5, "currency": "EUR", "transaction_type": "refund",
      "status": "pending", "payment_method": "card", "description": null,
      "created_at": "2026-02-03T04:05:06" }], "total_count": 1 }]],
    expect = { total_count = 1, transactions = { { id = 8,
      transaction_id = "txn-8", amount = 12.5, currency = "EUR",
      transaction_type = "refund", status = "pending", payment_method = "card",
      created_at = "2026-02-03T04:05:06" } } },
  },
  {
    name = "nothing",
    body = [[{ "transactions": [], "total_count": 0 }]],
    expect = { transactions = {}, total_count = 0 },
  },
}

-- Made up: 32 characters after the prefix.
local FULL_KEY = "indox-" .. ("a1B2"):rep(8)

add "create_new_api_key" {
  {
    name = "the whole key",
    body = ([[{ "id": 77, "api_key": "%s", "name": "laptop",
      "is_active": true, "created_at": "2026-03-14T21:40:09",
      "expires_at": null, "last_used_at": null }]]):format(FULL_KEY),
    expect = { id = 77, api_key = FULL_KEY, name = "laptop", is_active = true,
      created_at = "2026-03-14T21:40:09" },
    absent = { "expires_at", "last_used_at" },
  },
}

add "list_api_keys" {
  {
    name = "masked keys",
    body = [[{ "keys": [{ "id": 77, "api_key": "indox-a1B2****",
      "name": "laptop", "is_active": false,
      "created_at": "2026-03-14T21:40:09", "expires_at": "2026-04-13T21:40:09",
      "last_used_at": "2026-03-15T00:00:00" }] }]],
    expect = { keys = { { id = 77, api_key = "indox-a1B2****", name = "laptop",
      is_active = false, created_at = "2026-03-14T21:40:09",
      expires_at = "2026-04-13T21:40:09",
      last_used_at = "2026-03-15T00:00:00" } } },
  },
  { name = "nothing", body = [[{ "keys": [] }]], expect = { keys = {} } },
}

add_to_each({ "delete_api_key", "revoke_user_api_key", "enable_user_api_key",
  "delete_user_account" }, function()
  return {
    { name = "done", body = [[{ "success": true }]],
      expect = { success = true } },
    { name = "a message alone", body = [[{ "message": "done" }]],
      expect = { message = "done" } },
    { name = "without a body", body = "", expect = {} },
    { name = "status 204", status = 204, body = "", expect = {} },
    { name = "not done",
      body = [[{ "success": false, "message": "it was not yours" }]],
      error = { kind = "server", message = "it was not yours" } },
  }
end)

add "get_usage_stats" {
  {
    name = "statistics",
    body = [[{ "total_requests": 12, "total_cost": 0.75,
      "remaining_credits": 3.5,
      "total_tokens": { "input": 300, "output": 100, "total": 400 },
      "endpoints": { "chat": { "requests": 12, "cost": 0.75,
        "tokens": { "input": 300, "output": 100, "total": 400 } } },
      "providers": { "nordlys": { "requests": 12, "cost": 0.75,
        "tokens": { "input": 300, "output": 100, "total": 400 } } },
      "models": { "nordlys/fjell-2": { "provider": "nordlys",
        "model": "fjell-2", "requests": 12, "cost": 0.75,
        "tokens": { "input": 300, "output": 100, "total": 400 } } },
      "daily_usage": [{ "date": "2026-03-14", "requests": 12, "cost": 0.75,
        "tokens": { "input": 300, "output": 100, "total": 400 } }] }]],
    expect = { total_requests = 12, total_cost = 0.75, remaining_credits = 3.5,
      total_tokens = { input = 300, output = 100, total = 400 },
      endpoints = { chat = { requests = 12, cost = 0.75,
        tokens = { input = 300, output = 100, total = 400 } } },
      providers = { nordlys = { requests = 12 } },
      models = { ["nordlys/fjell-2"] = { provider = "nordlys",
        model = "fjell-2", requests = 12 } },
      daily_usage = { { date = "2026-03-14", requests = 12, cost = 0.75,
        tokens = { input = 300, output = 100, total = 400 } } } },
  },
  {
    name = "zeros, without total_tokens",
    body = [[{ "total_requests": 0, "total_cost": 0, "remaining_credits": 0,
      "endpoints": {}, "providers": {}, "models": {}, "daily_usage": [] }]],
    expect = { total_requests = 0, total_cost = 0, remaining_credits = 0,
      endpoints = {}, providers = {}, models = {}, daily_usage = {} },
    absent = { "total_tokens" },
  },
  {
    name = "the tracking guide's",
    body = [[{ "total_requests": 12, "total_tokens": 400, "total_cost": 0.75,
      "current_period": { "requests": 2, "tokens": 90, "cost": 0.25,
        "period_start": "2026-03-01T00:00:00Z",
        "period_end": "2026-03-31T23:59:59Z" },
      "by_provider": { "nordlys": { "requests": 12, "tokens": 400 } },
      "by_model": { "fjell-2": { "requests": 12, "tokens": 400 } } }]],
    expect = { total_requests = 12, total_tokens = 400, total_cost = 0.75,
      current_period = { requests = 2, tokens = 90, cost = 0.25,
        period_start = "2026-03-01T00:00:00Z",
        period_end = "2026-03-31T23:59:59Z" },
      by_provider = { nordlys = { requests = 12, tokens = 400 } },
      by_model = { ["fjell-2"] = { requests = 12, tokens = 400 } } },
  },
}

return replies
