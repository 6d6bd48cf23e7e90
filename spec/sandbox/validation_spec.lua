-- What the sandbox refuses, and how it says so.
-- On two interpreters: the sandbox is another program, on lua5.4.
local ask = require "spec.sandbox.ask"
local during_tests = require "spec.support.during_tests"
local indoxhub = require "indoxhub"

describe("the sandbox's validation", function()
  local sandbox = during_tests(ask.start)

  -- All that is wrong, as "place: message (type)".
  local function wrong(method, path, fields)
    local status, _, err = sandbox:refused(method, path, fields)
    assert.equal(422, status)
    local lines = {}
    for i, item in ipairs(err.detail) do
      lines[i] = ("%s: %s (%s)"):format(table.concat(item.loc, "."), item.msg,
        item.type)
    end
    return table.concat(lines, "\n")
  end

  it("wants fields, of their types", function()
    assert.equal("body.prompt: is required (missing)",
      wrong("POST", "images/generations", {}))
    assert.equal("body.input: must be a string (string_type)",
      wrong("POST", "audio/tts/generations", { input = 5 }))
    assert.equal("body.text: must be a text or a list of " ..
      "texts (string_type)", wrong("POST", "embeddings", { text = { 1, 2 } }))
    assert.equal("body.temperature: must be a number " ..
      "(float_type)", wrong("POST", "completions",
      { prompt = "x", temperature = "hot" }))
    assert.equal("body.additional_params: must be an " ..
      "object (dict_type)", wrong("POST", "completions",
      { prompt = "x", additional_params = { "a" } }))
    assert.equal("body.stream: must be true or false (bool_type)",
      wrong("POST", "completions", { prompt = "x", stream = "yes" }))
    assert.equal("body.reference_images: must be a list " ..
      "(list_type)", wrong("POST", "videos/generations",
      { prompt = "x", reference_images = "one" }))
    assert.equal("body.duration: must be a whole number (int_type)",
      wrong("POST", "videos/generations", { prompt = "x", duration = 1.5 }))
  end)

  it("names all that is wrong at once", function()
    assert.equal("body.max_tokens: must be at least " ..
      "1 (greater_than_equal)\nbody.prompt: is required (missing)\n" ..
      "body.tempo: is not known here (extra_forbidden)",
      wrong("POST", "completions", { max_tokens = 0, tempo = 3 }))
  end)

  it("looks into messages", function()
    local function messages(list)
      return wrong("POST", "chat/completions", { messages = list })
    end
    assert.equal("body.messages: must be a list (list_type)",
      messages { role = "user" })
    assert.equal("body.messages: must hold a message or more (too_short)",
      messages(indoxhub.array()))
    assert.equal("body.messages.1: must be an object " ..
      "(model_type)", messages { { role = "user", content = "x" }, "hi" })
    assert.equal("body.messages.0.role: is required (missing)",
      messages { { content = "x" } })
    assert.equal("body.messages.0.role: must be a string " ..
      "(string_type)", messages { { role = 1, content = "x" } })
  end)

  it("knows ranges", function()
    assert.equal("body.speed: must be at most 4 " ..
      "(less_than_equal)", wrong("POST", "audio/tts/generations",
      { input = "x", speed = 5 }))
    assert.equal("body.n: must be at most 10 " ..
      "(less_than_equal)", wrong("POST", "images/generations",
      { prompt = "x", n = 11 }))
    assert.equal("body.expiration_time: must be at " ..
      "least 0 (greater_than_equal)",
      wrong("POST", "user/api-keys", { expiration_time = -1 }))
  end)

  it("reads queries", function()
    assert.equal("query.limit: must be a whole number (int_type)\n" ..
      "query.skip: must be at least 0 " ..
      "(greater_than_equal)",
      wrong("GET", "videos/jobs", { limit = "many", skip = -1 }))
    assert.equal("query.start_date: must be a date, " ..
      "YYYY-MM-DD (date_parsing)",
      wrong("GET", "user/usage", { start_date = "May" }))
    assert.equal(422, (sandbox:refused("GET", "user/usage",
      { end_date = "2026-13-01" })))
    assert.equal("query.endpoint: must be 'chat', 'completion', " ..
      "'embedding' or 'image' (enum)",
      wrong("GET", "analytics/usage", { endpoint = "video" }))
    assert.equal("query.include_content: must be true or false " ..
      "(bool_type)",
      wrong("GET", "analytics/usage", { include_content = "perhaps" }))
    assert.truthy(sandbox:get("analytics/usage", { include_content = "1" }))
  end)

  it("reads paths", function()
    assert.equal("path.api_key_id: must be a whole number, and " ..
      "this text is none (int_parsing)",
      wrong("POST", "user/api-keys/seven/revoke"))
  end)

  it("wants JSON objects", function()
    local function type_of(body)
      local reply, status = sandbox:curl_json("completions", "-d", body)
      assert.equal(422, status)
      return reply.detail[1].type
    end
    assert.equal("missing", type_of(""))
    assert.equal("json_invalid", type_of("{"))
    assert.equal("model_attributes_type", type_of("5"))
    assert.equal("model_attributes_type", type_of("[1]"))
    assert.equal("missing", type_of("{}"))
  end)

  it("lets more through on the OpenAI-compatible base", function()
    local function status(path, body)
      return (sandbox:curl(path, "-d", body))
    end
    assert.equal(422, status("/api/v1/completions",
      '{"prompt":"x","best_of":2}'))
    assert.equal(200, status("/v1/completions", '{"prompt":"x","best_of":2}'))
    assert.equal(200, status("/v1/embeddings", '{"input":"x"}'))
    assert.equal(400, status("/v1/embeddings", '{"text":"x"}'))
    assert.same({ error = { message = "input is required", param = "input",
      type = "invalid_request_error" } },
      (sandbox:curl_json("/v1/embeddings", "-d", '{"text":"x"}')))
  end)

  it("does not know models called unknown", function()
    for path, fields in pairs { ["completions"] = { prompt = "x" },
      ["images/generations"] = { prompt = "x" },
      ["embeddings"] = { text = "x" } } do
      fields.model = "openai/unknown-9"
      local status, message = sandbox:refused("POST", path, fields)
      assert.equal(404, status)
      assert.equal("Model 'unknown-9' not found for provider 'openai'",
        message)
    end
  end)
end)
