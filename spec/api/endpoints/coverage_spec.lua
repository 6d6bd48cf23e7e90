-- Every endpoint of the API's document has a row, a method, an answer of the
-- sandbox and a spec of its replies.
local classes = require "spec.support.classes"
local endpoints = require "indoxhub.api.endpoints"
local indoxhub = require "indoxhub"
local json = require "indoxhub.base.json"
local replies = require "spec.vectors.replies"
local servers = require "spec.support.servers"

local MESSAGES = { { role = "user", content = "What is 6 * 7?" } }

local function wave()
  return indoxhub.bytes("RIFF\4\0\0\0WAVE", "word.wav")
end

-- The id of something the sandbox has made.
local function new_key(client)
  return indoxhub.assert(client.user:create_api_key { name = "spare" }).id
end

local function new_job(client)
  return indoxhub.assert(client.videos:generate({ prompt = "a kite" },
    { headers = { ["X-Sandbox-Shape"] = "" } })).data.job_id
end

-- The id of a stream that runs.
local function running_stream(client, resource, fields)
  local stream = indoxhub.assert(client[resource]:stream(fields,
    { headers = { ["X-Sandbox-Pace"] = "5" } }))
  repeat
    indoxhub.assert(stream:next())
  until stream.id
  return stream.id, stream
end

-- Operation -> a call that succeeds.
local calls = {
  create_chat_completion = function(c)
    return c.chat:create { messages = MESSAGES }
  end,
  stop_chat_stream = function(c)
    return c.chat:stop((running_stream(c, "chat", { messages = MESSAGES })))
  end,
  create_completion = function(c)
    return c.completions:create { prompt = "Once" }
  end,
  stop_completion_stream = function(c)
    return c.completions:stop((running_stream(c, "completions",
      { prompt = "Once" })))
  end,
  create_embedding = function(c)
    return c.embeddings:create { text = { "a gull", "a tern" } }
  end,
  create_image = function(c)
    return c.images:generate { prompt = "a hut" }
  end,
  create_text_to_speech = function(c)
    return c.audio:speak { input = "Mind the gap." }
  end,
  create_transcription = function(c)
    return c.audio:transcribe { file = wave() }
  end,
  create_translation = function(c)
    return c.audio:translate { file = wave() }
  end,
  create_video = function(c)
    return c.videos:generate { prompt = "a ferry leaves" }
  end,
  get_video_job_status = function(c)
    return c.videos:job(new_job(c))
  end,
  get_user_video_jobs = function(c)
    new_job(c)
    return c.videos:jobs { limit = 1 }
  end,
  cancel_video_job = function(c)
    return c.videos:cancel(new_job(c))
  end,
  get_providers = function(c)
    return c.models:list()
  end,
  get_trending_models_data = function(c)
    return c.models:trending()
  end,
  get_provider_info = function(c)
    return c.models:provider "openai"
  end,
  get_model_info = function(c)
    local model = indoxhub.assert(c.models:text_completions "openai")[1]
    return c.models:get("openai/" .. model.modelName)
  end,
  get_usage_data = function(c)
    return c.analytics:usage { group_by = "model" }
  end,
  get_session_data = function(c)
    return c.analytics:sessions()
  end,
  get_model_performance = function(c)
    return c.analytics:models()
  end,
  user_health_check = function(c)
    return c.user:health()
  end,
  get_current_user_details = function(c)
    return c.user:me()
  end,
  list_transactions = function(c)
    return c.user:transactions { limit = 1 }
  end,
  get_usage_stats = function(c)
    return c.user:usage()
  end,
  list_api_keys = function(c)
    return c.user:api_keys()
  end,
  create_new_api_key = function(c)
    return c.user:create_api_key()
  end,
  delete_api_key = function(c)
    return c.user:delete_api_key(new_key(c))
  end,
  revoke_user_api_key = function(c)
    return c.user:revoke_api_key(new_key(c))
  end,
  enable_user_api_key = function(c)
    return c.user:enable_api_key(new_key(c))
  end,
  delete_user_account = function(c)
    local key = indoxhub.assert(c.user:create_api_key()).api_key
    return c:with { api_key = key }.user:delete_account { confirm = true }
  end,
}

for name, operation in pairs {
  text_completions = "get_text_completion_models",
  embeddings = "get_embedding_models",
  image_generation = "get_image_generation_models",
  text_to_speech = "get_text_to_speech_models",
  speech_to_text = "get_speech_to_text_models",
  video_generation = "get_video_generation_models",
} do
  calls[operation] = function(c)
    return c.models[name](c.models, "openai")
  end
end

-- Headers that ask the sandbox for each of its forms.
local FORMS = { {} }
for header, names in pairs {
  ["X-Sandbox-Dialect"] = "responses gateway openai legacy raw",
  ["X-Sandbox-Shape"] = "sync noid queued array url data base64 flat openai "
    .. "list wrapped top tracking",
  ["X-Sandbox-History"] = "3",
} do
  for name in names:gmatch("%S+") do
    FORMS[#FORMS + 1] = { [header] = name }
  end
end

-- Fields in which the sandbox tells of what it got.
local OWN_FIELDS = { file_name = true, content_type = true, size = true,
  sha256 = true, fields = true }

-- Operations of the API's document.
local operations = {}
do
  local file = assert(io.open("spec/vectors/openapi.json"))
  for _, path in pairs(assert(json.decode(file:read("*a"))).paths) do
    for _, entry in pairs(path) do
      operations[#operations + 1] = entry.operationId
    end
  end
  file:close()
  table.sort(operations)
end

local function row_of(operation)
  for _, row in ipairs(endpoints.rows) do
    if row.operation == operation then
      return row
    end
  end
end

describe("the API's document", function()
  it("has 36 endpoints, and there are no other rows", function()
    assert.equal(36, #operations)
    assert.equal(36, #endpoints.rows)
  end)
end)

describe("each endpoint", function()
  local sandbox

  setup(function()
    sandbox = servers.sandbox()
  end)

  teardown(function()
    servers.kill(sandbox)
  end)

  -- A client whose account nobody else uses.
  local function client_for(operation)
    return indoxhub.new { api_key = "indox-test-" .. operation,
      base_url = sandbox.url }
  end

  for _, operation in ipairs(operations) do
    it("has a row and a method: " .. operation, function()
      local row = row_of(operation)
      assert.is_table(row)
      assert.is_function(client_for(operation)[row.resource][row.name])
    end)

    it("is answered by the sandbox: " .. operation, function()
      assert.is_function(calls[operation], "no call here")
      local reply, err = calls[operation](client_for(operation))
      assert.is_nil(err)
      assert.is_table(reply)
      assert.is_not_nil(next(reply), "the sandbox answers nothing")
      assert.equal(200, indoxhub.meta(reply).status)
    end)

    it("returns what its annotation knows: " .. operation, function()
      assert.is_function(calls[operation], "no call here")
      for i, headers in ipairs(FORMS) do
        local client = client_for(operation .. i):with { headers = headers }
        local reply = indoxhub.assert(calls[operation](client))
        assert.equal("", classes.wrong("indoxhub.Meta", indoxhub.meta(reply),
          true))
        assert.equal("", classes.wrong(row_of(operation).returns, reply, true,
          OWN_FIELDS), "form " .. i)
      end
    end)

    it("has vectors of its replies: " .. operation, function()
      local found
      for _, vector in ipairs(replies) do
        found = found or vector.operation == operation
      end
      assert.is_true(found)
    end)
  end
end)
