-- How waiting for a video job ends before the job does, and what becomes of the
-- job.
local core = require "indoxhub.core"
local indoxhub = require "indoxhub"
local servers = require "spec.support.servers"
local video_jobs = require "spec.support.video_jobs"

local looks, STUCK = video_jobs.looks, video_jobs.STUCK

describe("videos:wait", function()
  local scene = video_jobs.scene()
  local generate, request_count = scene.generate, scene.request_count
  local raw, sandbox = scene.raw, scene.sandbox
  local client

  setup(function()
    client = scene.client
  end)

  after_each(function()
    assert.is_false(indoxhub.step(0))
  end)

  it("ends when the first look fails, or ten in a row", function()
    local other, name = raw:client { servers.last_reply("502 Bad", "") }
    local job, err = other.videos:wait("vj_1", { interval = 0.01 })
    assert.is_nil(job)
    assert.equal("server", err.kind)
    assert.equal("videos.wait", err.operation)
    assert.equal("vj_1", err.job.job_id)
    assert.equal(1, request_count(name))
    other, name = raw:client { looks "pending",
      servers.last_reply("502 Bad", "") }
    job, err = other.videos:wait("vj_1", { interval = 0.01,
      max_interval = 0.01 })
    assert.is_nil(job)
    assert.equal("server", err.kind)
    assert.equal("pending", err.job.status)
    assert.equal(11, request_count(name))
  end)

  it("ends at once when looking again cannot help", function()
    local other, name = raw:client { looks "pending",
      servers.last_reply("404 Not Found", '{"detail":"Video job not found"}') }
    local _, err = other.videos:wait("vj_1", { interval = 0.01 })
    assert.equal("not_found", err.kind)
    assert.equal("job", err.code)
    assert.equal(2, request_count(name))
  end)

  it("leaves no key in the job of its error", function()
    local key = "indox-" .. ("aB3d"):rep(8)
    local other = raw:client { looks("failed", { error_message = "no " .. key,
      result = { [key] = { "x?key=indox%2D" .. key:sub(7) } } }) }
    local _, err = other.videos:wait("vj_1")
    assert.equal("job_failed", err.kind)
    assert.equal("vj_1", err.job.job_id)
    assert.equal("no [redacted]", err.job.error_message)
    assert.same({ ["[redacted]"] = { "x?key=[redacted]" } }, err.job.result)
    assert.equal(200, indoxhub.meta(err.job).status)
  end)

  it("ends after its time, and says how to go on", function()
    local id = generate("an owl", STUCK)
    local began = core.now()
    local job, err = client.videos:wait(id, { interval = 0.05,
      timeout = 0.4 })
    assert.is_nil(job)
    local seconds = core.now() - began
    assert.is_true(seconds >= 0.4 and seconds < 2)
    assert.equal("timeout", err.kind)
    assert.equal("job", err.code)
    assert.equal(id, err.job.job_id)
    assert.is_nil(err.cancelling)
    assert.matches("^videos%.wait: timeout: job " .. id .. " was not over " ..
      "after 0%.%d s; its state was [%l_]+ %(job%); wait on with " ..
      "client%.videos:wait%(err%.job%), or raise timeout$", tostring(err))
    assert.equal("timeout", select(2, client.videos:wait(err.job,
      { timeout = 0.01 })).kind)
  end)

  it("looks once more when its time is over", function()
    local seen, began = 0, core.now()
    local job = raw:client { looks "pending", looks "completed" }
      .videos:wait("vj_1", { timeout = 0.05, interval = 60,
        on_progress = function()
          seen = seen + 1
        end })
    assert.equal("completed", job.status)
    assert.equal(2, seen)
    assert.is_true(core.now() - began < 10)
  end)

  it("does not hang on a server that does", function()
    local other = raw:client { looks "pending", { { "body" }, { "hold" } } }
    local began = core.now()
    local _, err = other.videos:wait("vj_1", { timeout = 0.2,
      interval = 0.1 })
    assert.equal("job", err.code)
    assert.is_true(core.now() - began < 4)
  end)

  it("cancels the job although other calls fill max_connections", function()
    local id = generate("an owl", { ["X-Sandbox-Job-Seconds"] = 600 })
    local limited = client:with { max_connections = 1 }
    indoxhub.run(function()
      local seen = false
      local waiting = indoxhub.spawn(function()
        return limited.videos:wait(id, { cancel_job = true, interval = 60,
          on_progress = function()
            seen = true
          end })
      end)
      while not seen do
        indoxhub.sleep(0.01)
      end
      local stream = indoxhub.assert(limited.chat:stream({ messages = {
        { role = "user", content = "count to 900" } } },
        { headers = { ["X-Sandbox-Pace"] = 0.05 } }))
      waiting:cancel()
      local _, err = waiting:await()
      indoxhub.assert(err.cancelling:await())
      assert.equal("cancelled", client.videos:job(id).status)
      assert.equal("1", stream:next())
      stream:close()
    end)
    servers.wait_until(function()
      return not indoxhub.step(0.01)
    end, "the stop call")
  end)

  describe("of a task that is cancelled", function()
    -- Waits for a stuck job in a task and cancels that. Returns the id and
    -- what the wait gave.
    local function cancel(options)
      local id = generate("an owl", { ["X-Sandbox-Job-Seconds"] = 600 })
      local err
      indoxhub.run(function()
        local seen = false
        options.interval = 60
        options.on_progress = function()
          seen = true
        end
        local one = indoxhub.spawn(function()
          return client.videos:wait(id, options)
        end)
        while not seen do
          indoxhub.sleep(0.01)
        end
        one:cancel()
        local _
        _, err = one:await()
      end)
      return id, err
    end

    it("ends at once and lets the job go on", function()
      local began = core.now()
      local id, err = cancel {}
      assert.equal("cancelled", err.kind)
      assert.equal(id, err.job.job_id)
      assert.is_nil(err.cancelling)
      assert.is_true(core.now() - began < 10)
      assert.equal("pending", client.videos:job(id).status)
    end)

    it("cancels the job, too, when asked", function()
      local id, err = cancel { cancel_job = true }
      assert.equal("cancelled", err.kind)
      indoxhub.assert(err.cancelling:await())
      assert.equal("cancelled", client.videos:job(id).status)
    end)

    it("cancels the job as soon as the loop runs", function()
      local id = cancel { cancel_job = true }
      servers.wait_until(function()
        indoxhub.step(0.01)
        return client.videos:job(id).status == "cancelled"
      end, "the job to be cancelled")
    end)
  end)

  it("cancels the job when its time is over and that was asked", function()
    local id = generate("an owl", { ["X-Sandbox-Job-Seconds"] = 600 })
    local job, err = client.videos:wait(id, { timeout = 0.1, interval = 0.05,
      cancel_job = true })
    assert.is_nil(job)
    assert.equal("timeout", err.kind)
    assert.equal("done", err.cancelling:status())
    assert.is_true(err.cancelling:await().success)
    assert.equal("cancelled", client.videos:job(id).status)
  end)

  it("cancels the job again when the network fails", function()
    local other, name = raw:client { looks "pending", looks "pending",
      { { "body" }, { "reset" } }, servers.last_reply("200 OK",
        '{"success":true}') }
    other = other:with { max_retries = 2 }
    local _, err = other.videos:wait("vj_1", { timeout = 0.05,
      cancel_job = true })
    assert.is_true(err.cancelling:await().success)
    assert.equal(4, request_count(name))
  end)

  it("lets the job go on when a look fails", function()
    local other, name = raw:client { servers.last_reply("502 Bad", "") }
    local _, err = other.videos:wait("vj_1", { cancel_job = true })
    assert.is_nil(err.cancelling)
    assert.equal(1, request_count(name))
  end)

  it("ends with its client", function()
    local other = indoxhub.new { api_key = "indox-test",
      base_url = sandbox.url }
    local id = generate("an owl", STUCK)
    indoxhub.run(function()
      local seen, began = false, core.now()
      local one = indoxhub.spawn(function()
        return other.videos:wait(id, { interval = 60, on_progress = function()
          seen = true
        end })
      end)
      while not seen do
        indoxhub.sleep(0.01)
      end
      other:close()
      local _, err = one:await()
      assert.equal("cancelled", err.kind)
      assert.is_true(core.now() - began < 10)
    end)
  end)
end)
