-- The gateway: who may ask, for what, and how answers look.
local gateways = require "spec.runtime.gateway.server"
local json = require "indoxhub.base.json"
local keys = require "spec.runtime.gateway.keys"
local programs = require "spec.support.programs"
local redis = require "spec.support.redis"
local servers = require "spec.support.servers"

local MODEL = "openai/gpt-4o-mini"

local function question(text, more)
  local body = { model = MODEL,
    messages = { { role = "user", content = text or "What is 6 * 7?" } } }
  for name, value in pairs(more or {}) do
    body[name] = value
  end
  return body
end

describe("gateway", function()
  local store, sandbox, gateway, key

  setup(function()
    store = redis.start()
    sandbox = servers.sandbox "--pace 0"
    gateway = gateways.start { redis = store, base = sandbox.url, workers = 2 }
    key = keys.add(store)
  end)

  teardown(function()
    assert.equal("", gateway:stop { "too large body",
      "requests_per_minute must be a number" })
    servers.kill(sandbox)
    store:stop()
  end)

  local function ask(path, options)
    options = options or {}
    options.key = options.key or key
    return gateway:ask(path, options)
  end

  -- Data of the events of a stream.
  local function events_of(text)
    local list = {}
    for data in text:gmatch "data: ([^\n]*)\n" do
      list[#list + 1] = data
    end
    return list
  end

  it("answers a chat in OpenAI's form", function()
    local status, body, head = ask("/v1/chat/completions",
      { json = question() })
    assert.equal(200, status)
    assert.equal("chat.completion", body.object)
    assert.equal(MODEL, body.model)
    assert.same({ role = "assistant", content = "6 * 7 is 42." },
      body.choices[1].message)
    assert.equal("stop", body.choices[1].finish_reason)
    assert.equal(7, body.usage.total_tokens)
    assert.is_true(body.usage.cost > 0)
    assert.truthy(head:lower():find("x%-request%-id: %x+"))
  end)

  it("answers a stream in OpenAI's form", function()
    local status, body, head = ask("/v1/chat/completions", { json = question(
      "count to 4", { stream = true,
        stream_options = { include_usage = true } }) })
    assert.equal(200, status)
    assert.truthy(head:find("text/event-stream", 1, true))
    local events, text = events_of(body), {}
    assert.equal("[DONE]", table.remove(events))
    local usage = json.decode(table.remove(events))
    assert.same({}, usage.choices)
    assert.is_true(usage.usage.total_tokens > 0)
    for i, data in ipairs(events) do
      local chunk = json.decode(data)
      assert.equal("chat.completion.chunk", chunk.object)
      text[i] = chunk.choices[1].delta.content or ""
      assert.equal(i == #events and "stop" or nil,
        chunk.choices[1].finish_reason)
    end
    assert.equal("1 2 3 4", table.concat(text))
  end)

  it("answers the API's own paths in the API's own form", function()
    local status, body = ask("/api/v1/chat/completions", { json = question() })
    assert.equal(200, status)
    assert.equal("6 * 7 is 42.", body.data)
    assert.equal(7, body.usage.tokens_total)
    local _, text = ask("/api/v1/chat/completions", { json = question(
      "count to 4", { stream = true }) })
    local events = events_of(text)
    assert.equal("[DONE]", events[#events])
    local said = {}
    for i = 1, #events - 1 do
      said[i] = json.decode(events[i]).data
    end
    assert.equal("1 2 3 4", table.concat(said))
  end)

  it("lists models, as far as a key may ask them", function()
    local status, body = ask "/v1/models"
    assert.equal(200, status)
    assert.is_true(#body.data > 10)
    assert.equal(MODEL, (select(2, ask("/v1/models/" .. MODEL))).id)
    assert.equal("text_completions", (select(2, ask("/v1/models/" .. MODEL)))
      .category)
    local some = keys.add(store, { models = MODEL })
    body = select(2, ask("/v1/models", { key = some }))
    assert.equal(1, #body.data)
    assert.equal(404, (ask("/v1/models/openai/gpt-4o", { key = some })))
    assert.equal(200, (ask "/api/v1/models/"))
    assert.equal(200, (ask "/api/v1/models/openai"))
  end)

  it("refuses models that a key may not ask, however they are named", function()
    local some = keys.add(store, { models = MODEL })
    local function try(fields)
      local body = question(nil, fields)
      return ask("/v1/chat/completions", { key = some, json = body })
    end
    assert.equal(200, (try {}))
    assert.equal(200, (try { model = "gpt-4o-mini", provider = "openai" }))
    local status, body = try { model = "openai/gpt-4o" }
    assert.equal(403, status)
    assert.equal("model_not_allowed", body.error.code)
    assert.equal(403, (try { model = "gpt-4o-mini", provider = "azure" }))
    assert.equal(400, (try { models = { "openai/gpt-4o" } }))
    assert.equal(400, (try { additional_params = { model = "openai/gpt-4o" } }))
    assert.equal(400, (try { model = { "openai/gpt-4o" } }))
    local without = question()
    without.model = nil
    status, body = ask("/v1/chat/completions", { key = some, json = without })
    assert.equal(400, status)
    assert.equal("model", body.error.param)
  end)

  describe("keys", function()
    it("are wanted, whole and known", function()
      for _, wrong in ipairs { "ihg-" .. ("0"):rep(63) .. "x", "short",
        key .. "0", key:sub(1, -2), key:upper(), gateways.UPSTREAM_KEY } do
        local status, body = gateway:ask("/v1/models", { key = wrong })
        assert.equal(401, status)
        assert.equal("invalid_api_key", body.error.code)
      end
      assert.equal(401, (gateway:ask "/v1/models"))
      for _, flags in ipairs { "-H 'Authorization: Basic " .. key .. "'",
        "-H 'Authorization: Bearer'",
        ("-H 'Authorization: Bearer %s' -H 'Authorization: Bearer %s'")
          :format(key, key) } do
        local status = gateway:ask("/v1/models", { flags = flags })
        assert.is_true(status == 401 or status == 400)
      end
    end)

    it("are known by their digest only, and never logged", function()
      ask("/v1/chat/completions", { json = question() })
      ask("/v1/chat/completions?api_key=" .. key, { json = question() })
      assert.equal("", store:cli("--scan --pattern '*" .. key .. "*'"))
      for _, secret in ipairs { key, gateways.UPSTREAM_KEY } do
        assert.is_nil(gateway:log():find(secret, 1, true))
        for _, line in ipairs(gateway:accesses()) do
          assert.is_nil(json.encode(line):find(secret, 1, true))
        end
      end
    end)

    it("that are stored badly are refused, never unbounded", function()
      local bad = keys.add(store, { requests_per_minute = "many" })
      local status, body = gateway:ask("/v1/models", { key = bad })
      assert.equal(500, status)
      assert.equal("server_error", body.error.type)
    end)

    it("may go on for a while when they are revoked, and no longer", function()
      local quick = gateways.start { redis = store, base = sandbox.url,
        lua = "{ key_cache = 0.2 }" }
      local token, digest = keys.add(store)
      assert.equal(200, (quick:ask("/v1/models", { key = token })))
      store:cli("DEL indoxhub:key:" .. digest)
      servers.wait_until(function()
        return (quick:ask("/v1/models", { key = token })) == 401
      end, "the key to be unknown")
      assert.equal("", quick:stop())
    end)

    it("are told in the access log by their name", function()
      local token = keys.add(store, { })
      ask("/v1/chat/completions", { key = token, json = question() })
      servers.wait_until(function()
        local list = gateway:accesses()
        local last = list[#list]
        return last.path == "/v1/chat/completions" and last.status == "200"
          and last.key:find "^key%d+$" and last.operation == "chat"
          and #last.id == 32
      end, "the line of the access log")
    end)
  end)

  describe("paths", function()
    it("that lead to the account are not there, in any writing", function()
      for _, path in ipairs { "/api/v1/user/me", "/api/v1/user/api-keys",
        "/v1/user/me", "/api/v1/analytics/usage", "/api/v1/auth/token",
        "/api/v1/mcp", "/v1/responses", "/", "/admin",
        "/api/v1/models/../user/me", "/api/v1/models/%2e%2e/user/me",
        "/api/v1/models/%252e%252e/user/me", "/api/v1/%75ser/me",
        "/api/v1/%2575ser/me", "/api/v1/models/..%2fuser%2fme",
        "/api/v1/models/..%252fuser%252fme", "/api/v1//user/me",
        "/v1/models/openai/%2e%2e%2f%2e%2e%2fuser%2fme",
        "/api/v1/models/openai%3fx=1", "/api/v1/models/openai%23",
        "/api/v1/videos/jobs", "/api/v1/chat/stop-stream/x",
        "/api/v1/videos/jobs/..%2f..%2fuser%2fme",
        "/api/v1/models/openai%00", "/api/v1/models/a%0d%0ab" } do
        local status, body = ask(path, { flags = "--path-as-is" })
        assert.is_true(status == 404 or status == 400, path .. status)
        assert.is_nil(tostring(body):find("indox-", 1, true))
      end
    end)

    it("take their own methods only", function()
      assert.equal(405, (ask("/v1/chat/completions")))
      assert.equal(405, (ask("/v1/models", { flags = "-X DELETE" })))
    end)
  end)

  it("refuses what is malformed, and what is too large", function()
    for _, body in ipairs { "", "{", "[]", "1", '"x"', "null",
      ("["):rep(20000), '{"messages":"hi"}', '{"messages":[1]}',
      '{"messages":[{"role":"user","content":"hi"}],"temprature":1}',
      '{"stream":"yes","messages":[]}', '{"model":{},"messages":[]}' } do
      local status, said = ask("/v1/chat/completions", { body = body })
      assert.equal(400, status, body)
      assert.equal("invalid_request_error", said.error.type)
    end
    for body, wanted in pairs {
      ['{}'] = { "messages", "messages is required" },
      ['{"messages":[{"role":"user","content":"x"}],"temperature":"x"}'] = {
        "temperature", 'temperature must be a number, not "x"' },
      ['{"messages":[{"role":"usr","content":"x"}]}'] = { "messages",
        'messages[1].role "usr" is misspelt' } } do
      local _, said = ask("/v1/chat/completions", { body = body })
      assert.equal(wanted[1], said.error.param)
      assert.equal(wanted[2], said.error.message:sub(1, #wanted[2]))
      assert.is_nil(said.error.message:find "{ role")
    end
    local _, none = ask("/v1/embeddings", { body = '{"input":[]}' })
    assert.same({ "input", "input must not be empty" },
      { none.error.param, none.error.message })
    local status, said = ask("/v1/chat/completions", {
      flags = "-X POST -H 'Content-Type: application/json' --data-binary "
        .. "@" .. gateway.folder .. "/large" }, os.execute(
        "head -c 100000000 /dev/zero >" .. gateway.folder .. "/large"))
    assert.equal(413, status)
    assert.equal("invalid_request_error", said.error.type)
  end)

  it("tells in one form what the model refuses, and nothing more", function()
    local status, body = ask("/v1/chat/completions", { json = question(nil,
      { model = "openai/gpt-none" }) })
    assert.equal(404, status)
    assert.equal("model_not_found", body.error.code)
    local closed = gateways.start { redis = store,
      base = "http://127.0.0.1:1/v1" }
    status, body = closed:ask("/v1/chat/completions",
      { key = key, json = question() })
    assert.equal(502, status)
    assert.same({ type = "upstream_error", code = "network",
      message = "the model gave no answer" }, body.error)
    status = closed:ask("/v1/chat/completions", { key = key,
      json = question(nil, { stream = true }) })
    assert.equal(502, status)
    assert.equal("", closed:stop())
  end)

  it("tells that the model is busy, and until when", function()
    local raw = servers.raw()
    local busy = gateways.start { redis = store, base = raw:script("v1",
      servers.last_reply("429 Too Many Requests", "{}",
      "Retry-After: 120\r\n")) }
    for _, is_stream in ipairs { false, true } do
      local status, body, head = busy:ask("/v1/chat/completions", { key = key,
        json = question(nil, { stream = is_stream }) })
      assert.equal(503, status)
      assert.same({ type = "upstream_busy", code = "rate_limit",
        message = "the model is busy" }, body.error)
      assert.truthy(head:lower():find("retry-after: 120\r\n", 1, true))
    end
    assert.equal("", busy:stop())
    raw:stop()
  end)

  it("passes a traceparent on, if it is one", function()
    local raw = servers.raw()
    local answer = servers.json('{"choices":[{"message":{"role":'
      .. '"assistant","content":"x"},"finish_reason":"stop"}]}')
    local traced = gateways.start { redis = store,
      base = raw:script("v1", answer) }
    local good = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    for text, is_passed in pairs { [good] = true, [good:upper()] = false,
      ["00-" .. ("0"):rep(32) .. "-b7ad6b7169203331-01"] = false,
      [good .. "-x"] = false, ["x\ty: z"] = false } do
      local before = #raw:got "v1"
      assert.equal(200, (traced:ask("/v1/chat/completions", { key = key,
        json = question(), flags = ("-H 'traceparent: %s'"):format(text) })))
      local got = raw:got("v1"):sub(before + 1)
      assert.equal(is_passed, got:find(text, 1, true) ~= nil, text)
      assert.is_nil(got:find(key, 1, true))
    end
    assert.equal("", traced:stop())
    raw:stop()
  end)

  it("shows jobs to the key only that made them", function()
    local other = keys.add(store)
    local status, body = ask("/api/v1/videos/generations",
      { json = { prompt = "an owl" } })
    assert.equal(200, status)
    local path = "/api/v1/videos/jobs/" .. body.data.job_id
    assert.equal(200, (ask(path)))
    local _, unknown = ask("/api/v1/videos/jobs/none", { key = other })
    status, body = ask(path, { key = other })
    assert.equal(404, status)
    assert.same(unknown, body)
    assert.equal(404, (ask(path .. "/cancel", { key = other,
      flags = "-X POST" })))
    assert.equal(200, (ask(path .. "/cancel", { flags = "-X POST" })))
  end)

  it("counts, for Prometheus, and says how it is", function()
    local status, text = gateway:ask "/metrics"
    assert.equal(200, status)
    for _, line in ipairs {
      'indoxhub_gateway_requests_total{operation="chat",status="200"} %d+',
      'indoxhub_gateway_tokens_total{model="openai/gpt%-4o%-mini"} %d+',
      'indoxhub_gateway_cost_dollars_total{model="openai/gpt%-4o%-mini"} %d',
      'indoxhub_gateway_first_piece_seconds_bucket{le="%+Inf"} %d+',
      "# TYPE indoxhub_gateway_first_piece_seconds histogram",
    } do
      assert.truthy(text:find(line), line)
    end
    status, text = gateway:ask "/health"
    assert.equal(200, status)
    assert.equal("ok", text.store)
  end)
end)

describe("a gateway of the specs", function()
  it("leaves no worker when it is killed, as a spec that fails does",
  function()
    local gateway = gateways.start { workers = 2 }
    local workers = gateway:workers()
    assert.equal(2, #workers)
    servers.kill(gateway.process)
    for _, pid in ipairs(workers) do
      programs.wait_for_end(pid)
    end
    gateway:stop()
  end)
end)
