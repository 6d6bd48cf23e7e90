-- Video jobs, and their rival shapes.
-- On two interpreters: the sandbox is another program, on lua5.4.
local ask = require "spec.sandbox.ask"
local during_tests = require "spec.support.during_tests"
local servers = require "spec.support.servers"

describe("the sandbox's videos", function()
  local sandbox = during_tests(ask.start, "--job-seconds 0.4")

  local function shaped(names)
    return { ["X-Sandbox-Shape"] = names }
  end

  local function begin(prompt, headers, fields)
    fields = fields or {}
    fields.prompt = prompt
    return sandbox:post("videos/generations", fields, headers)
  end

  local function job(id, headers)
    return sandbox:get("videos/jobs/" .. id, nil, headers)
  end

  -- Looks at a job until it is over; returns it, and all that was seen before.
  local function wait(id, over)
    local seen = {}
    servers.wait_until(function()
      seen[#seen + 1] = job(id)
      return over[seen[#seen].status]
    end, "the job to be over")
    return seen[#seen], seen
  end

  it("go through their states while progress grows", function()
    local reply = begin("an owl", nil, { duration = 2 })
    assert.equal("google", reply.provider)
    assert.is_true(reply.data.is_async)
    assert.equal("pending", reply.data.status)
    assert.is_string(reply.data.provider_video_id)
    local last, seen = wait(reply.data.job_id, { completed = true })
    local ranks = { pending = 1, in_progress = 2, completed = 3 }
    local rank, progress = 1, 0
    for _, look in ipairs(seen) do
      assert.is_true(ranks[look.status] >= rank)
      assert.is_true(look.progress >= progress)
      rank, progress = ranks[look.status], look.progress
      assert.equal(look.status == "completed", look.result ~= nil)
      assert.equal(look.status == "completed", look.completed_at ~= nil)
    end
    assert.equal(100, last.progress)
    assert.equal("an owl", last.prompt)
    local bytes = ask.bytes(last.result.video_url)
    assert.equal(last.result.file_size, #bytes)
    assert.equal("ftyp", bytes:sub(5, 8))
    assert.truthy(bytes:find("moov", 1, true))
  end)

  it("are pending first, and in progress after a while", function()
    local id = begin("an owl", { ["X-Sandbox-Job-Seconds"] = 3600 }).data.job_id
    assert.equal("pending", job(id).status)
    assert.equal(0, job(id).progress)
    id = begin("an owl", { ["X-Sandbox-Job-Seconds"] = 5 }).data.job_id
    servers.wait_until(function()
      return job(id).status == "in_progress"
    end, "the job to start")
    local progress = job(id).progress
    assert.is_true(progress >= 20 and progress < 100)
    servers.wait_until(function()
      return job(id).progress > progress
    end, "the job to get on")
  end)

  it("fail when their prompt says so, or a header", function()
    local by_prompt = begin("this must fail").data.job_id
    local by_header = begin("an owl", { ["X-Sandbox-Job"] = "fail" }).data
      .job_id
    local failed = wait(by_prompt, { failed = true })
    assert.equal(60, failed.progress)
    assert.is_string(failed.error)
    assert.is_nil(failed.result)
    assert.equal("failed", wait(by_header, { failed = true }).status)
  end)

  it("stay unfinished for ever on request", function()
    local id = begin("an owl", { ["X-Sandbox-Job"] = "stuck",
      ["X-Sandbox-Job-Seconds"] = 0 }).data.job_id
    assert.equal("in_progress", job(id).status)
    assert.equal(50, job(id).progress)
  end)

  it("are cancelled unless they are over", function()
    local long = { ["X-Sandbox-Job-Seconds"] = 600 }
    local id = begin("an owl", long).data.job_id
    local reply = sandbox:post("videos/jobs/" .. id .. "/cancel")
    assert.is_true(reply.success)
    assert.equal(("Job %s cancelled"):format(id), reply.message)
    assert.equal("cancelled", job(id).status)
    local done = begin("an owl", { ["X-Sandbox-Job-Seconds"] = 0 }).data.job_id
    for over, state in pairs { [id] = "cancelled", [done] = "completed" } do
      local status, message = sandbox:refused("POST",
        "videos/jobs/" .. over .. "/cancel")
      assert.equal(400, status)
      assert.equal("Job is already " .. state, message)
    end
    assert.equal("completed", job(done).status)
  end)

  it("are listed in pages, the newest first", function()
    local other = sandbox:as("indox-lists")
    local ids = {}
    for i = 1, 3 do
      ids[i] = other:post("videos/generations", { prompt = "n" .. i }).data
        .job_id
    end
    local page = other:get("videos/jobs", { limit = 2, skip = 1 })
    assert.equal(3, page.total)
    assert.equal(ids[2], page.jobs[1].job_id)
    assert.equal(ids[1], page.jobs[2].job_id)
    assert.is_nil(page.jobs[3])
    assert.same({}, other:get("videos/jobs", { skip = 5 }).jobs)
    local array = other:get("videos/jobs", nil, shaped "array")
    assert.equal(ids[3], array[1].job_id)
    assert.equal(3, #array)
    assert.same({}, sandbox:as("indox-none"):get("videos/jobs").jobs)
  end)

  it("of others are unknown", function()
    local id = begin("an owl").data.job_id
    for _, path in ipairs { "videos/jobs/" .. id, "videos/jobs/vj_none" } do
      local status, message = sandbox:as("indox-nosy"):refused("GET", path)
      assert.equal(404, status)
      assert.equal("Video job not found", message)
    end
  end)

  it("come at once, or as a job without an id", function()
    local at_once = begin("an owl", shaped "sync", { n = 2 }).data
    assert.equal(2, #at_once)
    assert.equal(at_once[1].file_size, #ask.bytes(at_once[1].url))
    local reply = begin("an owl", shaped "noid")
    assert.is_nil(reply.data.job_id)
    assert.equal(reply.request_id, job(reply.request_id).job_id)
  end)

  it("show results and states in rival shapes", function()
    local now = { ["X-Sandbox-Job-Seconds"] = 0 }
    local id = begin("an owl", now, { n = 2, model = "openai/sora-2" }).data
      .job_id
    local by_list = job(id, shaped "data").result
    assert.equal(2, #by_list.data)
    assert.equal("openai/sora-2", by_list.model)
    assert.equal("video/mp4", by_list.data[1].content_type)
    assert.equal(by_list.data[1].url, job(id, shaped "url").result.url)
    local function state_of(headers)
      headers["X-Sandbox-Shape"] = "queued"
      local data = begin("an owl", headers).data
      assert.equal("queued", data.status)
      return job(data.job_id, shaped "queued").status
    end
    assert.equal("queued", state_of { ["X-Sandbox-Job-Seconds"] = 3600 })
    assert.equal("processing", state_of { ["X-Sandbox-Job"] = "stuck",
      ["X-Sandbox-Job-Seconds"] = 0 })
    assert.equal("completed", state_of { ["X-Sandbox-Job-Seconds"] = 0 })
  end)

  it("cost by their seconds", function()
    local other = sandbox:as("indox-films")
    local reply = other:post("videos/generations",
      { prompt = "x", duration = 5, n = 2 })
    assert.equal(1, reply.usage.cost)
    assert.equal(99, other:get("user/me").credits)
    local free = other:post("videos/generations",
      { prompt = "x", byok_api_key = "sk-mine" })
    assert.equal(0, free.usage.cost)
    assert.is_true(free.byok_api_key)
    assert.equal(99, other:get("user/me").credits)
  end)
end)
