-- Replies with videos, and with the jobs that make them.
local kit = dofile "spec/vectors/replies/kit.lua"
local add, envelope, enveloped = kit.add, kit.envelope, kit.enveloped
local USAGE, USED = kit.USAGE, kit.USED

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

return kit.replies
