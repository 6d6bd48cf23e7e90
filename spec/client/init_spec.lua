-- Making clients, what they refuse, and what they send.
local indoxhub = require "indoxhub"
local servers = require "spec.support.servers"

local MESSAGES = { { role = "user", content = "go" } }

describe("a client", function()
  local raw

  setup(function()
    raw = servers.raw()
  end)

  teardown(function()
    raw:stop()
  end)

  local OK = servers.reply("200 OK", "application/json",
    '{"request_id":"q","data":"fine","status":"ok","providers":[]}')

  -- A client of a server that answers everything with the same reply.
  local function client_for(name, options)
    local settings = { api_key = "indox-test" }
    for option, value in pairs(options or {}) do
      settings[option] = value
    end
    settings.base_url = raw:script(name, { { "body" }, { "send", OK },
      { "again" } })
    return indoxhub.new(settings)
  end

  local function sent_body(name)
    return raw:got(name):match("\r\n\r\n(.*)$")
  end

  local function message_of(fn, ...)
    local ok, message = pcall(fn, ...)
    assert.is_false(ok)
    assert.is_string(message)
    return message
  end

  local function assert_refused(expected, fn, ...)
    local message = message_of(fn, ...)
    assert.truthy(message:find(expected, 1, true),
      ("%q is not in %q"):format(expected, message))
  end

  describe("is made", function()
    it("with defaults, without a key and without a connection", function()
      local client = indoxhub.new()
      assert.truthy(tostring(client):find("^indoxhub.client %(https?://"))
    end)

    it("only of options it knows", function()
      assert_refused("unknown option api_kye: did you mean api_key?",
        indoxhub.new, { api_kye = "x" })
      assert_refused("unknown option foo; known: allow_http, api_key",
        indoxhub.new, { foo = 1 })
      assert_refused("options must be a table", indoxhub.new, "key")
    end)

    it("only of options of the right type", function()
      assert_refused("base_url must be a string", indoxhub.new,
        { base_url = 1 })
      assert_refused("base_url must begin with https:// or http://",
        indoxhub.new, { base_url = "api.indoxhub.com" })
      assert_refused("http_version must be one of \"1.1\", \"2\"", indoxhub.new,
        { http_version = "3" })
      assert_refused("timeout.idel is unknown", indoxhub.new,
        { timeout = { idel = 1 } })
      assert_refused("timeout.idle must be seconds above 0, or false",
        indoxhub.new, { timeout = { idle = "1" } })
      assert_refused("max_response_bytes must be a number of bytes",
        indoxhub.new, { max_response_bytes = 0 })
      assert_refused("headers has the field", indoxhub.new,
        { headers = { ["X Y"] = "1" } })
      assert_refused("headers has the field", indoxhub.new,
        { headers = { X = "1\r\nY: 2" } })
    end)

    it("without showing a key of the wrong type", function()
      local message = message_of(indoxhub.new, { api_key = { "indox-secret" } })
      assert.is_nil(message:find("secret", 1, true))
    end)

    it("and blames the line that made it", function()
      local ok, message = pcall(function()
        indoxhub.new { foo = 1 }
      end)
      assert.is_false(ok)
      assert.matches("client/init_spec.lua:%d+: unknown option foo", message)
    end)
  end)

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
        assert.truthy(message_of(call):find("client/init_spec.lua:%d+: "))
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

  describe("and its key", function()
    it("comes from a function, called for each request", function()
      local count = 0
      local client = client_for("function", { api_key = function()
        count = count + 1
        return "indox-" .. count
      end })
      indoxhub.assert(client.completions:create { prompt = "x" })
      indoxhub.assert(client.completions:create { prompt = "x" })
      local got = raw:got("function")
      assert.truthy(got:find("Bearer indox-1\r\n", 1, true))
      assert.truthy(got:find("Bearer indox-2\r\n", 1, true))
    end)

    it("may be missing where the API does not want one", function()
      local client = client_for("keyless", { api_key = "" })
      assert.equal("ok", indoxhub.assert(client.user:health()).status)
      assert.is_nil(raw:got("keyless"):find("Authorization", 1, true))
    end)

    it("is missed where the API wants one", function()
      local client = client_for("missing", { api_key = "" })
      local reply, err = client.completions:create { prompt = "x" }
      assert.is_nil(reply)
      assert.equal("authentication", err.kind)
      assert.equal("no_key", err.code)
      assert.truthy(tostring(err):find("INDOXHUB_API_KEY", 1, true))
      assert.equal("", raw:got("missing"))
    end)

    it("is an error when the function fails", function()
      for _, key in ipairs {
        function()
          error("indox-secret-in-error")
        end,
        function()
          return nil
        end,
      } do
        local _, err = client_for("failing", { api_key = key })
          .completions:create { prompt = "x" }
        assert.equal("authentication", err.kind)
        assert.is_nil(tostring(err):find("secret", 1, true))
      end
    end)

    it("cannot smuggle a header in", function()
      local _, err = client_for("smuggle", { api_key = "a\r\nX-Evil: 1" })
        .completions:create { prompt = "x" }
      assert.equal("authentication", err.kind)
      assert.equal("", raw:got("smuggle"))
    end)

    it("is not sent over http to another machine", function()
      local client = indoxhub.new { api_key = "indox-test",
        base_url = "http://api.example.test/api/v1" }
      local _, err = client.completions:create { prompt = "x" }
      assert.equal("authentication", err.kind)
      assert.equal("insecure", err.code)
      assert.truthy(tostring(err):find("allow_http", 1, true))
    end)
  end)

  it("calls anything else with the same rules", function()
    local client = client_for("other")
    local body = indoxhub.assert(client:request { path = "/some/thing",
      query = { b = "x y", a = 1 } })
    assert.equal("fine", body.data)
    assert.truthy(raw:got("other")
      :find("^GET /other/some/thing%?a=1&b=x%%20y HTTP"))
    indoxhub.assert(client:request { method = "put", path = "x",
      json = { list = indoxhub.array(), null = indoxhub.null } })
    assert.truthy(raw:got("other"):find("PUT /other/x HTTP", 1, true))
    assert.truthy(sent_body("other"):find('"list":[]', 1, true))
    assert.truthy(sent_body("other"):find('"null":null', 1, true))
  end)

  if rawget(_G, "jit") then
    it("takes the integers that LuaJIT has beside its numbers", function()
      local wide = rawget(_G, "loadstring") "return 9007199254740993LL" ()
      local client = client_for("wide")
      indoxhub.assert(client:request { path = "x", query = { a = wide } })
      assert.truthy(raw:got("wide"):find("?a=9007199254740993 HTTP", 1, true))
      indoxhub.assert(client:request { method = "POST", path = "x",
        form = { a = wide } })
      assert.truthy(raw:got("wide"):find("\r\n\r\n9007199254740993\r\n", 1,
        true))
    end)
  end

  it("never shows a key that was put in the wrong place", function()
    local key = "indox-" .. ("aB3dE6gH"):rep(4)
    local client = client_for("misplacedkey")
    for _, message in ipairs {
      message_of(indoxhub.new, key), message_of(client.with, client, key),
      message_of(indoxhub.new, { timeout = key }),
      message_of(indoxhub.new, { auth = key }),
      message_of(indoxhub.new, { [key] = 1 }),
      message_of(indoxhub.new, { headers = key }),
      message_of(client.chat.create, client.chat, key),
      message_of(client.chat.create, client.chat, {
        messages = { { role = "user", content = "x" } } }, key),
      message_of(client.chat.create, client.chat, { model = { key },
        messages = key }),
    } do
      assert.is_nil(message:find("aB3dE6gH", 1, true), message)
    end
  end)

  it("refuses wrong requests", function()
    local client = client_for("wrongrequest")
    assert_refused("path is required", client.request, client, {})
    assert_refused("must be relative", client.request, client,
      { path = "https://evil.test/x" })
    assert_refused("two bodies", client.request, client,
      { path = "x", form = { a = 1 }, json = {} })
    assert_refused("json: f is a function", client.request, client,
      { path = "x", json = { f = print } })
    for _, path in ipairs { "a?b=1", "a#b", "../a", "a/./b", "a b" } do
      assert_refused("path must", client.request, client, { path = path })
    end
    for _, method in ipairs { "", "GET /x HTTP/1.1\r\nA: b", "G T" } do
      assert_refused("method must", client.request, client,
        { path = "x", method = method })
    end
    assert.equal("", raw:got("wrongrequest"))
  end)

  it("gives paths of its own the slash of the others", function()
    local client = client_for("ownslash", { trailing_slash = "on" })
    indoxhub.assert(client:request { path = "some/thing", query = { a = 1 } })
    assert.truthy(raw:got("ownslash"):find("some/thing/?a=1 HTTP", 1, true))
  end)

  it("wants its methods called with a colon", function()
    local client = client_for("colon")
    assert_refused("with a colon, as client:request", client.request,
      { path = "x" })
    assert_refused("with a colon, as client:with", client.with, {})
    assert_refused("with a colon, as client:close", client.close)
    assert_refused("with a dot", indoxhub.new, indoxhub, {})
  end)

  it("wants options in the second table", function()
    local client = client_for("misplaced")
    for name, value in pairs { timeout = 5, headers = {} } do
      assert_refused(name .. " is no field of the request but an option",
        client.completions.create, client.completions,
        { prompt = "x", [name] = value })
    end
    assert.equal("", raw:got("misplaced"))
  end)

  it("takes a reply without a text", function()
    for _, body in ipairs {
      '{"data":null,"finish_reason":"tool_calls","tool_calls":[{"id":"c1",'
        .. '"function":{"name":"f","arguments":"{}"}}]}',
      '{"reasoning_content":"hm"}', '{"finish_reason":"length"}',
    } do
      local client = indoxhub.new { api_key = "k",
        base_url = raw:script("textless", { { "body" }, { "send",
          servers.reply("200 OK", "application/json", body) } }) }
      local reply = indoxhub.assert(client.chat:create {
        messages = { { role = "user", content = "x" } } })
      assert.equal("", reply.data)
    end
  end)

  it("gives bodies of other endpoints as they came", function()
    local client = indoxhub.new { api_key = "k",
      base_url = raw:script("job", { { "body" }, { "send",
        servers.reply("200 OK", "application/json",
          '{"job_id":"j","status":"failed","error":"policy"}') } }) }
    local job = indoxhub.assert(client:request { path = "jobs/j" })
    assert.equal("policy", job.error)
  end)

  it("does not take just anything for a reply", function()
    for body, code in pairs { ['{"echo":1}'] = "empty", null = "reply",
      ["7"] = "reply", ['"text"'] = "reply", ["[]"] = "empty",
      ['{"usage":{"tokens_total":3}}'] = "empty" } do
      local client = indoxhub.new { api_key = "k",
        base_url = raw:script("anything", { { "body" }, { "send",
          servers.reply("200 OK", "application/json", body) } }) }
      local reply, err = client.completions:create { prompt = "x" }
      assert.is_nil(reply, body)
      assert.equal("protocol", err.kind)
      assert.equal(code, err.code)
      local stream
      stream, err = client.completions:stream { prompt = "x" }
      assert.is_nil(stream)
      assert.equal("protocol", err.kind)
    end
    local client = indoxhub.new { api_key = "k", base_url = raw:base(
      "anything") }
    raw:script("anything", { { "body" }, { "send",
      servers.reply("200 OK", "application/json", '{"echo":1}') } })
    local list, err = client.models:list()
    assert.is_nil(list)
    assert.equal("protocol", err.kind)
    assert.equal(1, indoxhub.assert(client:request { path = "x" }).echo)
  end)

  it("lends itself with some options changed", function()
    local client = client_for("derived", { headers = { ["X-A"] = "1" } })
    local other = client:with { headers = { ["X-B"] = "2" } }
    indoxhub.assert(other.user:health())
    local got = raw:got("derived")
    assert.truthy(got:find("X-B: 2", 1, true))
    assert.truthy(got:find("X-A: 1", 1, true))
    indoxhub.assert(other:with({ headers = { ["X-A"] = "3" } }).user:health())
    assert.truthy(raw:got("derived"):find("X-A: 3", 1, true))
    assert.truthy(got:find("Bearer indox-test", 1, true))
    other:close()
    assert.equal("ok", indoxhub.assert(client.user:health()).status)
    assert_refused("unknown option x", client.with, client, { x = 1 })
  end)

  it("passes timeouts on when it lends itself", function()
    raw:script("slow", { { "body" }, { "sleep", 300 }, { "send", OK } })
    local client = indoxhub.new { api_key = "k", base_url = raw:base("slow"),
      timeout = { first_byte = 0.05 } }
    local _, err = client:with({ timeout = { idle = 5 } }).user:health()
    assert.equal("first_byte", err.code)
    assert.equal("ok", indoxhub.assert(
      client:with({ timeout = { first_byte = 5 } }).user:health()).status)
  end)

  describe("closed", function()
    it("refuses further calls, and can be closed again", function()
      local client = client_for("closed")
      client:close()
      client:close()
      local reply, err = client.user:health()
      assert.is_nil(reply)
      assert.equal("cancelled", err.kind)
      assert.equal("", raw:got("closed"))
    end)

    it("ends its running calls", function()
      local client = indoxhub.new { api_key = "k",
        base_url = raw:script("running", { { "body" }, { "hold" } }) }
      local task = indoxhub.spawn(function()
        return client.user:health()
      end)
      servers.wait_until(function()
        indoxhub.step()
        return raw:got("running") ~= ""
      end, "the request")
      client:close()
      local reply, err = task:await()
      assert.is_nil(reply)
      assert.equal("cancelled", err.kind)
    end)
  end)

  it("tells facts about an exchange beside the reply", function()
    raw:script("meta", { { "body" }, { "send", servers.reply("200 OK",
      "application/json", '{"id":"r","created_at":1700000000,"data":"x"}',
      "X-Request-ID: req-1\r\nX-RateLimit-Remaining: 9\r\n") } })
    local reply = indoxhub.assert(indoxhub.new { api_key = "k",
      base_url = raw:base("meta") }.completions:create { prompt = "x" })
    local meta = indoxhub.meta(reply)
    assert.equal(200, meta.status)
    assert.equal("req-1", meta.headers["x-request-id"])
    assert.equal("r", meta.request_id)
    assert.equal(1700000000, meta.created)
    assert.equal(9, meta.ratelimit.remaining)
    assert.equal(1, meta.attempts)
    assert.is_true(meta.timing.total >= 0)
    assert.is_nil(indoxhub.meta({}))
  end)

  it("gives whole numbers as whole numbers", function()
    local reply = indoxhub.assert(indoxhub.new { api_key = "k",
      base_url = raw:script("numbers", { { "body" }, { "send",
        servers.reply("200 OK", "application/json",
          '{"data":"x","usage":{"tokens_total":57,"cost":0.5}}') } }) }
      .completions:create { prompt = "x" })
    assert.equal("57", tostring(reply.usage.tokens_total))
    assert.equal("0.5", tostring(reply.usage.cost))
  end)
end)
