-- Waiting for video jobs: against the sandbox, and against servers that say
-- what no sandbox would.
local errors = require "indoxhub.base.errors"
local indoxhub = require "indoxhub"
local json = require "indoxhub.base.json"
local misuse = require "spec.support.misuse"
local servers = require "spec.support.servers"
local video_jobs = require "spec.support.video_jobs"

local looks, intervals_of = video_jobs.looks, video_jobs.intervals_of
local STUCK = video_jobs.STUCK

local FAST = { interval = 0.05 }

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

  it("returns the finished job, and shows how it gets on", function()
    local states = {}
    local job = indoxhub.assert(client.videos:wait(generate "an owl", {
      interval = 0.02, max_interval = 0.05,
      on_progress = function(seen)
        states[#states + 1] = seen.status
      end,
    }))
    assert.equal("completed", job.status)
    assert.is_string(job.result.video_url)
    assert.equal("pending", states[1])
    assert.equal("completed", states[#states])
    assert.is_true(#states >= 3)
    assert.equal(200, indoxhub.meta(job).status)
  end)

  it("takes a reply, a job, or an id from elsewhere", function()
    local reply = indoxhub.assert(client.videos:generate { prompt = "an owl" })
    assert.equal("completed",
      indoxhub.assert(client.videos:wait(reply, FAST)).status)
    local seen = client.videos:job(reply.data.job_id)
    assert.equal(seen.job_id,
      indoxhub.assert(client.videos:wait(seen, FAST)).job_id)
    local later = indoxhub.new { api_key = "indox-test",
      base_url = sandbox.url }
    assert.equal("completed", indoxhub.assert(later.videos:wait(
      reply.data.job_id)).status)
    later:close()
  end)

  it("takes an id that is a number", function()
    local other, name = raw:client { looks "completed" }
    assert.equal("completed", indoxhub.assert(other.videos:wait(42)).status)
    assert.matches("^GET /" .. name .. "/videos/jobs/42 ",
      raw:got(name))
  end)

  it("needs no time for videos that came at once", function()
    local reply = { data = { { url = "http://a.test/1.mp4" } } }
    assert.equal(reply, client.videos:wait(reply))
  end)

  it("suspends a task, and blocks elsewhere", function()
    local ticks, over = 0, false
    indoxhub.run(function()
      local ticker = indoxhub.spawn(function()
        while not over do
          ticks = ticks + 1
          indoxhub.sleep(0.01)
        end
      end)
      indoxhub.assert(client.videos:wait(generate "an owl", FAST))
      over = true
      ticker:await()
    end)
    assert.is_true(ticks > 5)
  end)

  it("fails as the job did, in the server's words", function()
    local job, err = client.videos:wait(generate "please fail", FAST)
    assert.is_nil(job)
    assert.is_true(errors.is(err))
    assert.equal("job_failed", err.kind)
    assert.equal("failed", err.code)
    assert.equal("The provider does not film this prompt", err.message)
    assert.equal(60, err.job.progress)
    assert.equal("videos.wait: job_failed: The provider does not film this "
      .. "prompt (failed)", tostring(err))
  end)

  it("knows how jobs end", function()
    for status, said in pairs { failed = "the job failed",
      error = "the job failed", cancelled = "the job was cancelled",
      canceled = "the job was cancelled", expired = "the job has expired" } do
      local job, err = raw:client { looks(status, { error = json.null }) }
        .videos:wait("vj_1")
      assert.is_nil(job)
      assert.equal("job_failed", err.kind)
      assert.equal(status, err.code)
      assert.equal(said, err.message)
    end
    for _, status in ipairs { "completed", "succeeded" } do
      assert.equal(status, indoxhub.assert(raw:client { looks(status) }
        .videos:wait("vj_1")).status)
    end
    local _, err = raw:client { looks("failed", {
      error = { message = "no owls", code = 7 } }) }.videos:wait("vj_1")
    assert.equal("no owls", err.message)
  end)

  it("knows them in other words, and in any case", function()
    for status, said in pairs { FAILED = "the job failed",
      Cancelled = "the job was cancelled", failure = "the job failed",
      rejected = "the job failed", TIMED_OUT = "the job took too long",
      ["timed out"] = "the job took too long" } do
      local job, err = raw:client { looks(status) }.videos:wait("vj_1",
        { timeout = 5 })
      assert.is_nil(job)
      assert.equal("job_failed", err.kind)
      assert.equal(status, err.code)
      assert.equal(said, err.message)
    end
    for _, status in ipairs { "COMPLETED", "Succeeded", "success", "done",
      "complete", "FINISHED" } do
      assert.equal(status, indoxhub.assert(raw:client { looks(status) }
        .videos:wait("vj_1", { timeout = 5 })).status)
    end
  end)

  it("shows no key that a server tells", function()
    local key = "indox-" .. ("k"):rep(32)
    local _, err = raw:client { looks("failed", { error = "bad " .. key }) }
      .videos:wait("vj_1")
    assert.equal("bad [redacted]", err.message)
  end)

  it("goes on in states that it does not know", function()
    local other, name = raw:client { looks "queued", looks "thinking",
      looks(json.null), looks(7), looks "completed" }
    assert.equal("completed", indoxhub.assert(other.videos:wait("vj_1",
      { interval = 0.01 })).status)
    assert.equal(5, request_count(name))
  end)

  it("looks less and less often", function()
    local slow = {}
    for i = 1, 8 do
      slow[i] = looks "in_progress"
    end
    slow[9] = looks "completed"
    local function waits(options)
      return intervals_of(function()
        indoxhub.assert(raw:client(slow).videos:wait("vj_1", options))
      end)
    end
    local usual = waits()
    assert.same({ 2, 3, 4.5, 6.75, 10.125, 15, 15, 15 }, usual)
    assert.equal(2, waits({ interval = 1, max_interval = 2 })[8])
    assert.equal(30, waits({ interval = 30 })[8])
    assert.equal(1, waits({ interval = 30, max_interval = 1 })[1])
  end)

  it("looks when the server says so", function()
    local function hinted(hint)
      return servers.last_reply("200 OK",
        '{"job_id":"vj_1","status":"in_progress"}',
        "Retry-After: " .. hint .. "\r\n")
    end
    local seconds = intervals_of(function()
      indoxhub.assert(raw:client { hinted "7", hinted "0", hinted "100000",
        hinted "soon", servers.last_reply("429 Slow down", "{}",
          "Retry-After: 90\r\n"), looks "completed" }.videos:wait("vj_1"))
    end)
    assert.equal(7, seconds[1])
    assert.equal(0.5, seconds[2])
    assert.equal(300, seconds[3])
    assert.equal(6.75, seconds[4])
    assert.equal(90, seconds[5])
  end)

  it("outlives looks that fail in passing", function()
    local other, name = raw:client { looks "pending", { { "close" } },
      servers.last_reply("502 Bad Gateway", "<html>no</html>"), { { "reset" } },
      looks "completed" }
    assert.equal("completed", indoxhub.assert(other.videos:wait("vj_1",
      { interval = 0.01 })).status)
    assert.equal(5, request_count(name))
  end)

  it("counts the looks that fail one after the other only", function()
    local answers = {}
    for i = 1, 21 do
      answers[i] = i % 7 == 1 and looks "pending"
        or servers.last_reply("502 Bad", "")
    end
    answers[22] = looks "completed"
    assert.equal("completed", indoxhub.assert(raw:client(answers).videos:wait(
      "vj_1", { interval = 0.01, max_interval = 0.01 })).status)
  end)

  it("gives no look more than a minute, nor tries it was not given", function()
    local other, given = raw:client { looks "completed" }, nil
    local job = other.videos.job
    rawset(other.videos, "job", function(self, id, options)
      given = options
      return job(self, id, options)
    end)
    indoxhub.assert(other.videos:wait("vj_1", { max_retries = 1,
      headers = { ["X-Team"] = "owls" } }))
    assert.same({ max_retries = 1, headers = { ["X-Team"] = "owls" },
      timeout = { total = 60 } }, given)
    indoxhub.assert(other.videos:wait("vj_1", { timeout = 30 }))
    assert.is_true(given.timeout.total <= 30 and given.timeout.total > 20)
    indoxhub.assert(other.videos:wait("vj_1", { timeout = false }))
    assert.same({ total = 60 }, given.timeout)
  end)

  it("raises what on_progress raises", function()
    local id = generate("an owl", STUCK)
    local ok, why = pcall(client.videos.wait, client.videos, id, {
      on_progress = function()
        error("oops", 0)
      end })
    assert.is_false(ok)
    assert.equal("oops", why)
  end)

  it("refuses wrong use at the caller's line", function()
    for said, call in pairs {
      ["videos.wait: expects job_id, a string that is not empty; it is nil"] =
        function() client.videos:wait() end,
      ["videos.wait: expects the id of a job, or a reply or job that has one"] =
        function() client.videos:wait({}) end,
      ["videos.wait: option interval must be seconds above 0, not 0"] =
        function() client.videos:wait("x", { interval = 0 }) end,
      ['videos.wait: option timeout must be seconds above 0, or false for ' ..
        'no limit, not "1"'] =
        function() client.videos:wait("x", { timeout = "1" }) end,
      ["videos.wait: unknown option intervall: did you mean interval?"] =
        function() client.videos:wait("x", { intervall = 1 }) end,
      ["videos.wait: option on_progress must be a function, not 1"] =
        function() client.videos:wait("x", { on_progress = 1 }) end,
      ["call it with a colon, as client.videos:wait(...)"] =
        function() client.videos.wait("x") end,
      ["videos.generate: option wait must be true, or a table of options of " ..
        "videos:wait, not 5"] =
        function() client.videos:generate({ prompt = "x" }, { wait = 5 }) end,
      ["videos.generate: option wait is wrong: option cancel_job must be " ..
        "true or false, not 1"] =
        function()
          client.videos:generate({ prompt = "x" },
            { wait = { cancel_job = 1 } })
        end,
    } do
      misuse(said, call)
    end
  end)
end)
