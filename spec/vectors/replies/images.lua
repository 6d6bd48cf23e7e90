-- Replies with images.
local kit = dofile "spec/vectors/replies/kit.lua"
local add, envelope, enveloped = kit.add, kit.envelope, kit.enveloped
local USAGE, USED = kit.USAGE, kit.USED

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

return kit.replies
