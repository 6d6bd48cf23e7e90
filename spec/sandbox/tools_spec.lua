-- The sandbox with tools, structured output and the like, in every dialect.
local ask = require "spec.sandbox.ask"
local during_tests = require "spec.support.during_tests"
local indoxhub = require "indoxhub"
local json = require "indoxhub.base.json"
local shapes = require "indoxhub.sandbox.shapes"

local WEATHER = { type = "function", ["function"] = { name = "get_weather",
  description = "The weather of a city.", parameters = { type = "object",
    properties = { city = { type = "string" }, days = { type = "integer" } },
    required = { "city" } } } }
local TIME = { type = "function", ["function"] = { name = "local_time",
  description = "The time in a city.", parameters = { type = "object",
    properties = { city = { type = "string" } }, required = { "city" } } } }

describe("the sandbox", function()
  local sandbox = during_tests(ask.start)
  local client

  setup(function()
    client = indoxhub.new { api_key = "indox-test", max_retries = 0,
      base_url = sandbox.server.url }
  end)

  local function in_dialect(name)
    return { headers = { ["X-Sandbox-Dialect"] = name } }
  end

  local function question(text, more)
    more = more or {}
    more.messages = more.messages or { { role = "user", content = text } }
    return more
  end

  -- The reply to a question, whole and streamed.
  local function replies_to(fields, options)
    return { indoxhub.assert(client.chat:create(fields, options)),
      indoxhub.assert(indoxhub.assert(client.chat:stream(fields, options))
        :reply()) }
  end

  for _, dialect in ipairs(shapes.names) do
    it("calls tools in " .. dialect .. ", and uses what they say", function()
      local options = in_dialect(dialect)
      for _, way in ipairs { "send", "stream" } do
        local talk = client:conversation { tools = { WEATHER, TIME } }
        local reply = indoxhub.assert(talk[way](talk,
          "How is the weather in Oslo in 3 days?", options))
        reply = way == "send" and reply or indoxhub.assert(reply:reply())
        assert.equal(1, #reply.tool_calls)
        local call = reply.tool_calls[1]
        assert.equal("get_weather", call.name)
        assert.equal('{"city":"Oslo","days":3}', call.arguments)
        assert.is_string(call.id)
        if dialect ~= "raw" or way == "send" then -- it has no word for it
          assert.equal("tool_calls", reply.finish_reason)
        end
        talk:add { role = "tool", tool_call_id = call.id,
          content = "17 degrees" }
        assert.equal("get_weather says: 17 degrees",
          indoxhub.assert(talk:send(nil, options)).data)
      end
    end)

    it("makes several calls at once in " .. dialect, function()
      local fields = question("Weather and local time in Oslo, please",
        { tools = { WEATHER, TIME } })
      for _, reply in ipairs(replies_to(fields, in_dialect(dialect))) do
        assert.equal(2, #reply.tool_calls)
        assert.equal("local_time", reply.tool_calls[1].name)
        assert.equal("get_weather", reply.tool_calls[2].name)
        assert.not_equal(reply.tool_calls[1].id, reply.tool_calls[2].id)
        assert.equal('{"city":"Oslo"}', reply.tool_calls[2].arguments)
      end
    end)

    it("answers in JSON of a schema in " .. dialect, function()
      local schema = { type = "object", required = { "title", "pages" },
        properties = { title = { type = "string" },
          pages = { type = "integer" } } }
      local fields = question("A book about Nansen with 320 pages",
        { response_format = { type = "json_schema",
          json_schema = { name = "book", schema = schema } } })
      for _, reply in ipairs(replies_to(fields, in_dialect(dialect))) do
        assert.equal('{"title":"Nansen","pages":320}', reply.data)
      end
      fields.response_format = { type = "json_object" }
      assert.is_string(json.decode(indoxhub.assert(client.chat:create(fields,
        in_dialect(dialect))).data).answer)
    end)

    it("tells in " .. dialect .. " what an answer cost", function()
      local list = replies_to(question "What is 6 * 7?", in_dialect(dialect))
      for i, reply in ipairs(list) do
        if i == 1 or dialect ~= "raw" then
          assert.is_true(reply.usage.cost > 0)
          assert.equal(4, reply.usage.tokens_prompt)
        end
      end
    end)
  end

  it("does as tool_choice says", function()
    local function calls(text, choice, more)
      more = more or {}
      more.tools, more.tool_choice = { WEATHER, TIME }, choice
      local reply = indoxhub.assert(client.chat:create(question(text, more)))
      local names = {}
      for i, call in ipairs(reply.tool_calls or {}) do
        names[i] = call.name
      end
      return table.concat(names, " "), reply.data
    end
    assert.equal("", (calls("The weather in Oslo?", "none")))
    assert.equal("get_weather", (calls("The weather in Oslo?", "auto")))
    assert.equal("local_time", (calls("The weather in Oslo?", {
      type = "function", ["function"] = { name = "local_time" } })))
    assert.equal("get_weather", (calls("Hello!", "required")))
    local names, text = calls "What is 6 * 7?"
    assert.equal("", names)
    assert.equal("6 * 7 is 42.", text)
    assert.equal("get_weather get_weather",
      (calls "Weather in Oslo and in Rome"))
    assert.equal("get_weather", (calls("Weather in Oslo and in Rome", nil,
      { parallel_tool_calls = false })))
    for choice, message in pairs {
      sometimes = "must be auto, none, required, or name a function",
      [{ type = "function", ["function"] = { name = "other" } }] =
        "names other, which is not among the tools" } do
      local _, err = client.chat:create(question("Hi", { tools = { WEATHER },
        tool_choice = choice }))
      assert.equal("validation", err.kind)
      assert.truthy(tostring(err):find(message, 1, true), tostring(err))
    end
  end)

  it("breaks off in the middle of a call when it is told to", function()
    local options = in_dialect "openai"
    options.headers["X-Sandbox-Fail"] = "cut:2"
    local stream = indoxhub.assert(client.chat:stream(question(
      "The weather in Oslo?", { tools = { WEATHER } }), options))
    local reply, err = stream:reply()
    assert.is_nil(reply)
    assert.truthy(err.kind == "truncated" or err.kind == "network", err.kind)
  end)

  it("gives several answers where a dialect can carry them", function()
    for _, dialect in ipairs { "openai", "gateway" } do
      for _, reply in ipairs(replies_to(question("Why do owls hunt?",
        { n = 3 }), in_dialect(dialect))) do
        assert.equal(3, #reply.choices)
        assert.equal(reply.data, reply.choices[1].message.content)
        assert.not_equal(reply.data, reply.choices[2].message.content)
      end
    end
  end)

  it("stops where it is told to", function()
    for _, dialect in ipairs(shapes.names) do
      for stop, text in pairs { [" 3"] = "1 2", [{ "9", "4" }] = "1 2 3 " } do
        for _, reply in ipairs(replies_to(question("count to 5",
          { stop = stop }), in_dialect(dialect))) do
          assert.equal(text, reply.data)
        end
      end
    end
  end)

  it("follows a system prompt, remembers, and looks at pictures", function()
    local function answer(...)
      return indoxhub.assert(client.chat:create { messages = { ... } }).data
    end
    local function user(text)
      return { role = "user", content = text }
    end
    assert.truthy(answer({ role = "system", content = "You are a pirate." },
      user "Why do owls hunt?"):find "^As a pirate: ")
    assert.equal("Your name is Ada.", answer(user "My name is Ada.",
      { role = "assistant", content = "Nice to meet you, Ada." },
      user "What is my name?"))
    local picture = indoxhub.assert(client.images:generate {
      prompt = "an owl", response_format = "b64_json" }).data[1].b64_json
    for _, part in ipairs {
      { type = "image_url", image_url = {
        url = "data:image/png;base64," .. picture } },
      { type = "image", image = { data = picture, media_type = "image/png" } },
    } do
      assert.equal("I see a PNG of 128 x 128 pixels.", answer {
        role = "user", content = { { type = "text", text = "What is it?" },
          part } })
    end
    assert.equal("I see a picture at example.test/owl.png, which I cannot " ..
      "fetch.", answer { role = "user", content = { { type = "image_url",
        image_url = { url = "https://example.test/owl.png" } } } })
  end)

  it("counts everything that is sent", function()
    local function prompt_tokens(fields)
      return indoxhub.assert(client.chat:create(fields)).usage.tokens_prompt
    end
    local alone = prompt_tokens(question "Hi")
    assert.equal(alone + 100, prompt_tokens { messages = {
      { role = "system", content = ("word"):rep(50) },
      { role = "user", content = ("word"):rep(30) },
      { role = "assistant", content = ("word"):rep(20) },
      { role = "user", content = "Hi" } } })
    assert.is_true(prompt_tokens(question("Hi", { tools = { WEATHER } }))
      > alone + 20)
  end)

  it("works out sums only when a question is one", function()
    local function answer(text)
      return indoxhub.assert(client.chat:create(question(text))).data
    end
    assert.equal("2 + 3 * (4 - 1) is 11.", answer "What is 2+3*(4-1)?")
    for _, text in ipairs { "@@ -1,4 +1,5 @@", "From 2020-2021 on",
      "Read pages 3-4 of chapter 2" } do
      assert.is_nil(answer(text):find "%d is %d", text)
    end
  end)

  it("refuses models that there are not, or that are for something else",
    function()
      local function refusal(resource, method, fields)
        local _, err = client[resource][method](client[resource], fields)
        assert.equal("not_found", err.kind)
        return err.message
      end
      assert.equal("Model 'gpt-9' not found for provider 'openai'",
        refusal("chat", "create", question("Hi", { model = "openai/gpt-9" })))
      assert.equal("Model 'tts-1' of provider 'openai' is not for this: " ..
        "it is one of text_to_speech",
        refusal("chat", "create", question("Hi", { model = "openai/tts-1" })))
      assert.equal("Model 'gpt-4o' of provider 'openai' is not for this: " ..
        "it is one of text_completions", refusal("embeddings", "create",
          { text = "x", model = "openai/gpt-4o" }))
    end)
end)
