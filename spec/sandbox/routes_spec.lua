-- Every endpoint is answered, under its method and for a good key only.
-- On two interpreters: the sandbox is another program, on lua5.4.
local ask = require "spec.sandbox.ask"
local during_tests = require "spec.support.during_tests"
local endpoints = require "indoxhub.api.endpoints"

-- Operation -> what curl sends besides the path.
local BODIES = {
  create_chat_completion = '{"messages":[{"role":"user","content":"hi"}]}',
  create_completion = '{"prompt":"hi"}', create_embedding = '{"text":"hi"}',
  create_image = '{"prompt":"hi"}', create_text_to_speech = '{"input":"hi"}',
  create_video = '{"prompt":"hi"}',
}

describe("the sandbox's routes", function()
  local sandbox = during_tests(ask.start)
  local arguments = { provider_id = "openai", model_id = "gpt-4o-mini" }

  -- What the arguments of paths name has to exist.
  local function prepare(account)
    arguments.api_key_id = ("%d"):format(account:post("user/api-keys").id)
    arguments.job_id = account:post("videos/generations",
      { prompt = "x" }).data.job_id
  end

  local function call(account, row, method)
    local path = row.path:gsub("{(.-)}", function(name)
      return arguments[name] or "none"
    end)
    local what = { "-X", method or row.http }
    if row.place == "form" then
      what[3], what[4] = "-F", "file=x;filename=x.wav"
    elseif BODIES[row.operation] then
      what[3], what[4] = "-d", BODIES[row.operation]
    end
    return account:curl(path, (table.unpack or unpack)(what))
  end

  it("answer every row of the endpoint table", function()
    local count = 0
    for _, row in ipairs(endpoints.rows) do
      local account = sandbox:as("indox-" .. row.operation)
      prepare(account)
      local status, body, headers = call(account, row)
      -- The stream of a call that is over cannot be stopped any more.
      local expected = row.path:find("stop-stream", 1, true) and 404 or 200
      assert.equal(expected, status, row.operation .. ": " .. tostring(body))
      assert.equal("application/json", headers["content-type"])
      count = count + 1
    end
    assert.equal(#endpoints.rows, count)
  end)

  it("want a key where the table says so", function()
    for _, row in ipairs(endpoints.rows) do
      local status = call(sandbox:as(""), row)
      assert.equal(row.key == "required" and 401 or 200, status,
        row.operation)
      if row.key == "required" then
        assert.equal(401, (call(sandbox:as("an-invalid-key"), row)))
      end
    end
  end)

  it("know their methods", function()
    for _, row in ipairs(endpoints.rows) do
      assert.equal(405, (call(sandbox, row, "PUT")), row.operation)
    end
    assert.equal(405, (sandbox:curl("auth/token")))
    assert.equal(404, (sandbox:curl("nowhere")))
    assert.equal(404, (sandbox:curl("/elsewhere")))
    assert.equal(404, (sandbox:curl("models/openai/gpt-4o-mini/more")))
  end)

  it("end in a slash or not, below both bases", function()
    for _, path in ipairs { "/api/v1/models", "/api/v1/models/",
      "/v1/models", "/v1/models/", "/api/v1/models/openai/embeddings/" } do
      assert.equal(200, (sandbox:curl(path)), path)
    end
  end)

  it("decode their arguments", function()
    local model = sandbox:get("models/anthropic/claude-sonnet-4%3Athinking")
    assert.equal("claude-sonnet-4:thinking", model.modelName)
    local status, message = sandbox:refused("GET", "models/openai/a%2Fb%20c")
    assert.equal(404, status)
    assert.equal("Model 'a/b c' not found for provider 'openai'", message)
  end)
end)
