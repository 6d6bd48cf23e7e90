-- What the sandbox's answers point to, saved as programs do it.
local indoxhub = require "indoxhub"
local servers = require "spec.support.servers"

describe("from the sandbox", function()
  local sandbox, client, place

  setup(function()
    sandbox = servers.sandbox()
    client = indoxhub.new { api_key = "indox-test", base_url = sandbox.url }
    place = os.tmpname()
  end)

  teardown(function()
    client:close()
    servers.kill(sandbox)
    os.remove(place)
  end)

  local function first_bytes()
    local file = assert(io.open(place, "rb"))
    local bytes = file:read(12)
    file:close()
    return bytes
  end

  it("comes a picture, from its URL or as base64", function()
    for _, format in ipairs { "url", "b64_json" } do
      local reply = indoxhub.assert(client.images:generate { prompt = "a cat",
        response_format = format })
      local whole = indoxhub.assert(client:save(reply, place))
      assert.equal("\137PNG\r\n\26\n", first_bytes():sub(1, 8))
      local one = indoxhub.assert(client:save(reply.data[1], place))
      assert.equal(whole.bytes, one.bytes)
    end
  end)

  it("come several pictures, one by one", function()
    local reply = indoxhub.assert(client.images:generate { prompt = "cats",
      n = 2 })
    local saved, err = client:save(reply, place)
    assert.is_nil(saved)
    assert.equal("several", err.code)
    for i = 1, 2 do
      indoxhub.assert(client:save(reply.data[i], place))
      assert.equal("\137PNG", first_bytes():sub(1, 4))
    end
  end)

  it("comes speech, which can be sent back", function()
    local reply = indoxhub.assert(client.audio:speak { input = "hello there",
      response_format = "wav" })
    local saved = indoxhub.assert(client:save(reply, place))
    assert.is_true(saved.bytes > 44)
    assert.matches("^RIFF....WAVE", first_bytes())
    indoxhub.assert(client.audio:transcribe { file = place })
  end)

  it("comes a video, when its job has ended", function()
    local reply = indoxhub.assert(client.videos:generate { prompt = "waves" })
    local saved, err = client:save(reply, place)
    assert.is_nil(saved)
    assert.equal("not_ready", err.code)
    local job
    servers.wait_until(function()
      job = indoxhub.assert(client.videos:job(reply.data.job_id))
      return job.status == "completed"
    end, "the video")
    saved = indoxhub.assert(client:save(job, place))
    assert.is_true(saved.bytes > 0)
    assert.equal("ftyp", first_bytes():sub(5, 8))
  end)
end)
