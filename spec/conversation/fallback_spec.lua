-- Conversations, and answers that are data, when another model has to answer.
local fallbacks = require "spec.support.fallbacks"
local files = require "spec.support.files"
local indoxhub = require "indoxhub"
local json = require "indoxhub.base.json"
local tool_answers = require "spec.support.tool_answers"

local says, calls = tool_answers.says, tool_answers.calls

local BUSY = fallbacks.refusal "503 Service Unavailable"

local WAYS = { send = tool_answers.as_body, stream = tool_answers.as_stream }

local SCHEMA = { type = "object", properties = { n = { type = "integer" } },
  required = { "n" } }

for way, render in pairs(WAYS) do
  describe("a conversation with a fallback, by " .. way .. ",", function()
    local scene = fallbacks.scene()

    -- A conversation whose server gives these answers in turn, and the name of
    -- its script.
    local function talk_of(answers, settings, of_client)
      local list = {}
      for i, answer in ipairs(answers) do
        list[i] = type(answer) == "string" and answer or render(answer)
      end
      local given = { model = "a/one" }
      for name, value in pairs(settings or {}) do
        given[name] = value
      end
      local client, name = scene.client(list, of_client)
      return client:conversation(given), name, client
    end

    local function ask(talk, question, options)
      local got, err = talk[way](talk, question, options)
      if way == "stream" and got then
        return got:reply()
      end
      return got, err
    end

    local tool = indoxhub.tool { name = "add", run = function()
      return "42"
    end }

    it("remembers the answer of whoever gave one", function()
      local talk, name = talk_of { BUSY, says "Hello.", says "Bye." }
      assert.equal("Hello.", indoxhub.assert(ask(talk, "Hi")).data)
      assert.equal("Bye.", indoxhub.assert(ask(talk, "And?")).data)
      -- Each question begins with the conversation's own model.
      assert.equal("a/one b/two a/one", scene.asked(name))
      assert.equal("a/one", talk.model)
      assert.equal(4, #talk:messages())
    end)

    it("leaves the history as it was when nobody answers", function()
      local talk = talk_of { BUSY }
      local reply, err = ask(talk, "Hi")
      assert.is_nil(reply)
      assert.equal("c/three", err.model)
      assert.equal("a/one b/two c/three", scene.tried(err))
      assert.equal(0, #talk:messages())
    end)

    it("has a list of its own, and for one question another", function()
      for _, case in ipairs {
        { nil, nil, "a/one b/two c/three" }, { { "x/y" }, nil, "a/one x/y" },
        { { "x/y" }, { "z/z" }, "a/one z/z" }, { {}, nil, "a/one" },
        { false, nil, "a/one" }, { { "x/y" }, false, "a/one" } } do
        local talk, name = talk_of({ BUSY })
        talk.fallback = case[1]
        ask(talk, "Hi", { fallback = case[2] })
        assert.equal(case[3], scene.asked(name))
        for _, body in ipairs(scene.bodies(name)) do
          assert.is_nil(body.fallback)
          assert.is_nil(body.additional_params)
        end
      end
    end)

    it("has its own patience, too", function()
      local limited = fallbacks.refusal("429 Too Many Requests",
        "Retry-After: 10\r\n")
      for after, expected in pairs { [9] = "a/one b/two",
        [11] = "a/one a/one" } do
        local talk, name = talk_of({ limited, says "Hello." },
          { fallback_after = after }, { max_retries = 1 })
        indoxhub.assert(ask(talk, "Hi"))
        assert.equal(expected, scene.asked(name))
      end
    end)

    it("keeps its list in its file", function()
      local talk, _, client = talk_of({}, { fallback = { "x/y" },
        fallback_after = 3 })
      local path = files.folder() .. "/talk.json"
      indoxhub.assert(talk:save(path))
      local loaded = indoxhub.assert(indoxhub.load_conversation(client, path))
      assert.same({ "x/y" }, loaded.fallback)
      assert.equal(3, loaded.fallback_after)
      loaded.fallback = false
      indoxhub.assert(loaded:save(path))
      assert.is_false(indoxhub.assert(
        indoxhub.load_conversation(client, path)).fallback)
    end)

    it("goes on with the model whose tools were run", function()
      local talk, name = talk_of({ BUSY, calls { "add", "{}" },
        calls { "add", "{}", id = "c2" }, says "42", says "again" },
        { tools = { tool }, provider = "a" })
      local reply = indoxhub.assert(ask(talk, "6 * 7?"))
      assert.equal("42", reply.data)
      assert.equal(2, #reply.steps)
      assert.equal("a/one b/two b/two b/two", scene.asked(name))
      for i, body in ipairs(scene.bodies(name)) do
        assert.equal(i == 1 and "a" or nil, body.provider)
      end
      indoxhub.assert(ask(talk, "Once more?"))
      assert.equal("a/one b/two b/two b/two a/one", scene.asked(name))
    end)

    it("asks another one in the midst of tools, too", function()
      local talk, name = talk_of({ calls { "add", "{}" }, BUSY, says "42" },
        { tools = { tool } })
      assert.equal("42", indoxhub.assert(ask(talk, "6 * 7?")).data)
      assert.equal("a/one a/one b/two", scene.asked(name))
      -- What was called stays when nobody goes on.
      talk = talk_of({ calls { "add", "{}" }, BUSY }, { tools = { tool } })
      local _, err = ask(talk, "6 * 7?")
      assert.equal("c/three", err.model)
      assert.equal(1, #err.steps)
      assert.equal(3, #talk:messages())
    end)

    it("gets data of whoever answers", function()
      local talk, name = talk_of { BUSY, says '{"n":42}' }
      local reply = indoxhub.assert(ask(talk, "6 * 7?", { schema = SCHEMA }))
      assert.equal(42, reply.parsed.n)
      assert.equal("a/one b/two", scene.asked(name))
    end)

    it("works in a task", function()
      indoxhub.run(function()
        local talk, name = talk_of({ BUSY, calls { "add", "{}" }, BUSY,
          says "42" }, { tools = { tool } })
        assert.equal("42", indoxhub.assert(ask(talk, "6 * 7?")).data)
        assert.equal("a/one b/two b/two c/three", scene.asked(name))
      end)
    end)
  end)
end

describe("chat with a schema and a fallback", function()
  local scene = fallbacks.scene()

  it("has its answer repaired by whoever gave it", function()
    local client, name = scene.client { BUSY,
      tool_answers.as_body(says "no JSON"),
      BUSY, tool_answers.as_body(says '{"n":42}') }
    local reply = indoxhub.assert(client.chat:create({ model = "one",
      provider = "a", messages = fallbacks.MESSAGES }, { schema = SCHEMA }))
    assert.equal(42, reply.parsed.n)
    assert.equal("one b/two b/two c/three", scene.asked(name))
    local sent = scene.bodies(name)[4]
    assert.equal("json_schema", sent.additional_params.response_format.type)
    assert.is_nil(sent.provider)
  end)

  it("is asked again in a conversation, too", function()
    local client, name = scene.client { BUSY,
      tool_answers.as_body(says '{"n":"x"}'),
      tool_answers.as_body(says '{"n":42}') }
    local talk = client:conversation { model = "a/one" }
    local reply = indoxhub.assert(talk:send("6 * 7?", { schema = SCHEMA }))
    assert.equal(42, reply.parsed.n)
    assert.equal("a/one b/two b/two", scene.asked(name))
  end)

  it("streams data of whoever answers", function()
    local client, name = scene.client { BUSY,
      tool_answers.as_stream(says '{"n":[1,2]}') }
    local stream = indoxhub.assert(client.chat:stream({ model = "a/one",
      messages = fallbacks.MESSAGES }, { schema = { type = "object",
        properties = { n = { type = "array" } } } }))
    local list = {}
    while true do
      local element = stream:next_element "n"
      if element == nil then
        break
      end
      list[#list + 1] = element
    end
    assert.equal("[1,2]", json.encode(list))
    assert.equal(2, indoxhub.assert(stream:reply()).parsed.n[2])
    assert.equal("a/one b/two", scene.asked(name))
  end)
end)
