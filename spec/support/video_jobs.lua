-- Video jobs of the specs: in a sandbox, and as a server tells of them that
-- says what no sandbox would.
local busted = require "busted"
local during_tests = require "spec.support.during_tests"
local indoxhub = require "indoxhub"
local json = require "indoxhub.base.json"
local servers = require "spec.support.servers"

local video_jobs = {}

--- The headers that let a job never end.
video_jobs.STUCK = { ["X-Sandbox-Job"] = "stuck" }

--- The answer to a look at a job.
function video_jobs.looks(status, more)
  more = more or {}
  more.job_id, more.status = "vj_1", status
  return servers.last_reply("200 OK", json.encode(more))
end

--- Seconds between looks, as client.pause was asked for them.
function video_jobs.intervals_of(fn)
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

--- A scene for the tests of a block, in which it is called: a sandbox, a
--- `client` of it, and a raw server.
function video_jobs.scene()
  local raw = during_tests(servers.raw)
  local sandbox = during_tests(servers.sandbox, "--pace 0 --job-seconds 0.3")
  local scene, client = { raw = raw, sandbox = sandbox }, nil

  busted.setup(function()
    client = indoxhub.new { api_key = "indox-test", base_url = sandbox.url }
    scene.client = client
  end)

  busted.teardown(function()
    client:close()
  end)

  --- Begins a job in the sandbox. Returns its id.
  function scene.generate(prompt, headers)
    return indoxhub.assert(client.videos:generate({ prompt = prompt },
      { headers = headers })).data.job_id
  end

  --- How many requests came to a script of the raw server.
  function scene.request_count(name)
    return select(2, raw:got(name):gsub("HTTP/1.1\r\n", ""))
  end

  return scene
end

return video_jobs
