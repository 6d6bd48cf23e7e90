-- Budgets: what is held back when one is used up, and what is not.
local fallbacks = require "spec.support.fallbacks"
local indoxhub = require "indoxhub"
local json = require "indoxhub.base.json"
local tool_answers = require "spec.support.tool_answers"

local MESSAGES, refusal = fallbacks.MESSAGES, fallbacks.refusal
local body, fine, used = fallbacks.body, fallbacks.fine_for, fallbacks.used

describe("a budget", function()
  local scene = fallbacks.scene()

  local function client_of(answers, budget, options)
    local given = { fallback = {}, budget = budget }
    for name, value in pairs(options or {}) do
      given[name] = value
    end
    return scene.client(answers, given)
  end

  local function ask(client, options)
    return client.chat:create({ messages = MESSAGES }, options)
  end

  local function assert_refused(code, _, err)
    assert.equal("budget", err.kind)
    assert.equal(code, err.code)
    assert.is_false(err.retryable)
    return err
  end

  it("lets calls begin until it is used up", function()
    for code, budget in pairs { cost = { cost = 1.2 }, tokens = { tokens = 25 },
      [1] = { cost = 99, tokens = 30 }, [2] = { cost = 1.5, tokens = 99 } } do
      local client, name = client_of({ fine(0.5, 10) }, budget)
      for _ = 1, 3 do
        indoxhub.assert(ask(client))
      end
      code = code == 1 and "tokens" or code == 2 and "cost" or code
      local err = assert_refused(code, ask(client))
      assert.equal("chat.create", err.operation)
      assert.same({}, err.attempts)
      assert.equal(3, scene.request_count(name))
      assert.equal(3, client:spent().requests)
    end
  end)

  it("says what was used, of how much, and what to do", function()
    local client = client_of({ fine(1.5, 1234567) }, { cost = 1, tokens = 1e6 })
    indoxhub.assert(ask(client))
    local _, err = ask(client)
    assert.equal("chat.create: budget: the client has used 1.5 of its budget "
      .. "of 1 (cost); client:spent() tells what was used; a client with a "
      .. "larger budget can go on", tostring(err))
    client = client_of({ fine(1.5, 1234567) }, { tokens = 1e6 })
    indoxhub.assert(ask(client))
    _, err = ask(client)
    assert.matches("the client has used 1234567 of its budget of 1000000 "
      .. "(tokens)", tostring(err), nil, true)
  end)

  it("of nothing lets nothing begin", function()
    local client, name = client_of({ fine(0, 0) }, { cost = 0 })
    assert_refused("cost", ask(client))
    assert.equal(0, scene.request_count(name))
  end)

  it("holds whatever asks a model", function()
    local client, name = client_of({ fine(1, 1) }, { cost = 0 })
    local fields = { prompt = "a", text = "a", input = "a" }
    for _, case in ipairs { { "completions", "create", "prompt" },
      { "completions", "stream", "prompt" }, { "embeddings", "create", "text" },
      { "images", "generate", "prompt" }, { "audio", "speak", "input" },
      { "videos", "generate", "prompt" } } do
      local resource, field = client[case[1]], case[3]
      assert_refused("cost", resource[case[2]](resource,
        { [field] = fields[field] }))
    end
    assert_refused("cost", client.chat:stream { messages = MESSAGES })
    assert_refused("cost", client.embeddings:batch { "a", "b" })
    assert_refused("cost", client.audio:transcribe {
      file = indoxhub.bytes "RIFF" })
    assert_refused("cost", client:request { path = "x", json = {} })
    assert_refused("cost", client:request { path = "x", json = {},
      stream = true })
    local talk = client:conversation()
    assert_refused("cost", talk:send "Hi")
    assert_refused("cost", talk:stream "Hi")
    assert.equal(0, #talk:messages())
    assert.equal("", scene.raw:got(name))
  end)

  it("lets pass what costs nothing", function()
    local client, name = client_of({ body { status = "ok", job_id = "j",
      data = {} } }, { cost = 0 })
    indoxhub.assert(client.user:me())
    indoxhub.assert(client.models:list())
    indoxhub.assert(client.videos:job "j")
    indoxhub.assert(client.videos:cancel "j")
    indoxhub.assert(client.user:create_api_key { name = "k" })
    indoxhub.assert(client:request { path = "x" })
    indoxhub.assert(client:request { path = "x", method = "DELETE" })
    assert.equal(7, scene.request_count(name))
  end)

  it("holds tries and other models of a call, too", function()
    local dear = refusal("503 Service Unavailable", nil, json.encode {
      detail = "no", usage = used(5, 5) })
    local client, name = client_of({ dear, fine(1, 1) }, { cost = 5 },
      { max_retries = 2 })
    local err = assert_refused("cost", ask(client))
    assert.equal(1, #err.attempts)
    assert.equal(503, err.attempts[1].status)
    assert.equal(1, scene.request_count(name))
    client, name = client_of({ dear, fine(1, 1) }, { cost = 5 },
      { fallback = { "b/two" } })
    err = assert_refused("cost", ask(client))
    assert.equal(1, #err.attempts)
    assert.equal(1, scene.request_count(name))
  end)

  it("ends a turn whose tools have cost too much", function()
    local answer = tool_answers.as_body(tool_answers.calls { "add", "{}" })
    local client = client_of({ answer }, { cost = 1.2 })
    local talk = client:conversation { tools = { indoxhub.tool { name = "add",
      run = function() return "1" end } } }
    local err = assert_refused("cost", talk:send "1?")
    assert.equal(3, #err.steps)
    assert.equal(1.5, err.usage.cost)
    assert.equal(1.5, client:spent().cost)
  end)

  it("may be passed by calls that run already", function()
    local client, name = client_of({ fine(1, 1) }, { cost = 1 })
    indoxhub.run(function()
      local tasks = {}
      for i = 1, 3 do
        tasks[i] = indoxhub.spawn(ask, client)
      end
      for i = 1, 3 do
        assert.equal("fine", tasks[i]:await().data)
      end
      assert_refused("cost", ask(client))
    end)
    assert.equal(3, client:spent().cost)
    assert.equal(3, scene.request_count(name))
  end)

  describe("of a client that others derive from", function()
    it("is theirs, too", function()
      local client = client_of({ fine(1, 1) }, { cost = 2 })
      local derived = client:with { timeout = 30 }
      indoxhub.assert(ask(derived))
      indoxhub.assert(ask(client))
      assert_refused("cost", ask(derived))
      assert_refused("cost", ask(client))
    end)

    it("holds beside one of their own", function()
      local client = client_of({ fine(1, 1) }, { cost = 3 })
      local part = client:with { budget = { cost = 1 } }
      indoxhub.assert(ask(part))
      assert_refused("cost", ask(part))
      assert.matches("used 1 of its budget of 1",
        tostring(select(2, ask(part))))
      indoxhub.assert(ask(client)) -- has more
      local rich = client:with { budget = { cost = 99 } }
      indoxhub.assert(ask(rich))
      local _, err = ask(rich)
      assert.matches("used 3 of its budget of 3", tostring(err))
      assert_refused("cost", ask(client:with { budget = {} }))
    end)

    it("can be given again and again by one without", function()
      local root = client_of { fine(1, 1) }
      for i = 1, 2 do
        local part = root:with { budget = { cost = 1 } }
        indoxhub.assert(ask(part))
        assert_refused("cost", ask(part))
        assert.equal(i, root:spent().cost)
      end
    end)
  end)

  it("is copied, and cannot be changed behind the client", function()
    local budget = { cost = 1 }
    local client = client_of({ fine(1, 1) }, budget)
    budget.cost = 99
    indoxhub.assert(ask(client))
    assert_refused("cost", ask(client))
    assert.error_matches(function()
      client.budget = { cost = 5 }
    end, "client.budget cannot be set: give it to indoxhub.new, or use "
      .. "client:with{ budget = ... }", nil, true)
  end)

  it("warns once when nobody tells what was spent of it", function()
    local warnings = {}
    local client = client_of({ body { data = "a",
      usage = { tokens_total = 5 } } }, { cost = 1 }, {
        log = function(event)
          if event.name == "warning" then
            warnings[#warnings + 1] = event.message
          end
        end })
    indoxhub.assert(ask(client))
    indoxhub.assert(ask(client))
    assert.same({ "an answer tells what it used, but no cost: budget.cost "
      .. "cannot count it" }, warnings)
  end)

  it("is refused where it is none", function()
    for value, why in pairs {
      [5] = " must be a table of limits, as { cost = 5 }, not 5",
      ["5"] = ' must be a table of limits, as { cost = 5 }, not "5"',
      [false] = " must be a table of limits, as { cost = 5 }, not false",
      [{ usd = 5 }] = ' has "usd", which is no limit; known: cost, tokens',
      [{ 5 }] = " has 1, which is no limit; known: cost, tokens",
      [{ cost = "5" }] = '.cost must be a number, 0 or more, not "5"',
      [{ cost = -1 }] = ".cost must be a number, 0 or more, not -1",
      [{ tokens = 1 / 0 }] = ".tokens must be a number, 0 or more, not inf",
      [{ tokens = 0 / 0 }] = ".tokens must be a number, 0 or more, not ",
    } do
      for _, make in ipairs { indoxhub.new, function(given)
        indoxhub.new():with(given)
      end } do
        assert.error_matches(function()
          make { budget = value }
        end, "option budget" .. why, nil, true)
      end
    end
    assert.error_matches(function()
      ask(indoxhub.new(), { budget = { cost = 1 } })
    end, "chat.create: option budget is one of a client: give it to " ..
      "indoxhub.new or client:with", nil, true)
  end)
end)
