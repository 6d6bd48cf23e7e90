-- What calls have used: counted where answers tell it.
local calls = require "indoxhub.call"
local errors = require "indoxhub.base.errors"
local events = require "spec.support.events"
local fallbacks = require "spec.support.fallbacks"
local indoxhub = require "indoxhub"
local json = require "indoxhub.base.json"
local servers = require "spec.support.servers"
local spending = require "indoxhub.call.spending"
local tool_answers = require "spec.support.tool_answers"

local MESSAGES, refusal = fallbacks.MESSAGES, fallbacks.refusal
local body, fine, used = fallbacks.body, fallbacks.fine_for, fallbacks.used

-- A stream with figures at its begin and at its end.
local STARTED = events.frame('{"type":"usage_start","usage":{'
  .. '"tokens_prompt":3,"tokens_total":3,"cost":0.25}}')
local STREAM = servers.EVENTS_HEAD .. events.chunk "a" .. events.frame(
  '{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}')
  .. events.frame '{"choices":[],"usage":{"total_tokens":7,"cost":0.5}}'
  .. events.done

describe("client:spent", function()
  local scene = fallbacks.scene()

  local function client_of(answers, options)
    local given = { fallback = {} }
    for name, value in pairs(options or {}) do
      given[name] = value
    end
    return scene.client(answers, given)
  end

  local function ask(client, options)
    return client.chat:create({ messages = MESSAGES }, options)
  end

  local function spent(cost, tokens, requests)
    return { cost = cost, tokens = tokens, requests = requests }
  end

  it("tells nothing before the first call, and is a table of its own",
    function()
      local client = indoxhub.new()
      local told = client:spent()
      assert.same(spent(0, 0, 0), told)
      told.cost = 5
      assert.same(spent(0, 0, 0), client:spent())
    end)

  it("adds up what answers tell", function()
    local client = client_of { fine(0.5, 10), servers.last_reply("200 OK",
      '{"data":"a","usage":{"cost":0.25,"tokens_total":7.0}}') }
    indoxhub.assert(ask(client))
    assert.same(spent(0.5, 10, 1), client:spent())
    indoxhub.assert(ask(client))
    assert.same(spent(0.75, 17, 2), client:spent())
    assert.equal("17", tostring(client:spent().tokens)) -- and not 17.0
    assert.equal("2", tostring(client:spent().requests))
  end)

  it("counts whatever a model is paid for", function()
    local usage = used(0.5, 10)
    local replies = {
      { "completions", "create", { prompt = "a" }, { data = "b" } },
      { "embeddings", "create", { text = "a" }, { data = { { 1, 2 } } } },
      { "embeddings", "batch", { "a" }, { data = { { 1, 2 } } } },
      { "images", "generate", { prompt = "a" }, { data = { { url = "u" } } } },
      { "audio", "speak", { input = "a" }, { data = { url = "u" } } },
      { "audio", "transcribe", { file = indoxhub.bytes "RIFF" },
        { data = { text = "a" } } },
      { "audio", "translate", { file = indoxhub.bytes "RIFF" },
        { data = { text = "a" } } },
      { "videos", "generate", { prompt = "a" }, { data = { job_id = "j" } } },
    }
    for _, case in ipairs(replies) do
      case[4].usage = usage
      local client = client_of { body(case[4]) }
      local resource = client[case[1]]
      indoxhub.assert(resource[case[2]](resource, case[3]))
      assert.same(spent(0.5, 10, 1), client:spent(), case[1])
    end
    local client = client_of { body { usage = { prompt_tokens = 4,
      completion_tokens = 6, total_tokens = 10, cost = 0.5 } } }
    local reply = indoxhub.assert(client:request { path = "x", json = {} })
    assert.same(spent(0.5, 10, 1), client:spent())
    assert.is_nil(reply.usage.tokens_total) -- it stays as it came
  end)

  it("knows figures by any of their names", function()
    for _, usage in ipairs { { input_tokens = 4, output_tokens = 6,
      cost_usd = 0.5 }, { prompt_tokens = "4", completion_tokens = "6",
      cost = "0.5" }, { tokens_prompt = 4, tokens_completion = 6,
      cost = 0.5 }, { prompt_tokens = 10, cost = 0.5 } } do
      local client = client_of { body { data = "a", usage = usage } }
      indoxhub.assert(ask(client))
      assert.same(spent(0.5, 10, 1), client:spent())
    end
  end)

  it("does not believe what no figure is", function()
    local client = client_of {
      body { data = "a", usage = used(-5, -3) },
      body { data = "a", usage = used(1e300, 1e300) },
      body { data = "a", usage = used("much", true) },
      servers.last_reply("200 OK", '{"data":"a","usage":[1,2]}'),
      servers.last_reply("200 OK", '{"data":"a","usage":"much"}'),
      body { data = "a" } }
    for _ = 1, 6 do
      indoxhub.assert(ask(client))
    end
    assert.same(spent(0, 0, 6), client:spent())
  end)

  it("does not take what an account has used for what a call did", function()
    local client = client_of { body { status = "ok", usage = used(99, 99) } }
    indoxhub.assert(client.user:usage())
    indoxhub.assert(client.user:me())
    indoxhub.assert(client:request { path = "user/usage" })
    assert.same(spent(0, 0, 3), client:spent())
  end)

  it("counts a job that is looked at again once", function()
    local client = client_of {
      body { usage = used(0.5, 0), data = { job_id = "j" } },
      body { job_id = "j", status = "in_progress", usage = used(0.5, 0) },
      body { job_id = "j", status = "completed", usage = used(0.75, 0) },
      body { job_id = "j", status = "completed", usage = used(0.75, 0) },
      body { job_id = "k", status = "completed", usage = used(0.25, 0) } }
    indoxhub.assert(client.videos:generate { prompt = "a" })
    for _, id in ipairs { "j", "j", "j", "k" } do
      indoxhub.assert(client.videos:job(id))
    end
    assert.same(spent(1, 0, 5), client:spent())
  end)

  it("counts each try that was sent, and what a failed one tells", function()
    local client = client_of({ refusal "503 Service Unavailable",
      refusal("503 Service Unavailable", nil, json.encode {
        detail = "no", usage = used(0.25, 3) }), fine(0.5, 10) },
      { max_retries = 2 })
    indoxhub.assert(ask(client))
    assert.same(spent(0.75, 13, 3), client:spent())
  end)

  it("counts no request that never left", function()
    local client = indoxhub.new { api_key = "indox-test",
      base_url = "http://127.0.0.1:1", max_retries = 0 }
    assert.equal("network", select(2, ask(client)).kind)
    assert.same(spent(0, 0, 0), client:spent())
  end)

  it("counts an answer that will not do", function()
    local client = client_of {
      body { data = { { 1 }, { 2 } }, usage = used(0.5, 10) } }
    local _, err = client.embeddings:create { text = { "a" } }
    assert.equal("protocol", err.kind)
    assert.same(spent(0.5, 10, 1), client:spent())
  end)

  it("counts what fallbacks, tools and repairs cost", function()
    local client = scene.client { refusal "500 Internal Server Error",
      fine(0.5, 10) }
    indoxhub.assert(ask(client))
    assert.same(spent(0.5, 10, 2), client:spent())

    local tool = indoxhub.tool { name = "add", run = function() return "1" end }
    for way, render in pairs { send = tool_answers.as_body,
      stream = tool_answers.as_stream } do
      client = client_of { render(tool_answers.calls { "add", "{}" }),
        render(tool_answers.says '{"n":1}') }
      local got = indoxhub.assert(client:conversation { tools = { tool } }[way](
        client:conversation { tools = { tool } }, "1?"))
      local reply = way == "stream" and indoxhub.assert(got:reply()) or got
      assert.equal(1, #reply.steps)
      assert.same(spent(1, 30, 2), client:spent(), way)
    end

    client = client_of { tool_answers.as_body(tool_answers.says "none"),
      tool_answers.as_body(tool_answers.says '{"n":1}') }
    local reply = indoxhub.assert(ask(client, { schema = { type = "object" } }))
    assert.equal(1, reply.parsed.n)
    assert.same(spent(1, 30, 2), client:spent())
  end)

  describe("of a stream", function()
    local function open(answers, options)
      local client = client_of(answers, options)
      return indoxhub.assert(client.chat:stream { messages = MESSAGES }), client
    end

    it("counts what it tells, at its end", function()
      local stream, client = open { STREAM }
      assert.same(spent(0, 0, 1), client:spent())
      indoxhub.assert(stream:reply())
      assert.same(spent(0.5, 7, 1), client:spent())
      stream:close()
      assert.same(spent(0.5, 7, 1), client:spent())
    end)

    it("counts one that came as a whole once", function()
      local stream, client = open { fine(0.5, 10) }
      indoxhub.assert(stream:reply())
      assert.same(spent(0.5, 10, 1), client:spent())
      -- The same in a conversation, which looks at it again.
      client = client_of { fine(0.5, 10) }
      indoxhub.assert(indoxhub.assert(
        client:conversation():stream "Hi"):reply())
      assert.same(spent(0.5, 10, 1), client:spent())
    end)

    it("counts what was told before it is closed or breaks", function()
      local begun = servers.EVENTS_HEAD .. STARTED
        .. events.frame '{"type":"content","data":"a"}'
      for how, answer in pairs {
        close = { { "body" }, { "send", begun }, { "hold" } },
        cut = { { "body" }, { "send", begun }, { "close" } },
        failure = begun .. events.frame '{"error":{"code":500}}' } do
        local stream, client = open { answer }
        assert.equal("a", (stream:next()))
        if how == "close" then
          stream:close()
        else
          assert.is_nil((stream:next()))
        end
        assert.same(spent(0.25, 3, 1), client:spent(), how)
      end
    end)

    it("counts what has come and was not read when it is closed", function()
      local stream, client = open { servers.EVENTS_HEAD .. events.chunk "a"
        .. events.chunk "b" .. STREAM:sub(#servers.EVENTS_HEAD + 1) }
      assert.equal("a", (stream:next()))
      servers.wait_until(function()
        indoxhub.step(0)
        return stream._transfer:result()
      end, "the end of the answer")
      stream:close()
      assert.same(spent(0.5, 7, 1), client:spent())
      -- Or before any of it was read.
      stream, client = open { STREAM }
      servers.wait_until(function()
        indoxhub.step(0)
        return stream._transfer:result()
      end, "the end of the answer")
      stream:close()
      local _, err = stream:next()
      assert.equal("cancelled", err.kind)
      assert.equal("", err.partial)
      assert.equal(7, err.usage.tokens_total)
      assert.same(spent(0.5, 7, 1), client:spent())
    end)

    it("counts the one that was refused, too, before it was opened again",
      function()
        local refused = servers.EVENTS_HEAD .. STARTED
          .. events.frame '{"error":{"code":503}}'
        local stream, client = open({ refused, STREAM }, { max_retries = 1 })
        indoxhub.assert(stream:reply())
        assert.same(spent(0.75, 10, 2), client:spent())
        -- Or in vain.
        stream, client = open({ refused, refusal "400 Bad Request" },
          { max_retries = 1 })
        assert.equal("invalid_request", select(2, stream:reply()).kind)
        assert.same(spent(0.25, 3, 2), client:spent())
      end)
  end)

  describe("of a derived client", function()
    it("is that of the client", function()
      local client = client_of { fine(0.5, 10) }
      local derived = client:with { timeout = 30 }
      indoxhub.assert(ask(derived))
      indoxhub.assert(ask(client))
      indoxhub.assert(ask(derived:with { headers = {} }))
      for _, one in ipairs { client, derived } do
        assert.same(spent(1.5, 30, 3), one:spent())
      end
    end)

    it("begins anew with a budget of its own, and counts for both", function()
      local client = client_of { fine(0.5, 10) }
      indoxhub.assert(ask(client))
      local part = client:with { budget = {} }
      assert.same(spent(0, 0, 0), part:spent())
      indoxhub.assert(ask(part))
      indoxhub.assert(ask(part:with { timeout = 30 }))
      assert.same(spent(1, 20, 2), part:spent())
      assert.same(spent(1.5, 30, 3), client:spent())
    end)
  end)

  it("does not count what is played back", function()
    local counter = spending.of_client { cost = 1 }
    local function begin()
      return calls.begin({ settings = { options = {}, timeouts = {},
        base = {}, spending = counter } }, { name = "chat.create",
        method = "POST", path = "x", costs = "call" }, {})
    end
    local function run(call, answer, err)
      return calls.run(call, function(_, attempt)
        attempt.unsent, attempt.answer = false, answer
        return not err and { usage = used(5, 5) } or nil, err
      end)
    end
    local call = begin()
    indoxhub.assert(run(call, { recorded = true }))
    call:count({ recorded = true }, { usage = used(5, 5) })
    call.recorded = true
    indoxhub.assert(run(call))
    -- What failed is not tried again.
    local _, err = run(call, nil, errors.new("unavailable", "busy",
      { usage = used(5, 5) }))
    assert.equal(1, #err.attempts)
    assert.same(spent(0, 0, 0), spending.told(counter))
    indoxhub.assert(run(begin(), {}))
    assert.same(spent(5, 5, 1), spending.told(counter))
    assert.equal("budget", select(2, run(begin(), {})).kind)
    indoxhub.assert(run(call)) -- costs nothing
  end)
end)
