-- What the methods of resources send, and what they refuse.
local indoxhub = require "indoxhub"
local one_answer = require "spec.support.one_answer"
local raises = require "spec.support.raises"
local raw_server = require "spec.support.raw_server"

local MESSAGES = { { role = "user", content = "go" } }
local assert_refused, message_of = raises.check, raises.message
local OK = one_answer.OK

describe("a client", function()
  local raw = raw_server()
  local client_for, sent_body = one_answer.of(raw)

  describe("sends", function()
    it("what was asked for, under the API's names", function()
      local client = client_for("fields")
      indoxhub.assert(client.chat:create { model = "openai/gpt-4o-mini",
        messages = MESSAGES, temperature = 0.5, max_tokens = 5,
        top_k = 3, additional_params = { seed = 7 } })
      local got = raw:got("fields")
      assert.truthy(got:find("^POST /fields/chat/completions HTTP/1.1\r\n"))
      assert.truthy(got:find("Authorization: Bearer indox-test\r\n", 1, true))
      assert.truthy(got:find("Content-Type: application/json\r\n", 1, true))
      local body = require("indoxhub.base.json").decode(sent_body("fields"))
      assert.same({ model = "openai/gpt-4o-mini", messages = MESSAGES,
        temperature = 0.5, max_tokens = 5,
        additional_params = { seed = 7, top_k = 3 } }, body)
    end)

    it("provider parameters at the top to an OpenAI-compatible base",
      function()
        raw:script("compat", { { "body" }, { "send", OK } })
        local client = indoxhub.new { api_key = "k",
          base_url = raw:base("compat") .. "/v1" }
        indoxhub.assert(client.chat:create { messages = MESSAGES, top_k = 3,
          additional_params = { seed = 7 } })
        local body = require("indoxhub.base.json").decode(sent_body("compat"))
        assert.same({ messages = MESSAGES, top_k = 3, seed = 7 }, body)
      end)

    it("completions", function()
      local client = client_for("completion")
      local reply = indoxhub.assert(
        client.completions:create { prompt = "Once" })
      assert.equal("fine", reply.data)
      assert.truthy(raw:got("completion")
        :find("^POST /completion/completions HTTP"))
      assert.equal('{"prompt":"Once"}', sent_body("completion"))
    end)

    it("arguments of a path, encoded", function()
      local client = client_for("path")
      indoxhub.assert(client.chat:stop("a/b c?"))
      assert.truthy(raw:got("path")
        :find("^POST /path/chat/stop%-stream/a%%2Fb%%20c%%3F HTTP"))
      assert.truthy(raw:got("path"):find("Content-Length: 0\r\n", 1, true))
      assert.is_nil(raw:got("path"):find("urlencoded", 1, true))
    end)

    it("its own headers, the client's and the call's, later ones first",
      function()
        local client = client_for("headers",
          { headers = { ["X-One"] = "client", ["X-Two"] = "client" },
            user_agent = "mine/1" })
        indoxhub.assert(client.user:health { headers = { ["x-two"] = "call" } })
        local got = raw:got("headers")
        assert.truthy(got:find("X-One: client\r\n", 1, true))
        assert.truthy(got:find("x-two: call\r\n", 1, true))
        assert.is_nil(got:find("X-Two: client", 1, true))
        assert.truthy(got:find("User-Agent: mine/1\r\n", 1, true))
      end)

    it("nothing when a call is wrong", function()
      local client = client_for("nothing")
      assert_refused("chat.create: messages is required", client.chat.create,
        client.chat, {})
      assert_refused("messages must not be empty", client.chat.create,
        client.chat, { messages = {} })
      assert_refused('messages[1].role must be a string, such as "user"',
        client.chat.create, client.chat, { messages = { { content = "x" } } })
      assert_refused("temperature must be a number, not \"hot\"",
        client.chat.create, client.chat,
        { messages = MESSAGES, temperature = "hot" })
      assert_refused("did you mean temperature?", client.chat.create,
        client.chat, { messages = MESSAGES, temprature = 1 })
      assert_refused("seed is given twice", client.chat.create, client.chat,
        { messages = MESSAGES, seed = 1, additional_params = { seed = 2 } })
      assert_refused("seed is nan, which JSON cannot carry", client.chat.create,
        client.chat, { messages = MESSAGES, seed = 0 / 0 })
      assert_refused("call chat:stream{...}", client.chat.create,
        client.chat, { messages = MESSAGES, stream = true })
      assert_refused("expects a table of request fields", client.chat.create,
        client.chat, "hello")
      assert_refused("call it with a colon, as client.chat:create(...)",
        client.chat.create, { messages = MESSAGES })
      assert_refused("expects stream_id", client.chat.stop, client.chat)
      assert_refused("unknown option timeuot: did you mean timeout?",
        client.chat.create, client.chat, { messages = MESSAGES },
        { timeuot = 1 })
      assert_refused("unknown option reasoning", client.chat.create,
        client.chat, { messages = MESSAGES }, { reasoning = true })
      assert.equal("", raw:got("nothing"))
    end)

    it("nothing when a text is not UTF-8", function()
      local client = client_for("no_text")
      assert_refused("messages[1].content is not UTF-8: byte 3 (0xFF)",
        client.chat.create, client.chat,
        { messages = { { role = "user", content = "ab\255cd" } } })
      assert_refused("prompt is not UTF-8: byte 5 (0xE2)",
        client.completions.stream, client.completions,
        { prompt = "abcd\226\130" })
      assert_refused("text[2] is not UTF-8: byte 1 (0xED)",
        client.embeddings.create, client.embeddings,
        { text = { "fine", "\237\160\128" } })
      assert_refused("audio.transcribe: prompt is not UTF-8: byte 2 (0xC0)",
        client.audio.transcribe, client.audio,
        { file = indoxhub.bytes "x", prompt = "a\192\175" })
      assert_refused("chat.stop: stream_id is not UTF-8: byte 2 (0xFF)",
        client.chat.stop, client.chat, "a\255")
      assert_refused("client.request: json: a.b is not UTF-8: byte 1 (0x80)",
        client.request, client, { path = "x", json = { a = { b = "\128" } } })
      assert_refused("client.request: form.a is not UTF-8: byte 1 (0x80)",
        client.request, client, { path = "x", form = { a = "\128" } })
      assert_refused("client.request: query.a is not UTF-8: byte 1 (0x80)",
        client.request, client, { path = "x", query = { a = "\128" } })
      assert_refused("the name of a field in query is not UTF-8: byte 1",
        client.request, client, { path = "x", query = { ["\128"] = "a" } })
      assert_refused("client.request: path is not UTF-8: byte 2 (0xFF)",
        client.request, client, { path = "x\255" })
      assert.equal("", raw:got("no_text"))
    end)

    it("a field by the name that was given, also where the base has another",
      function()
        local client = client_for("renamed")
        local compatible = client:with { base_url =
          raw:script("renamed", { { "body" } }) .. "/v1" }
        assert_refused("embeddings.create: text[1] is not UTF-8: byte 1",
          compatible.embeddings.create, compatible.embeddings,
          { text = { "\255" } })
      end)

    it("and blames the line of a wrong call", function()
      local client = client_for("blame")
      for _, call in ipairs {
        function()
          client.chat:create {}
        end,
        function()
          client.chat:stream {}
        end,
        function()
          client.chat:stop()
        end,
        function()
          client.user:health { nonsense = 1 }
        end,
        function()
          client:request {}
        end,
        function()
          client:with { nonsense = 1 }
        end,
      } do
        assert.truthy(message_of(call):find("client/resources_spec.lua:%d+: "))
      end
    end)

    it("a slash at the end of paths where it is wanted", function()
      indoxhub.assert(client_for("slash", { trailing_slash = "on" })
        .completions:create { prompt = "x" })
      assert.truthy(raw:got("slash"):find("^POST /slash/completions/ HTTP"))
      indoxhub.assert(client_for("documented").models:list())
      assert.truthy(raw:got("documented"):find("^GET /documented/models/ HT"))
      indoxhub.assert(client_for("noslash", { trailing_slash = "off" })
        .models:list())
      assert.truthy(raw:got("noslash"):find("^GET /noslash/models HTTP"))
    end)
  end)

  it("wants options in the second table", function()
    local client = client_for("misplaced")
    for name, value in pairs { timeout = 5, headers = {}, max_retries = 0,
      retry_unsafe = true, schema = {}, on_progress = print, wait = true } do
      assert_refused(name .. " is no field of the request but an option",
        client.completions.create, client.completions,
        { prompt = "x", [name] = value })
    end
    assert.equal("", raw:got("misplaced"))
  end)
end)
