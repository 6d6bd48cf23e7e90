-- What the sandbox counts: usage, analytics, credits, the trend.
-- On two interpreters: the sandbox is another program, on lua5.4.
local ask = require "spec.sandbox.ask"
local during_tests = require "spec.support.during_tests"

describe("the sandbox's counting", function()
  local sandbox = during_tests(ask.start)
  local mini, claude

  local function today()
    return os.date("!%Y-%m-%d")
  end

  local function chat(account, question, model, session)
    return account:post("chat/completions", ask.chat(question, {
      model = model, additional_params = session
        and { session_id = session } }))
  end

  setup(function()
    mini = chat(sandbox, "2 + 2", "openai/gpt-4o-mini", "s-1")
    claude = chat(sandbox, "3 + 3", "anthropic/claude-haiku-4.5", "s-2")
    chat(sandbox, "4 + 4", "openai/gpt-4o-mini", "s-2")
    sandbox:post("embeddings", { text = "eight letters" })
    sandbox:post("images/generations", { prompt = "an owl" })
  end)

  local function rows(path, query)
    local reply = sandbox:get(path, query)
    local by_value = {}
    for _, row in ipairs(reply.results) do
      by_value[row.group_value or "none"] = row
    end
    return by_value, reply
  end

  it("sums up what was asked", function()
    local usage = sandbox:get("user/usage")
    assert.equal(5, usage.total_requests)
    assert.equal(3, usage.endpoints.chat.requests)
    assert.equal(1, usage.endpoints.embedding.requests)
    assert.equal(1, usage.endpoints.image.requests)
    assert.equal(4, usage.providers.openai.requests)
    local model = usage.models["anthropic/claude-haiku-4.5"]
    assert.equal("anthropic", model.provider)
    assert.equal("claude-haiku-4.5", model.model)
    assert.equal(claude.usage.total_tokens, model.tokens.total)
    assert.equal(usage.total_tokens.input + usage.total_tokens.output,
      usage.total_tokens.total)
    assert.equal(1, #usage.daily_usage)
    assert.equal(5, usage.daily_usage[1].requests)
    assert.equal(usage.total_cost, usage.daily_usage[1].cost)
    assert.is_true(math.abs(100 - usage.total_cost - usage.remaining_credits)
      < 1e-9)
    assert.equal(usage.remaining_credits, sandbox:get("user/me").credits)
  end)

  it("looks at the days that are asked for", function()
    assert.equal(0, sandbox:get("user/usage",
      { end_date = "2020-01-01" }).total_requests)
    assert.same({}, sandbox:get("user/usage",
      { start_date = "2999-01-01" }).daily_usage)
    assert.equal(5, sandbox:get("user/usage",
      { start_date = "2020-01-01", end_date = "2999-01-01" }).total_requests)
    assert.same({}, sandbox:get("analytics/usage",
      { start_date = "2999-01-01" }).results)
  end)

  it("shows usage in the rival shape", function()
    local usage = sandbox:get("user/usage", nil,
      { ["X-Sandbox-Shape"] = "tracking" })
    assert.equal(5, usage.total_requests)
    assert.is_number(usage.total_tokens)
    assert.equal(4, usage.by_provider.openai.requests)
    assert.equal(5, usage.current_period.requests)
  end)

  it("groups by what is asked for", function()
    local by, reply = rows("analytics/usage")
    assert.equal("date", reply.group_by)
    assert.equal(5, by[today()].count)
    by, reply = rows("analytics/usage", { group_by = "model" })
    assert.equal("model", reply.group_by)
    assert.equal(2, by["gpt-4o-mini"].count)
    local row = by["claude-haiku-4.5"]
    assert.equal(claude.usage.total_tokens, row.total_tokens)
    assert.equal(row.total_tokens_prompt + row.total_tokens_completion,
      row.total_tokens)
    assert.is_true(row.min_latency <= row.avg_latency
      and row.avg_latency <= row.max_latency)
    assert.is_string(row.first_timestamp)
    assert.equal(4, rows("analytics/usage",
      { group_by = "provider" }).openai.count)
    assert.equal(3, rows("analytics/usage",
      { group_by = "endpoint" }).chat.count)
    by = rows("analytics/usage", { group_by = "session_id" })
    assert.equal(2, by["s-2"].count)
    assert.equal(2, by.none.count)
    assert.equal(5, rows("analytics/usage",
      { group_by = "client_ip" })["127.0.0.1"].count)
  end)

  it("filters before it groups", function()
    local function count(query)
      query.group_by = "client_ip"
      local row, reply = rows("analytics/usage", query)
      return row["127.0.0.1"] and row["127.0.0.1"].count or 0, reply
    end
    assert.equal(4, (count { provider = "openai" }))
    assert.equal(2, (count { model = "gpt-4o-mini" }))
    assert.equal(1, (count { endpoint = "image" }))
    assert.equal(1, (count { session_id = "s-1" }))
    local none, reply = count { provider = "openai", session_id = "s-9" }
    assert.equal(0, none)
    assert.equal("s-9", reply.filters.session_id)
    assert.is_nil(reply.filters.model)
  end)

  it("shows requests and answers only ungrouped", function()
    local reply = sandbox:get("analytics/usage",
      { include_content = true, session_id = "s-1" })
    assert.is_nil(reply.group_by)
    assert.equal(1, #reply.results)
    local row = reply.results[1]
    assert.equal("2 + 2", row.request)
    assert.equal("2 + 2 is 4.", row.response)
    assert.equal(mini.usage.total_tokens, row.tokens_total)
    reply = sandbox:get("analytics/usage",
      { include_content = true, group_by = "model" })
    assert.is_nil(reply.results[1].request)
  end)

  it("knows sessions", function()
    local by, reply = rows("analytics/sessions")
    assert.equal(1, by["s-1"].count)
    assert.equal(2, by["s-2"].count)
    assert.equal(2, #reply.results)
    by, reply = rows("analytics/sessions", { session_id = "s-2" })
    assert.equal(2, by["s-2"].count)
    assert.is_nil(by["s-1"])
    assert.equal("s-2", reply.session_id)
    local status, message = sandbox:refused("GET", "analytics/sessions",
      { session_id = "s-9" })
    assert.equal(404, status)
    assert.truthy(message:find("no session s-9", 1, true))
    assert.equal(404, (sandbox:as("indox-nosy"):refused("GET",
      "analytics/sessions", { session_id = "s-1" })))
  end)

  it("compares models", function()
    local by, reply = rows("analytics/models")
    assert.equal(1, by["gpt-image-1"].count)
    assert.is_nil(reply.provider)
    by, reply = rows("analytics/models", { provider = "anthropic" })
    assert.equal(1, by["claude-haiku-4.5"].count)
    assert.is_nil(by["gpt-4o-mini"])
    assert.equal("anthropic", reply.provider)
  end)

  it("counts streams, also those that were stopped", function()
    local other = sandbox:as("indox-streams")
    other:curl("completions", "-d",
      '{"prompt":"count to 20","stream":true}')
    other:curl("completions", "-H", "X-Sandbox-Fail: cut:3", "-d",
      '{"prompt":"count to 20","stream":true}')
    local list = other:get("analytics/usage", { include_content = true,
      endpoint = "completion" }).results
    assert.equal("1 2 3", list[2].response)
    assert.truthy(list[1].response:find("^1 2 3 .* 20$"))
    assert.is_true(list[2].cost < list[1].cost)
  end)

  it("takes no money for the caller's own keys", function()
    local other = sandbox:as("indox-byok")
    other:post("completions", { prompt = "hi", byok_api_key = "sk-mine" })
    local usage = other:get("user/usage")
    assert.equal(1, usage.total_requests)
    assert.equal(0, usage.total_cost)
    assert.equal(100, usage.remaining_credits)
  end)

  it("stops where the credits end", function()
    local poor = sandbox:as("indox-poor")
    local little = { ["X-Sandbox-Credits"] = 0.05 }
    assert.equal(0.05, poor:get("user/me", nil, little).credits)
    poor:post("images/generations", { prompt = "x", n = 2 })
    local status, message = poor:refused("POST", "completions",
      { prompt = "hi" })
    assert.equal(402, status)
    assert.truthy(message:find("Insufficient credits", 1, true))
    assert.truthy(poor:post("completions",
      { prompt = "hi", byok_api_key = "sk-mine" }))
  end)

  it("lists transactions in pages", function()
    local all = sandbox:get("user/transactions", { limit = 100 })
    assert.equal(49, all.total_count)
    assert.equal(49, #all.transactions)
    assert.equal("credit_purchase", all.transactions[1].transaction_type)
    assert.equal("bonus", all.transactions[49].transaction_type)
    local sum, before = 0, "9999"
    for _, item in ipairs(all.transactions) do
      sum = sum + item.amount
      assert.is_true(item.created_at < before)
      before = item.created_at
    end
    assert.equal(100, sum)
    assert.equal(20, #sandbox:get("user/transactions").transactions)
    local page = sandbox:get("user/transactions", { limit = 1, offset = 1 })
    assert.equal(49, page.total_count)
    assert.equal(1, #page.transactions)
    assert.equal(all.transactions[2].id, page.transactions[1].id)
    assert.same({}, sandbox:get("user/transactions",
      { offset = 49 }).transactions)
  end)

  it("lists what brought any amount of credits", function()
    for credits, count in pairs { [0] = 1, [5] = 1, [5.5] = 2, [9] = 3,
      [1000000] = 49 } do
      local list = sandbox:as("indox-rich-" .. credits):get(
        "user/transactions", { limit = 100 },
        { ["X-Sandbox-Credits"] = credits }).transactions
      local sum = 0
      for _, item in ipairs(list) do
        assert.is_true(item.amount > 0 or credits == 0)
        sum = sum + item.amount
      end
      assert.equal(count, #list)
      assert.equal(credits, sum)
    end
  end)

  it("makes up days that came before, when asked", function()
    local old = sandbox:as("indox-old")
    local wanted = { ["X-Sandbox-History"] = 60 }
    local reply = old:get("analytics/usage", { start_date = "2020-01-01" },
      wanted)
    assert.is_true(#reply.results > 30 and #reply.results <= 61)
    local before, total = "", 0
    for _, row in ipairs(reply.results) do
      assert.is_true(row.group_value > before)
      before, total = row.group_value, total + row.count
      assert.is_true(row.total_cost > 0 and row.total_tokens > 0)
    end
    assert.is_true(before <= today())
    assert.is_true(total > 100)
    assert.equal(total, old:get("user/usage").total_requests)
    assert.equal(100, old:get("user/me").credits)
    local models = old:get("analytics/models",
      { start_date = "2020-01-01" }).results
    assert.is_true(#models > 2)
    local again = sandbox:as("indox-old-too"):get("analytics/usage",
      { start_date = "2020-01-01" }, wanted)
    assert.equal(#reply.results, #again.results)
    assert.equal(reply.results[1].total_cost, again.results[1].total_cost)
    for _, wrong in ipairs { "-1", "x", "1.5", "9999" } do
      local status, message = old:refused("GET", "user/me", nil,
        { ["X-Sandbox-History"] = wrong })
      assert.equal(400, status)
      assert.truthy(message:find("takes whole days up to 3650", 1, true))
    end
  end)

  it("knows the trend of all accounts", function()
    local other = ask.start()
    assert.same({}, other:get("models/trending"))
    for i = 1, 3 do
      chat(other:as("indox-" .. i), "hi", "mistral/mistral-small-latest")
    end
    chat(other, "hi", "openai/gpt-4.1")
    local list = other:as(""):get("models/trending")
    assert.equal("mistral-small-latest", list[1].model)
    assert.equal(3, list[1].request_count)
    assert.is_true(list[1].total_tokens > 0)
    assert.equal("gpt-4.1", list[2].model)
    assert.equal(1, #other:get("models/trending", { limit = 1 }))
    local wrapped = other:get("models/trending", { days = 30 },
      { ["X-Sandbox-Shape"] = "wrapped" })
    assert.equal(30, wrapped.days)
    assert.equal(2, #wrapped.models)
    other:stop()
  end)
end)
