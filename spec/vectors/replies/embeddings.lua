-- Replies with embeddings.
local kit = dofile "spec/vectors/replies/kit.lua"
local add, envelope, enveloped = kit.add, kit.envelope, kit.enveloped
local USAGE, USED = kit.USAGE, kit.USED

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

return kit.replies
