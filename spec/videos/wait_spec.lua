-- Waiting for video jobs: against the sandbox, and against servers that say
-- what no sandbox would.
local core = require "indoxhub.core"
local errors = require "indoxhub.base.errors"
local indoxhub = require "indoxhub"
local json = require "indoxhub.base.json"
local misuse = require "spec.support.misuse"
local servers = require "spec.support.servers"

describe("videos:wait", function()
  local sandbox, raw, client

  setup(function()
    sandbox = servers.sandbox("--pace 0 --job-seconds 0.3")
    raw = servers.raw()
    client = indoxhub.new { api_key = "indox-test", base_url = sandbox.url }
  end)

  teardown(function()
    client:close()
    servers.kill(sandbox)
    raw:stop()
  end)

  after_each(function()
    assert.is_false(indoxhub.step(0))
  end)

  local function generate(prompt, headers)
    return indoxhub.assert(client.videos:generate({ prompt = prompt },
      { headers = headers })).data.job_id
  end

  local FAST = { interval = 0.05 }
  local STUCK = { ["X-Sandbox-Job"] = "stuck" }

  -- A look's answer.
  local function looks(status, more)
    more = more or {}
    more.job_id, more.status = "vj_1", status
    return servers.last_reply("200 OK", json.encode(more))
  end

  local function request_count(name)
    return select(2, raw:got(name):gsub("HTTP/1.1\r\n", ""))
  end

  -- Seconds between looks, as client.pause was asked for them.
  local function intervals_of(fn)
    local class, seconds = require "indoxhub.client", {}
    local pause = class.pause
    class.pause = function(self, wanted)
      seconds[#seconds + 1] = wanted
      return pause(self, 0)
    end
    local ok, why = pcall(fn)
    class.pause = pause
    assert(ok, why)
    return seconds
  end

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

  describe("within videos:generate", function()
    it("returns the finished job", function()
      local job = indoxhub.assert(client.videos:generate({ prompt = "an owl" },
        { wait = { interval = 0.05 } }))
      assert.equal("completed", job.status)
      local place = os.tmpname()
      assert.is_true(indoxhub.assert(client:save(job, place)).bytes > 0)
      os.remove(place)
    end)

    it("waits as wait does without options", function()
      local seconds = intervals_of(function()
        indoxhub.assert(raw:client {
          servers.last_reply("200 OK", '{"data":{"job_id":"vj_1"}}'),
          looks "pending", looks "completed" }
          .videos:generate({ prompt = "x" }, { wait = true }))
      end)
      assert.same({ 2, 3 }, seconds)
    end)

    it("looks at once at a job that is over already", function()
      local seconds = intervals_of(function()
        indoxhub.assert(raw:client {
          servers.last_reply("200 OK",
            '{"data":{"job_id":"vj_1","status":"completed"}}'),
          looks "completed" }
          .videos:generate({ prompt = "x" }, { wait = true }))
      end)
      assert.same({}, seconds)
    end)

    it("needs no time for videos that come at once", function()
      for _, wait in ipairs { true, { interval = 60 } } do
        local reply = indoxhub.assert(client.videos:generate(
          { prompt = "an owl" }, { wait = wait, headers = {
            ["X-Sandbox-Shape"] = "sync", ["X-Sandbox-Job-Seconds"] = 0 } }))
        assert.is_string(reply.data[1].url)
      end
    end)

    it("does not wait when it is false", function()
      local reply = indoxhub.assert(client.videos:generate(
        { prompt = "an owl" }, { wait = false }))
      assert.is_string(reply.data.job_id)
    end)

    it("keeps the id of a job that was begun, whatever comes next", function()
      local _, err = raw:client {
        servers.last_reply("200 OK",
          '{"data":{"job_id":"vj_7","status":"pending"}}'),
        servers.last_reply("401 No", "{}") }
        .videos:generate({ prompt = "x" }, { wait = { interval = 0.01 } })
      assert.equal("authentication", err.kind)
      assert.same({ job_id = "vj_7", status = "pending" }, err.job)
    end)

    it("outlives a first look that fails", function()
      local job = raw:client {
        servers.last_reply("200 OK", '{"data":{"job_id":"vj_1"}}'),
        { { "reset" } }, looks "completed" }
        .videos:generate({ prompt = "x" }, { wait = { interval = 0.01 } })
      assert.equal("completed", job.status)
    end)

    it("waits for the id of the request when there is no other", function()
      local job = indoxhub.assert(client.videos:generate({ prompt = "an owl" },
        { headers = { ["X-Sandbox-Shape"] = "noid,queued" },
          wait = { interval = 0.05 } }))
      assert.equal("completed", job.status)
    end)

    it("takes no reply that names no job", function()
      local _, err = raw:client {
        servers.last_reply("200 OK", '{"data":{"status":"queued"}}') }
        .videos:generate({ prompt = "x" }, { wait = true })
      assert.equal("protocol", err.kind)
      _, err = raw:client {
        servers.last_reply("200 OK", '{"data":{"job_id":".."}}') }
        .videos:generate({ prompt = "x" }, { wait = true })
      assert.equal("protocol", err.kind)
    end)

    it("tries a look as often as the call", function()
      local other, name = raw:client {
        servers.last_reply("200 OK", '{"data":{"job_id":"vj_1"}}'),
        { { "reset" } }, looks "completed" }
      other = other:with { max_retries = 5 }
      local seconds = intervals_of(function()
        indoxhub.assert(other.videos:generate({ prompt = "x" },
          { wait = true, max_retries = 0 }))
      end)
      assert.same({ 2, 3 }, seconds)
      assert.equal(3, request_count(name))
    end)

    it("sends the headers of the call with each look", function()
      local other, name = raw:client {
        servers.last_reply("200 OK", '{"data":{"job_id":"vj_1"}}'),
        looks "completed" }
      indoxhub.assert(other.videos:generate({ prompt = "x" },
        { wait = { interval = 0.01 }, headers = { ["X-Team"] = "owls" } }))
      assert.equal(2, select(2, raw:got(name):gsub("X%-Team: owls", "")))
    end)
  end)
end)
