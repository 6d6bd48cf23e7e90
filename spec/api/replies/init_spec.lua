-- Every reply of spec/vectors/replies.lua, served to the call it answers; and
-- the replies of the vendor's documents, where they are.
local cjson = require("cjson").new()
local classes = require "spec.support.classes"
local endpoints = require "indoxhub.api.endpoints"
local indoxhub = require "indoxhub"
local servers = require "spec.support.servers"

-- Operation -> the call that asks for it, where that matters for some texts.
local calls = {
  create_chat_completion = function(client)
    return client.chat:create { messages = { { role = "user",
      content = "Which bird?" } } }
  end,
  create_completion = function(client)
    return client.completions:create { prompt = "Once" }
  end,
  create_embedding = function(client, texts)
    local list = {}
    for i = 1, texts or 2 do
      list[i] = "gull " .. i
    end
    return client.embeddings:create { text = list }
  end,
  create_image = function(client)
    return client.images:generate { prompt = "a hut" }
  end,
  create_text_to_speech = function(client)
    return client.audio:speak { input = "Mind the gap." }
  end,
  create_transcription = function(client)
    return client.audio:transcribe {
      file = indoxhub.bytes("RIFF", "gap.wav") }
  end,
  create_translation = function(client)
    return client.audio:translate {
      file = indoxhub.bytes("RIFF", "gap.wav") }
  end,
  create_video = function(client)
    return client.videos:generate { prompt = "a ferry leaves" }
  end,
  get_user_video_jobs = function(client)
    return client.videos:jobs { limit = 2, skip = 4 }
  end,
  get_providers = function(client)
    return client.models:list()
  end,
  get_trending_models_data = function(client)
    return client.models:trending { days = 30, limit = 2 }
  end,
  get_model_info = function(client)
    return client.models:get("nordlys", "fjell-2")
  end,
  get_usage_data = function(client)
    return client.analytics:usage { group_by = "model" }
  end,
  get_session_data = function(client)
    return client.analytics:sessions {}
  end,
  get_model_performance = function(client)
    return client.analytics:models {}
  end,
  user_health_check = function(client)
    return client.user:health()
  end,
  get_current_user_details = function(client)
    return client.user:me()
  end,
  list_transactions = function(client)
    return client.user:transactions { limit = 1 }
  end,
  get_usage_stats = function(client)
    return client.user:usage {}
  end,
  create_new_api_key = function(client)
    return client.user:create_api_key { name = "laptop" }
  end,
  list_api_keys = function(client)
    return client.user:api_keys()
  end,
  delete_user_account = function(client)
    return client.user:delete_account { confirm = true }
  end,
}

-- Those that take an id and nothing else.
for operation, call in pairs {
  stop_chat_stream = { "chat", "stop", "r-1" },
  stop_completion_stream = { "completions", "stop", "r-1" },
  get_provider_info = { "models", "provider", "nordlys" },
  get_text_completion_models = { "models", "text_completions", "nordlys" },
  get_embedding_models = { "models", "embeddings", "nordlys" },
  get_image_generation_models = { "models", "image_generation", "nordlys" },
  get_text_to_speech_models = { "models", "text_to_speech", "nordlys" },
  get_speech_to_text_models = { "models", "speech_to_text", "nordlys" },
  get_video_generation_models = { "models", "video_generation", "nordlys" },
  get_video_job_status = { "videos", "job", "vj-90" },
  cancel_video_job = { "videos", "cancel", "vj-90" },
  delete_api_key = { "user", "delete_api_key", 77 },
  revoke_user_api_key = { "user", "revoke_api_key", 77 },
  enable_user_api_key = { "user", "enable_api_key", 77 },
} do
  calls[operation] = function(client)
    local resource = client[call[1]]
    return resource[call[2]](resource, call[3])
  end
end

local REASONS = { [200] = "OK", [204] = "No Content" }

local function reply_of(status, content_type, body)
  local line = ("%d %s"):format(status, REASONS[status] or "Refused")
  if status == 204 then
    return "HTTP/1.1 " .. line .. "\r\n\r\n"
  end
  return servers.reply(line, content_type or "application/json", body)
end

-- Whether a number is an integer or a float, where there are both.
local kind_of_number = rawget(math, "type") or type

-- Whether `got` holds all that is expected; see the vectors.
local function check(expected, got, path)
  if type(expected) ~= "table" then
    assert.equal(expected, got, path)
    if type(expected) == "number" then
      assert.equal(kind_of_number(expected), kind_of_number(got), path)
    end
    return
  end
  assert.is_table(got, path)
  assert.equal(#expected, #got, "length of " .. path)
  for name, value in pairs(expected) do
    check(value, got[name], path .. "." .. name)
  end
end

-- Checks that the annotations know what a call returned.
local function check_annotated(operation, reply, err)
  for _, row in ipairs(endpoints.rows) do
    if row.operation == operation then
      assert.equal("", err and classes.wrong("indoxhub.Error", err, true)
        or classes.wrong(row.returns, reply))
    end
  end
end

-- Answers the call of an operation with these bytes.
local function ask(raw, name, operation, bytes, texts)
  local client = indoxhub.new { api_key = "indox-test", max_retries = 0,
    base_url = raw:script(name, { { "body" }, { "send", bytes } }) }
  local call = assert(calls[operation], "no call for " .. operation)
  return call(client, texts)
end

describe("the reply of", function()
  local raw

  setup(function()
    raw = servers.raw()
  end)

  teardown(function()
    raw:stop()
  end)

  local names = {}

  for i, vector in ipairs(dofile "spec/vectors/replies.lua") do
    local name = vector.operation .. ": " .. vector.name
    assert(not names[name], "a name occurs twice")
    names[name] = true

    it(name, function()
      local reply, err = ask(raw, "v" .. i, vector.operation,
        reply_of(vector.status or 200, vector.content_type, vector.body),
        vector.texts)
      check_annotated(vector.operation, reply, err)
      if vector.error then
        assert.is_nil(reply)
        check(vector.error, err, "error")
        return
      end
      assert.is_nil(err)
      check(vector.expect, reply, "reply")
      for _, field in ipairs(vector.absent or {}) do
        assert.is_nil(reply[field], field)
      end
    end)
  end
end)

it("every call has a reply among the vectors", function()
  local answered = {}
  for _, vector in ipairs(dofile "spec/vectors/replies.lua") do
    answered[vector.operation] = true
  end
  for operation in pairs(calls) do
    assert.is_true(answered[operation], operation)
  end
end)

---------------------------------------------------------------------------
-- the replies of the vendor's documents

-- With nulls, which the library's own decoder drops.
local function read_json(name)
  local file = io.open(name)
  if not file then
    return nil
  end
  local value = cjson.decode(file:read("*a"))
  file:close()
  return value
end

local fixtures = read_json "../shared/spec/fixtures.json" or { rest = {} }
local openapi = assert(read_json "spec/vectors/openapi.json")

-- Operation -> its entry in the document.
local operations = {}
for _, item in pairs(openapi.paths) do
  for _, operation in pairs(item) do
    operations[operation.operationId] = operation
  end
end

-- The fields that the schema of an operation's reply requires.
local function required_fields(name)
  local content = operations[name].responses["200"].content
  local schema = content["application/json"].schema
  while schema["$ref"] or schema.oneOf do
    local ref = schema["$ref"]
    schema = ref and openapi.components.schemas[ref:match("[^/]+$")]
      or schema.oneOf[1]
  end
  return schema.required or {}
end

local KINDS = { [400] = "invalid_request", [401] = "authentication",
  [402] = "insufficient_credits", [403] = "permission", [404] = "not_found",
  [422] = "validation", [429] = "rate_limit", [500] = "server",
  [504] = "server_timeout" }

-- How many embeddings a body has; nil when it has none.
local function vectors_in(body)
  local data = type(body.data) == "table" and body.data or {}
  return type(data[1]) == "table" and #data or data[1] and 1 or nil
end

local function check_refusal(response, reply, err)
  assert.is_nil(reply)
  assert.equal(KINDS[response.status] or "server", err.kind)
  local body = response.body
  local said = body.message or body.detail
  if type(said) == "string" then
    assert.equal(said, err.message)
  end
end

describe("the documents' reply of", function()
  local raw

  setup(function()
    raw = servers.raw()
  end)

  teardown(function()
    raw:stop()
  end)

  for i, fixture in ipairs(fixtures.rest) do
    for j, response in ipairs(fixture.responses) do
      it(fixture.op .. ": " .. response.name, function()
        local reply, err = ask(raw, ("f%d-%d"):format(i, j), fixture.op,
          reply_of(response.status, nil, cjson.encode(response.body)),
          vectors_in(response.body))
        check_annotated(fixture.op, reply, err)
        if response.status >= 400 or response.body.success == false then
          check_refusal(response, reply, err)
          return
        end
        assert.is_nil(err)
        assert.is_table(reply)
        for _, field in ipairs(response.seed_conformant
          and required_fields(fixture.op) or {}) do
          assert.not_nil(reply[field], field)
        end
      end)
    end
  end
end)
