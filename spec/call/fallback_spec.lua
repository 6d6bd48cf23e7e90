-- Calls that ask another model when theirs does not answer, on real
-- connections.
local fallbacks = require "spec.support.fallbacks"
local indoxhub = require "indoxhub"
local servers = require "spec.support.servers"

local MESSAGES, fine, refusal = fallbacks.MESSAGES, fallbacks.fine,
  fallbacks.refusal

local BUSY = refusal "503 Service Unavailable"

-- Seconds for a first byte. On a slow machine a server that answers may take
-- longer, now and then.
local FIRST_BYTE = 0.25

-- A server that takes a request and says nothing.
local SILENT = { { "body" }, { "hold" } }

local function limited(seconds)
  return refusal("429 Too Many Requests",
    ("Retry-After: %s\r\n"):format(seconds))
end

local UNKNOWN = refusal("404 Not Found", nil,
  '{"detail":"Model \'one\' not found for provider \'a\'"}')

describe("a call with a fallback", function()
  local scene = fallbacks.scene()
  local client_of, asked, tried = scene.client, scene.asked, scene.tried

  local function ask(client, options, fields)
    local sent = { model = "a/one", messages = MESSAGES }
    for name, value in pairs(fields or {}) do
      sent[name] = value
    end
    return client.chat:create(sent, options)
  end

  -- Checks that a first answer is followed by another model.
  local function assert_falls_back(first, options)
    local client, name = client_of({ first, fine "two" }, options)
    local reply = indoxhub.assert(ask(client))
    assert.equal("fine", reply.data)
    assert.equal("two", reply.model)
    assert.equal("b/two", indoxhub.meta(reply).fallback)
    assert.equal(2, indoxhub.meta(reply).attempts)
    assert.equal("a/one b/two", asked(name))
  end

  -- Checks that it is not, and returns the error.
  local function assert_stays(first, options, of_call)
    local client, name = client_of({ first, fine "two" }, options)
    local reply, err = ask(client, of_call)
    assert.is_nil(reply)
    assert.equal(1, #err.attempts, tostring(err))
    assert.equal("a/one", tried(err))
    assert.equal(1, scene.request_count(name))
    assert.is_nil(err.model)
    return err
  end

  it("asks the first model only when that answers", function()
    local client, name = client_of { fine "one" }
    local reply = indoxhub.assert(ask(client))
    assert.equal("one", reply.model)
    assert.is_nil(indoxhub.meta(reply).fallback)
    assert.equal("a/one", asked(name))
    assert.same({}, scene.events())
  end)

  it("asks the next one when the first is not there", function()
    for _, answer in ipairs { BUSY, refusal "529 Overloaded",
      refusal "500 Internal Server Error", refusal "502 Bad Gateway",
      refusal "504 Gateway Timeout", refusal "408 Request Timeout",
      refusal("200 OK", nil, '{"success":false,"message":"no"}'),
      refusal("200 OK", nil, '{"error":{"code":"overloaded"}}') } do
      assert_falls_back(answer)
    end
    assert.equal("a/one > b/two: unavailable", scene.events()[1])
  end)

  it("asks the next one when there is no such model", function()
    for _, answer in ipairs { UNKNOWN,
      refusal("404 Not Found", nil, '{"error":{"message":"no such thing",'
        .. '"code":"model_not_found"}}'),
      refusal("404 Not Found", nil, '{"detail":"Provider \'a\' not found"}'),
      refusal("400 Bad Request", nil, '{"error":{"message":"what?",'
        .. '"code":"model_not_found"}}'),
      refusal("200 OK", nil, '{"error":{"code":"ModelNotFoundError"}}') } do
      assert_falls_back(answer)
    end
  end)

  it("asks the next one when the first does not begin to answer", function()
    local client, name = client_of({ SILENT, fine "next" },
      { timeout = { first_byte = FIRST_BYTE } })
    assert.equal("next", indoxhub.assert(ask(client)).model)
    assert.matches("^a/one b/two", asked(name))
    assert.equal("a/one > b/two: timeout", scene.events()[1])
  end)

  it("asks the next one when nobody takes the connection", function()
    scene.raw:script("tls", SILENT) -- which takes what is TLS
    local client = client_of({ fine "two" }):with {
      base_url = scene.raw:base("x", "https"),
      timeout = { connect = 0.05 } }
    local _, err = ask(client)
    assert.equal("timeout", err.kind)
    assert.equal("connect", err.code)
    assert.equal("a/one b/two c/three", tried(err))
  end)

  it("is not for what another model would not help", function()
    for _, answer in ipairs { refusal "401 Unauthorized",
      refusal "403 Forbidden", refusal "402 Payment Required",
      refusal "400 Bad Request", refusal "422 Unprocessable Entity",
      refusal "404 Not Found", refusal "409 Conflict",
      refusal("429 Too Many Requests", nil,
        '{"error":{"code":"insufficient_quota"}}'),
      refusal("503 Service Unavailable", "x-should-retry: false\r\n"),
      refusal("200 OK", nil, '{"status":"cancelled"}'),
      servers.last_reply("200 OK", "{"), servers.last_reply("200 OK", ""),
      { { "body" }, { "reset" } } } do
      assert_stays(answer)
    end
    assert.same({}, scene.events())
  end)

  it("is not for what the call has no time for", function()
    local err = assert_stays(SILENT, { timeout = { total = 0.05 } })
    assert.equal("total", err.code)
    err = assert_stays({ { "body" }, { "send", servers.head("200 OK",
      "application/json", 9) .. "{" }, { "hold" } }, { timeout = {
        idle = 0.05 } })
    assert.equal("idle", err.code)
  end)

  it("is not for a text that broke off", function()
    local head = servers.EVENTS_HEAD .. 'data: {"choices":[{"delta":'
      .. '{"content":"half"}}]}\n\n'
    local err = assert_stays(head
      .. 'data: {"error":{"code":503,"message":"busy"}}\n\n')
    assert.equal("half", err.partial)
    assert_falls_back(servers.EVENTS_HEAD
      .. 'data: {"error":{"code":503,"message":"busy"}}\n\n')
  end)

  it("tries each model as often as it would try one", function()
    local client, name = client_of({ BUSY, BUSY, BUSY, BUSY, fine "two" },
      { max_retries = 2 })
    local reply = indoxhub.assert(ask(client))
    assert.equal("a/one a/one a/one b/two b/two", asked(name))
    assert.equal(5, indoxhub.meta(reply).attempts)
    assert.equal(3, #scene.waits)
  end)

  it("fails as the last model did, and tells of all", function()
    local client, name = client_of({ BUSY, UNKNOWN,
      refusal "500 Internal Server Error" })
    local _, err = ask(client)
    assert.equal("server", err.kind)
    assert.equal("c/three", err.model)
    assert.matches("HTTP 500, model c/three", tostring(err))
    assert.equal("a/one b/two c/three", asked(name))
    for _, try in ipairs(err.attempts) do
      assert.is_true(try.seconds >= 0)
      try.seconds = nil
    end
    assert.same({ { status = 503, code = "unavailable", model = "a/one" },
      { status = 404, code = "provider", model = "b/two" },
      { status = 500, code = "server", model = "c/three" } }, err.attempts)
  end)

  it("ends with a model that refuses the request itself", function()
    local client, name = client_of({ BUSY,
      refusal("422 Unprocessable Entity", nil, '{"detail":[{"loc":["body",'
        .. '"seed"],"msg":"not here","type":"extra"}]}'), fine "three" })
    local _, err = ask(client, nil, { seed = 7 })
    assert.equal("validation", err.kind)
    assert.equal("b/two", err.model)
    assert.equal("seed", err.detail[1].loc[2])
    assert.equal("a/one b/two", tried(err))
    assert.equal("a/one b/two", asked(name))
  end)

  describe("that is to wait", function()
    it("waits as long as it may, and asks another one else", function()
      for seconds, expected in pairs {
        [4.9] = "a/one a/one", [5] = "a/one a/one", [5.1] = "a/one b/two",
        [61] = "a/one b/two", [86400 * 2] = "a/one b/two" } do
        local client, name = client_of({ limited(seconds), fine "x" },
          { max_retries = 1 })
        indoxhub.assert(ask(client))
        assert.equal(expected, asked(name))
      end
    end)

    it("reads what it is to wait from a date, too", function()
      for seconds, expected in pairs { [2] = "a/one a/one",
        [30] = "a/one b/two", [-5] = "a/one a/one" } do
        local date = os.date("!%a, %d %b %Y %H:%M:%S GMT",
          os.time() + seconds)
        local client, name = client_of({ limited(date), fine "x" },
          { max_retries = 1 })
        indoxhub.assert(ask(client))
        assert.equal(expected, asked(name))
      end
    end)

    it("has its patience from the call, or else from the client", function()
      for _, case in ipairs { { 20, nil, "a/one a/one" },
        { nil, 20, "a/one a/one" }, { 20, 0, "a/one b/two" },
        { 0, nil, "a/one b/two" } } do
        local client, name = client_of({ limited(10), fine "x" },
          { max_retries = 1, fallback_after = case[1] })
        indoxhub.assert(ask(client, { fallback_after = case[2] }))
        assert.equal(case[3], asked(name))
      end
    end)

    it("asks another one when the same one refuses again and again", function()
      local client, name = client_of({ limited(1), limited(1), fine "two" },
        { max_retries = 1 })
      indoxhub.assert(ask(client))
      assert.equal("a/one a/one b/two", asked(name))
      assert.same({ 1 }, scene.waits)
    end)

    it("waits for the last one as for any", function()
      local client, name = client_of({ limited(30), limited(30), limited(30),
        fine "three" }, { max_retries = 1 })
      indoxhub.assert(ask(client))
      assert.equal("a/one b/two c/three c/three", asked(name))
      assert.same({ 30 }, scene.waits)
    end)

    it("does not wait beyond the time of the call", function()
      local client, name = client_of({ limited(4), fine "two" },
        { max_retries = 1, timeout = { total = 3 } })
      indoxhub.assert(ask(client))
      assert.equal("a/one b/two", asked(name))
    end)
  end)

  it("ends with its time, whoever is asked then", function()
    local client = client_of({ BUSY, SILENT, fine "three" },
      { timeout = { total = 3 * FIRST_BYTE } })
    local _, err = ask(client)
    assert.equal("timeout", err.kind)
    assert.equal("total", err.code)
    assert.equal("b/two", err.model)
    assert.equal("a/one b/two", tried(err))
  end)

  describe("whose list", function()
    it("comes from the call, or else from the client", function()
      for _, case in ipairs {
        { nil, nil, "a/one b/two" }, { nil, { "x/y" }, "a/one x/y" },
        { {}, { "x/y" }, "a/one x/y" }, { false, { "x/y" }, "a/one x/y" },
        { nil, {}, "a/one" }, { nil, false, "a/one" }, { {}, nil, "a/one" },
        { false, nil, "a/one" } } do
        local given = {}
        if case[1] ~= nil then
          given.fallback = case[1]
        end
        local client, name = client_of({ BUSY, fine "x" }, given)
        ask(client, { fallback = case[2] })
        assert.equal(case[3], asked(name))
      end
    end)

    it("a derived client has, too, or another one, or none", function()
      for _, case in ipairs { { {}, "a/one b/two" },
        { { fallback = { "x/y" } }, "a/one x/y" },
        { { fallback = {} }, "a/one" }, { { fallback = false }, "a/one" } } do
        local client, name = client_of { BUSY, fine "x" }
        ask(client:with(case[1]))
        assert.equal(case[2], asked(name))
      end
    end)

    it("may name the model of the call, which is not asked twice", function()
      local client, name = client_of({ BUSY },
        { fallback = { "a/one", "b/two", "c/three" } })
      ask(client, nil, { model = "b/two" })
      assert.equal("b/two a/one c/three", asked(name))
    end)

    it("may be used without a model of the call", function()
      local client, name = client_of { BUSY }
      local _, err = client.chat:create { messages = MESSAGES }
      assert.equal("- b/two c/three", asked(name))
      assert.equal("- b/two c/three", tried(err))
      assert.equal("nil > b/two: unavailable", scene.events()[1])
    end)
  end)

  it("sends the same to each model, but its name", function()
    local read = 0
    local picture = indoxhub.reader(function()
      read = read + 1
      return read == 1 and "GIF89a" or nil
    end)
    local client, name = client_of { BUSY }
    local messages = { { role = "user", content = { { type = "image_url",
      image_url = picture } } } }
    ask(client, nil, { messages = messages, temperature = 0.5, seed = 7,
      provider = "openai" })
    local bodies = scene.bodies(name)
    assert.equal(3, #bodies)
    assert.equal("openai", bodies[1].provider)
    assert.equal("a/one", bodies[1].model)
    bodies[1].provider = nil
    for i, model in ipairs { "a/one", "b/two", "c/three" } do
      assert.equal(model, bodies[i].model)
      bodies[i].model = "a/one"
      assert.same(bodies[1], bodies[i])
    end
    assert.matches("^data:image/gif;base64,",
      bodies[3].messages[1].content[1].image_url)
  end)

  it("takes a name without a provider for one of the same", function()
    local client, name = client_of({ BUSY }, { fallback = { "two", "a/one",
      "c/three" } })
    local _, err = ask(client, nil, { model = "one", provider = "a" })
    local shown = {}
    for i, body in ipairs(scene.bodies(name)) do
      shown[i] = (body.provider or "-") .. " " .. body.model
    end
    -- "a/one" was asked.
    assert.same({ "a one", "a two", "- c/three" }, shown)
    assert.equal("a/one a/two c/three", tried(err))
  end)

  it("gives no provider the key of another", function()
    local client, name = client_of({ BUSY }, { fallback = { "b/two", "a/two",
      "three" } })
    local _, err = ask(client, nil, { byok_api_key = "sk-of-a" })
    assert.equal("a/one a/two", asked(name))
    assert.equal("sk-of-a", scene.bodies(name)[2].byok_api_key)
    assert.is_falsy(tostring(err.body):find("sk-of-a", 1, true))
    client, name = client_of { BUSY }
    client.chat:create { messages = MESSAGES, byok_api_key = "sk-of-a" }
    assert.equal("-", asked(name))
  end)

  it("names who answered where the server does not", function()
    local client = client_of { BUSY, fine(nil) }
    assert.equal("b/two", indoxhub.assert(ask(client)).model)
    client = client_of { fine(nil) }
    assert.equal("a/one", indoxhub.assert(ask(client)).model)
  end)

  it("is there for completions, embeddings and images", function()
    local replies = {
      completions = { "create", { prompt = "a" }, '{"data":"fine"}' },
      embeddings = { "create", { text = "a" }, '{"data":[[1,2]]}' },
      images = { "generate", { prompt = "a" }, '{"data":[{"url":"u"}]}' },
    }
    for resource, case in pairs(replies) do
      local client, name = client_of { BUSY,
        servers.last_reply("200 OK", case[3]) }
      case[2].model = "a/one"
      local object = client[resource]
      local reply = indoxhub.assert(object[case[1]](object, case[2]))
      assert.equal("b/two", reply.model)
      assert.equal("a/one b/two", asked(name))
    end
  end)

  it("is none for other calls", function()
    local client, name = client_of { BUSY }
    local _, err = client.audio:speak { input = "a", model = "a/one" }
    assert.equal("a/one", tried(err))
    client.videos:generate { prompt = "a", model = "a/one" }
    client:request { path = "x", json = { model = "a/one" } }
    assert.equal(3, scene.request_count(name))
    _, err = client.embeddings:batch({ "a", "b" }, { size = 2 })
    assert.equal("-", tried(err))
    for what, call in pairs {
      ["audio.speak"] = function(options)
        client.audio:speak({ input = "a" }, options)
      end,
      ["audio.transcribe"] = function(options)
        client.audio:transcribe({ file = "a.wav" }, options)
      end,
      ["videos.generate"] = function(options)
        client.videos:generate({ prompt = "a" }, options)
      end,
      ["models.list"] = function(options)
        client.models:list(options)
      end,
      ["client.request"] = function(options)
        client:request({ path = "x", json = {} }, options)
      end,
      ["embeddings.batch"] = function(options)
        client.embeddings:batch({ "a" }, options)
      end,
    } do
      for option, value in pairs { fallback = { "b/two" },
        fallback_after = 1 } do
        assert.error_matches(function()
          call { [option] = value }
        end, what .. ": option " .. option .. " is for calls that another "
          .. "model can answer: chat, completions, embeddings:create and "
          .. "images", nil, true)
      end
    end
  end)

  it("is refused where it is no list of models", function()
    for value, why in pairs {
      [{ "" }] = '%[1%] must be the name of a model, such as "provider/model"'
        .. ', not ""',
      [{ "a/b", " " }] = "%[2%] must be the name of a model",
      [{ "a/b", 5 }] = "%[2%] must be the name of a model.*, not 5",
      [{ "a\nb" }] = "%[1%] must not contain control characters",
      [{ "a/\255" }] = "%[1%] is not UTF%-8: byte 3 %(0xFF%)",
      [{ "a/b", "c/d", "a/b" }] = ' names "a/b" twice',
      [{ model = "a/b" }] = " must be a list of models without holes",
      [{ [2] = "a/b" }] = " must be a list of models without holes",
      ["a/b"] = ' must be a list of models, as { "provider/model" }, or '
        .. 'false, not "a/b"',
      [true] = " must be a list of models, .*, not true",
      [print] = " must be a list of models, .*, not a function",
    } do
      for _, call in ipairs {
        function() indoxhub.new { fallback = value } end,
        function() indoxhub.new():with { fallback = value } end,
        function() ask(indoxhub.new(), { fallback = value }) end,
        function() indoxhub.new():conversation { fallback = value } end,
      } do
        local ok, message = pcall(call)
        assert.is_false(ok)
        assert.matches("option fallback" .. why, message)
      end
    end
    for _, value in ipairs { -1, "5", 1 / 0, 0 / 0, false } do
      assert.error_matches(function()
        indoxhub.new { fallback_after = value }
      end, "option fallback_after must be seconds, 0 or more")
    end
    assert.error_matches(function()
      ask(indoxhub.new(), nil, { fallback = { "a/b" } })
    end, "chat.create: fallback is no field of the request but an option: " ..
      "put it into a second table", nil, true)
  end)

  describe("in a task", function()
    it("goes on to another model, too", function()
      indoxhub.run(function()
        assert_falls_back(BUSY)
      end)
    end)

    it("asks nobody else when the task is cancelled", function()
      local client, name = client_of { SILENT }
      indoxhub.run(function()
        local asking = indoxhub.spawn(ask, client)
        while scene.request_count(name) == 0 do
          indoxhub.sleep(0.001)
        end
        asking:cancel()
        local _, err = asking:await()
        assert.equal("cancelled", err.kind)
        assert.equal("a/one", tried(err))
      end)
      assert.equal(1, scene.request_count(name))
    end)

    it("asks nobody else when the client is closed", function()
      for _, first in ipairs { SILENT, { { "body" }, { "until", "never" } } } do
        local client, name = client_of { first }
        indoxhub.run(function()
          local asking = indoxhub.spawn(ask, client)
          while scene.request_count(name) == 0 do
            indoxhub.sleep(0.001)
          end
          client:close()
          local _, err = asking:await()
          assert.equal("cancelled", err.kind)
        end)
        assert.equal(1, scene.request_count(name))
      end
    end)
  end)
end)
