-- Failures of all generations but text, which has more.
local kit = dofile "spec/vectors/replies/kit.lua"
local add_to_each = kit.add_to_each

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

return kit.replies
