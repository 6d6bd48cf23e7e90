local json = require "indoxhub.base.json"
local options = require "indoxhub.api.params.options"

describe("a timeout", function()
  local function wrong(value)
    local phases, message = options.timeout(value)
    assert.is_nil(phases)
    return message
  end

  it("changes nothing when none is given", function()
    assert.same({}, options.timeout(nil))
    assert.same({}, options.timeout {})
  end)

  it("is the total when it is a number", function()
    assert.same({ total = 2.5 }, options.timeout(2.5))
    assert.same({ total = 0.1 }, options.timeout(0.1))
  end)

  it("has no total when it is false", function()
    assert.same({ total = false }, options.timeout(false))
  end)

  it("changes only the phases that a table names", function()
    local given = { idle = 3, connect = false }
    local phases = options.timeout(given)
    assert.same({ idle = 3, connect = false }, phases)
    assert.not_equal(given, phases)
  end)

  it("is refused when it is no time", function()
    for _, value in ipairs { 0, -1, 0 / 0, "5", true, print } do
      assert.matches("^timeout must be seconds, false, or a table of connect, "
        .. "first_byte, idle, total; it is ", wrong(value))
    end
    for _, value in ipairs { 0, -1, 0 / 0, "5", true } do
      assert.matches("^timeout%.idle must be seconds above 0, or false; it is ",
        wrong { idle = value })
    end
  end)

  it("is refused when its phase is unknown", function()
    assert.equal("timeout.read is unknown; known: connect, first_byte, idle, "
      .. "total", wrong { read = 5 })
    assert.matches("^timeout%.1 is unknown", wrong { 5 })
  end)
end)

describe("options", function()
  local KNOWN = { base_url = "string", strict = "boolean", api_key = "key",
    headers = "headers", query = "query", max_bytes = "bytes", json = "any",
    timeout = "timeout", slash = { "auto", "on" } }

  local function wrong(name, value)
    return options.check({ [name] = value }, KNOWN)
  end

  it("are fine when each is of its type", function()
    local fine = { base_url = "x", strict = false, api_key = "k",
      headers = { Accept = "text/plain", ["X-Count"] = 3 },
      query = { a = "x", b = 1, c = false }, max_bytes = 1, json = print,
      timeout = 5, slash = "on" }
    assert.is_nil(options.check(fine, KNOWN))
    assert.is_nil(options.check({}, KNOWN))
    assert.is_nil(wrong("api_key", function() end))
  end)

  it("are a table", function()
    assert.equal("options must be a table, not a string",
      options.check("x", KNOWN))
    assert.equal("options must be a table, not a number",
      options.check(5, KNOWN))
  end)

  it("are known by name", function()
    assert.equal("unknown option verbose; known: api_key, base_url, headers, "
      .. "json, max_bytes, query, slash, strict, timeout",
      wrong("verbose", true))
    assert.matches("^unknown option 1; known:", wrong(1, "x"))
  end)

  it("are guessed when they are misspelt", function()
    assert.equal("unknown option base-url: did you mean base_url?",
      wrong("base-url", "x"))
    assert.equal("unknown option timout: did you mean timeout?",
      wrong("timout", 1))
  end)

  it("are refused by name when their type is wrong", function()
    assert.equal("option base_url must be a string, not 5",
      wrong("base_url", 5))
    assert.equal("option strict must be true or false, not 1",
      wrong("strict", 1))
    assert.equal('option slash must be one of "auto", "on", not "off"',
      wrong("slash", "off"))
    for _, size in ipairs { 0, -1, 1.5, "1", math.huge } do
      assert.matches("^option max_bytes must be a number of bytes above 0",
        wrong("max_bytes", size))
    end
  end)

  it("never show the key", function()
    local message = wrong("api_key", 12345678)
    assert.equal("option api_key must be a string or a function that returns "
      .. "one", message)
  end)

  it("have headers that are headers", function()
    assert.matches("^option headers must be a table", wrong("headers", "x"))
    for _, name in ipairs { "a b", "a:b", "", "a\r\nb", "\195\184" } do
      assert.matches("^option headers has the field .*, which is no header",
        wrong("headers", { [name] = "x" }))
    end
    for _, value in ipairs { "a\r\nX-Other: b", "a\nb", "a\rb", "a\0b", true,
      {} } do
      assert.matches('^option headers has the field "X", which is no header',
        wrong("headers", { X = value }))
    end
    assert.matches("which is no header", wrong("headers", { "Accept: x" }))
  end)

  it("do not show the value of a header, which may be a secret", function()
    local message = wrong("headers", { Authorization = "Bearer s3cret\n" })
    assert.is_nil(message:find("s3cret", 1, true))
  end)

  it("have queries of names and plain values", function()
    assert.matches("^option query must be a table", wrong("query", "a=b"))
    for _, value in ipairs { {}, print } do
      assert.matches("^option query has a = a %l+; values are strings, "
        .. "numbers or booleans", wrong("query", { a = value }))
    end
    assert.matches("^option query has 1 = ", wrong("query", { "x" }))
  end)

  it("have no value in a query that cannot be written", function()
    for _, value in ipairs { json.null, coroutine.create(function() end),
      io.stdout } do
      local message = wrong("query", { a = value })
      assert.is_string(message, type(value))
      assert.matches("^option query has a = ", message)
    end
  end)

  it("say what is wrong without saying that a table is no table", function()
    assert.is_nil(wrong("headers", { ["a b"] = "x" }):find("not a table"))
    assert.is_nil(wrong("query", { a = {} }):find("not a table"))
  end)

  it("have times that are above 0", function()
    local known = { pause = "seconds", limit = "limit" }
    local function times(name, value)
      return options.check({ [name] = value }, known)
    end
    assert.is_nil(options.check({ pause = 0.1, limit = false }, known))
    assert.is_nil(times("limit", 5))
    for _, value in ipairs { 0, -1, 0 / 0, math.huge, "1", true } do
      assert.matches("^option pause must be seconds above 0, not ",
        times("pause", value))
      assert.matches("^option limit must be seconds above 0, or false for no "
        .. "limit, not ", times("limit", value))
    end
    assert.truthy(times("pause", false))
  end)

  it("may hold the options of a wait", function()
    local function waits(value)
      return options.check({ wait = value }, { wait = "wait" })
    end
    for _, fine in ipairs { true, {}, { interval = 1, timeout = false } } do
      assert.is_nil(waits(fine))
    end
    assert.is_nil(waits(false))
    assert.equal("option wait must be true, or a table of options of " ..
      "videos:wait, not 1", waits(1))
    assert.equal("option wait is wrong: option interval must be seconds " ..
      "above 0, not 0", waits { interval = 0 })
    assert.matches("^option wait is wrong: unknown option wait; known: ",
      waits { wait = true })
  end)
end)
