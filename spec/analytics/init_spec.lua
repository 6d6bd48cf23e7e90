-- The query builder: what it asks for, against a server that keeps what it was
-- asked, and what it finds, against the sandbox.
local indoxhub = require "indoxhub"
local json = require "indoxhub.base.json"
local misuse = require "spec.support.misuse"
local servers = require "spec.support.servers"

describe("an analytics query", function()
  local raw, client
  local count = 0

  setup(function()
    raw = servers.raw()
    client = indoxhub.new { api_key = "indox-test",
      base_url = "http://127.0.0.1:1" }
  end)

  teardown(function()
    raw:stop()
  end)

  -- 2026-03-31 12:00 UTC.
  local NOON = 20543 * 86400 + 43200

  local function query(with_client)
    return (with_client or client).analytics:query {
      clock = function() return NOON end }
  end

  -- What a query asks for: the path, and its fields.
  local function asked(build, options)
    count = count + 1
    local name = "query" .. count
    raw:script(name, servers.last_reply("200 OK", '{"results":[]}'))
    local other = indoxhub.new { api_key = "indox-test",
      base_url = raw:base(name) }
    indoxhub.assert(build(query(other)):fetch(options))
    local path, text = raw:got(name):match("^GET /" .. name
      .. "/([^ ?]*)%??(%S*) ")
    local fields = {}
    for field, value in text:gmatch("([^&=]+)=([^&]*)") do
      fields[field] = value
    end
    other:close()
    return path, fields, name
  end

  local function asks(expected, build)
    local _, fields = asked(build)
    assert.same(expected, fields)
  end

  it("asks for everything when nothing is said", function()
    local path, fields = asked(function(q) return q end)
    assert.equal("analytics/usage", path)
    assert.same({}, fields)
  end)

  it("asks for the last days, months and years", function()
    for period, day in pairs { ["30d"] = "2026-03-01", ["12h"] = "2026-03-31",
      ["13h"] = "2026-03-30", ["2w"] = "2026-03-17", ["1m"] = "2026-02-28",
      ["1y"] = "2025-03-31" } do
      asks({ start_date = day }, function(q) return q:last(period) end)
    end
  end)

  it("reckons them back from the day it ends, if that is said", function()
    asks({ start_date = "2024-02-29", end_date = "2024-03-31" }, function(q)
      return q:last("1m"):to("2024-03-31")
    end)
    asks({ start_date = "2024-03-31", end_date = "2024-03-31" }, function(q)
      return q:last("12h"):to("2024-03-31")
    end)
    asks({ start_date = "2024-03-01", end_date = "2024-03-31" }, function(q)
      return q:to("2024-03-31"):last("30d")
    end)
  end)

  it("asks for days, whatever the zone they are told in", function()
    asks({ start_date = "2026-01-01" }, function(q)
      return q:from("2026-01-01")
    end)
    asks({ start_date = "2025-12-31", end_date = "2026-02-01" }, function(q)
      return q:between("2026-01-01T00:30:00+01:00", 1769904000)
    end)
  end)

  it("replaces a time by a later one", function()
    asks({ start_date = "2026-01-01" }, function(q)
      return q:last("30d"):from("2026-01-01")
    end)
    asks({ start_date = "2026-03-24" }, function(q)
      return q:from("2020-01-01"):last("7d")
    end)
    asks({ start_date = "2020-01-01", end_date = "2020-01-02" }, function(q)
      return q:from("2026-01-01"):last("1d"):to("2020-01-02")
    end)
    asks({ start_date = "2026-01-01", end_date = "2026-01-01" }, function(q)
      return q:between("2026-01-01", "2026-01-01T23:59:59Z")
    end)
    asks({ start_date = "2026-01-01", end_date = "2026-01-02" }, function(q)
      return q:last("30d"):between("2026-01-01", "2026-01-02")
    end)
  end)

  it("asks for groups and filters", function()
    asks({ group_by = "model", provider = "openai", endpoint = "chat" },
      function(q)
        return q:by("model"):where { provider = "openai" }
          :where { endpoint = "chat" }
      end)
    asks({ provider = "openai", model = "gpt-4o-mini" }, function(q)
      return q:where { model = "openai/gpt-4o-mini" }
    end)
    asks({ provider = "openai", model = "gpt-4o" }, function(q)
      return q:where { model = "openai/gpt-4o", provider = "openai" }
    end)
    asks({ provider = "openrouter", model = "meta%2Fllama" }, function(q)
      return q:where { model = "meta/llama", provider = "openrouter" }
    end)
    asks({ include_content = "true" }, function(q) return q:content() end)
  end)

  it("asks for sessions and models", function()
    local path, fields = asked(function(q)
      return q:last("7d"):sessions():where { session_id = "s 1" }
    end)
    assert.equal("analytics/sessions", path)
    assert.same({ start_date = "2026-03-24", session_id = "s%201" }, fields)
    path, fields = asked(function(q)
      return q:models():where { provider = "openai" }
    end)
    assert.equal("analytics/models", path)
    assert.same({ provider = "openai" }, fields)
  end)

  it("never changes: each method makes another", function()
    local base = query():last("30d")
    local by = base:by("model")
    local filter = { provider = "openai" }
    local filtered = base:where(filter)
    filter.provider = "mistral"
    assert.not_equal(base, by)
    asks({ start_date = "2026-03-01" }, function(q)
      local kept = q:last("30d")
      kept:by("model"):where { provider = "x" }:to("2026-03-31")
      return kept
    end)
    assert.equal("openai", filtered._state.filters.provider)
    assert.is_nil(by._state.filters.provider)
  end)

  it("looks at the clock when it asks", function()
    local now = NOON
    count = count + 1
    local name = "query" .. count
    raw:script(name, servers.last_reply("200 OK", '{"results":[]}'))
    local other = indoxhub.new { api_key = "k", base_url = raw:base(name) }
    local kept = other.analytics:query { clock = function() return now end }
      :last("1d")
    indoxhub.assert(kept:fetch())
    now = now + 10 * 86400
    indoxhub.assert(kept:fetch())
    assert.truthy(raw:got(name):find("start_date=2026-03-30", 1, true))
    assert.truthy(raw:got(name):find("start_date=2026-04-09", 1, true))
    other:close()
  end)

  it("takes the options of a call", function()
    local _, _, name = asked(function(q) return q end,
      { headers = { ["X-Team"] = "owls" }, timeout = 20 })
    assert.truthy(raw:got(name):find("X-Team: owls", 1, true))
  end)

  it("returns errors as they are, and one for a reply without rows", function()
    local function fetch(status, body)
      count = count + 1
      local base = raw:script("query" .. count,
        servers.last_reply(status, body))
      return indoxhub.new { api_key = "k", base_url = base, max_retries = 0 }
        .analytics:query():fetch()
    end
    local found, err = fetch("422 No", '{"detail":[{"msg":"bad day"}]}')
    assert.is_nil(found)
    assert.equal("validation", err.kind)
    assert.equal("analytics.usage", err.operation)
    for _, body in ipairs { "{}", '{"results":null}', '{"results":"x"}' } do
      found, err = fetch("200 OK", body)
      assert.is_nil(found)
      assert.equal("protocol", err.kind)
      assert.equal("analytics.usage", err.operation)
    end
  end)

  it("refuses what is no date or period, where it is said", function()
    misuse('analytics.query: last must be a number and a unit, such as ' ..
      '"30d" (h hours, d days, w weeks, m months, y years), not "x"',
      function() query():last("x") end)
    misuse('analytics.query: from has no day 31, as that month has 28 ' ..
      'days: "2026-02-31"', function() query():from("2026-02-31") end)
    misuse('analytics.query: to must be a date such as "2026-01-31", or a ' ..
      'time such as "2026-01-31T18:00:00Z", not "now"',
      function() query():to("now") end)
    misuse('analytics.query: between: the second has no month 13: ' ..
      '"2026-13-01"', function() query():between("2026-01-01", "2026-13-01")
      end)
    misuse("analytics.query: from is after to: 2026-02-02 is after " ..
      "2026-02-01", function()
        query():to("2026-02-01"):from("2026-02-02")
      end)
    misuse("analytics.query: from is after to: 2026-02-02 is after " ..
      "2026-02-01", function()
        query():between("2026-02-02", "2026-02-01")
      end)
    misuse("analytics.query: last 2026y goes back before the year 1",
      function() query():last("2026y"):fetch() end)
    misuse("analytics.query: the clock must return seconds since 1970, not " ..
      "nil", function()
        client.analytics:query({ clock = function() end }):last("1d"):fetch()
      end)
  end)

  it("refuses what the API does not take, where it is said", function()
    misuse('analytics.query: by must be one of "date", "model", ' ..
      '"provider", "endpoint", "session_id", "client_ip", not "day"',
      function() query():by("day") end)
    misuse("analytics.query: where expects a table such as " ..
      '{ provider = "openai" }, not "x"', function() query():where("x") end)
    misuse("analytics.query: where: unknown filter provder: did you mean " ..
      "provider?", function() query():where { provder = "x" } end)
    misuse("analytics.query: where.model must be a string, not 5",
      function() query():where { model = 5 } end)
    misuse('analytics.query: where.endpoint must be one of "chat", ' ..
      '"completion", "embedding", "image", not "audio"',
      function() query():where { endpoint = "audio" } end)
    misuse("analytics.query: where.model must be a string, not null",
      function() query():where { model = json.null } end)
    misuse("analytics.query: sessions() groups by session_id, so by() has " ..
      "no place", function() query():by("model"):sessions() end)
    misuse("analytics.query: models() can be filtered by provider only, " ..
      "not by session_id", function()
        query():where({ session_id = "x" }):models()
      end)
    misuse("analytics.query: models() has no content",
      function() query():models():content() end)
    misuse("analytics.query: content() lists single calls, which by() " ..
      "would group", function() query():content():by("model") end)
  end)

  it("refuses wrong use at the caller's line", function()
    misuse("analytics.query: unknown option timout: did you mean timeout?",
      function() query():fetch { timout = 1 } end)
    misuse("analytics.query: unknown option clok: did you mean clock?",
      function() client.analytics:query { clok = 1 } end)
    misuse("call it with a colon, as client.analytics:query(...)",
      function() client.analytics.query() end)
    for _, method in ipairs { "last", "from", "to", "between", "by", "where",
      "content", "sessions", "models", "fetch" } do
      misuse("call it with a colon, as query:" .. method .. "(...)",
        function()
          local made = query()
          made[method]("x")
        end)
    end
  end)

  describe("of the sandbox", function()
    local sandbox, other

    setup(function()
      sandbox = servers.sandbox("--pace 0")
      other = indoxhub.new { api_key = "indox-test", base_url = sandbox.url }
      for _, model in ipairs { "openai/gpt-4o-mini",
        "anthropic/claude-haiku-4.5", "openai/gpt-4o-mini" } do
        indoxhub.assert(other.chat:create { model = model,
          session_id = "s-1", messages = {
            { role = "user", content = "2 + 2" } } })
      end
    end)

    teardown(function()
      other:close()
      servers.kill(sandbox)
    end)

    it("finds rows for each grouping", function()
      local base = other.analytics:query():last("30d")
      local rows = indoxhub.assert(base:by("model"):fetch())
      assert.equal(2, #rows)
      assert.equal("gpt-4o-mini", rows[1].model)
      assert.equal(2, rows[1].count)
      assert.is_true(rows[1].total_cost > 0)
      assert.equal(os.date("!%Y-%m-%d"),
        indoxhub.assert(base:fetch())[1].date)
      for group, value in pairs { provider = "openai", endpoint = "chat",
        session_id = "s-1", client_ip = "127.0.0.1" } do
        rows = indoxhub.assert(base:by(group):fetch())
        assert.equal(value, rows[1][group])
        assert.equal(group, rows.columns[1])
      end
      assert.equal("2 + 2 is 4.",
        indoxhub.assert(base:content():fetch())[1].response)
      assert.equal("s-1",
        indoxhub.assert(base:sessions():fetch())[1].session_id)
      rows = indoxhub.assert(base:models()
        :where { provider = "anthropic" }:fetch())
      assert.equal("claude-haiku-4.5", rows[1].model)
      assert.is_nil(rows[2])
      rows = indoxhub.assert(base:where { model = "openai/gpt-4o-mini" }
        :by("provider"):fetch())
      assert.equal(2, rows[1].count)
      assert.is_string(rows:table() .. rows:chart() .. rows:csv())
    end)

    it("finds none where there are none", function()
      local rows = indoxhub.assert(other.analytics:query()
        :between("2020-01-01", "2020-02-29"):by("model"):fetch())
      assert.equal(0, #rows)
      assert.matches("%(no rows%)$", rows:table())
      assert.matches("^model,count,", rows:csv())
    end)

    it("waits in a task as every call does", function()
      local results = indoxhub.gather { function()
        return other.analytics:query():fetch()
      end, function()
        return other.analytics:query():by("model"):fetch()
      end }
      assert.equal(1, #results[1])
      assert.equal(2, #results[2])
    end)
  end)
end)
