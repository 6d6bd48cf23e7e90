-- Waiting for a video in the call that asks for it.
local indoxhub = require "indoxhub"
local servers = require "spec.support.servers"
local video_jobs = require "spec.support.video_jobs"

local looks, intervals_of = video_jobs.looks, video_jobs.intervals_of

describe("videos:wait", function()
  local scene = video_jobs.scene()
  local request_count = scene.request_count
  local raw = scene.raw
  local client

  setup(function()
    client = scene.client
  end)

  after_each(function()
    assert.is_false(indoxhub.step(0))
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
