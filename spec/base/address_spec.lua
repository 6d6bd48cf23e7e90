local address = require "indoxhub.base.address"

local function base(text)
  local result, message = address.base(text)
  assert.is_nil(message)
  return result
end

local function refusal(text)
  local result, message = address.base(text)
  assert.is_nil(result, text)
  return message
end

describe("encoding a part of an address", function()
  it("leaves letters, digits and four marks", function()
    local plain = "azAZ09-._~"
    assert.equal(plain, address.encode(plain))
  end)

  it("writes every other byte as a percent sign and two digits", function()
    assert.equal("claude-4%3Athinking", address.encode "claude-4:thinking")
    assert.equal("a%2Fb%20c%3Fd%23e%25f%2B%26%3D", address.encode
      "a/b c?d#e%f+&=")
    assert.equal("%C3%B8%00%0A", address.encode "\195\184\0\n")
  end)

  it("gives one value", function()
    assert.equal(1, select("#", address.encode "a b"))
  end)
end)

describe("a query", function()
  it("is nothing when there is nothing to ask", function()
    assert.equal("", address.query(nil))
    assert.equal("", address.query {})
  end)

  it("has its names in order", function()
    assert.equal("?a=1&b=2&c=3", address.query { c = 3, a = 1, b = 2 })
  end)

  it("writes whole numbers without a fraction", function()
    assert.equal("?limit=21&skip=0", address.query { limit = 21.0, skip = 0 })
    assert.equal("?x=-1.5", address.query { x = -1.5 })
  end)

  it("writes booleans, also false", function()
    assert.equal("?a=false&b=true", address.query { a = false, b = true })
  end)

  it("encodes names and values", function()
    assert.equal("?a%20b=c%26d%3De", address.query { ["a b"] = "c&d=e" })
  end)

  it("takes any number", function()
    assert.equal("?x=1e300", address.query { x = 1e300 })
    assert.equal("?x=123456789012345", address.query { x = 123456789012345 })
  end)
end)

describe("a base URL", function()
  it("is kept without a slash at its end", function()
    assert.equal("https://api.example.test/api/v1",
      base("https://api.example.test/api/v1").url)
    assert.equal("https://api.example.test/api/v1",
      base("https://api.example.test/api/v1//").url)
  end)

  it("gets the API's path when it is only a host", function()
    assert.equal("https://example.test/api/v1",
      base("https://example.test").url)
    assert.equal("http://localhost:9050/api/v1",
      base("http://localhost:9050/").url)
  end)

  it("knows its origin and its host, in lower case", function()
    local one = base("HTTPS://API.Example.Test:8443/API/v1")
    assert.equal("https://api.example.test:8443", one.origin)
    assert.equal("api.example.test", one.host)
    assert.equal("https://api.example.test:8443/API/v1", one.url)
  end)

  it("may name a host by address", function()
    assert.equal("10.0.0.1", base("http://10.0.0.1:80/v1").host)
    assert.equal("[::1]", base("http://[::1]:9050/v1").host)
    assert.equal("[2001:db8::1]", base("https://[2001:DB8::1]").host)
  end)

  it("begins with a scheme that can carry a call", function()
    for _, text in ipairs { "", "example.test", "//example.test",
      "ftp://example.test", "file:///etc/passwd", "unix:/run/socket",
      "https:example.test", "://example.test", "httpx://example.test" } do
      assert.equal("must begin with https:// or http://, as "
        .. "https://example.com does", refusal(text))
    end
  end)

  it("has nothing in it that is not an address", function()
    for _, text in ipairs { "https://example.test/a b", "https://exa\nmple",
      "https://example.test/\0", "https://example.test/\127", "https:// " } do
      assert.equal("must not contain blanks or control characters",
        refusal(text))
    end
    for _, text in ipairs { "https://example.test/?a=1",
      "https://example.test#top", "https://example.test?" } do
      assert.equal("must not contain a query or a fragment", refusal(text))
    end
  end)

  it("has no user and no password, which would be logged somewhere", function()
    for _, text in ipairs { "https://me@example.test", "https://@example.test",
      "https://me:secret@example.test/v1" } do
      assert.equal("must not contain a user name or password", refusal(text))
    end
    assert.equal("https://example.test/a@b", base("https://example.test/a@b")
      .url)
  end)

  it("names one host and at most a port", function()
    for _, text in ipairs { "https://", "https:///api/v1", "https://:443",
      "https://example.test:", "https://example.test:http",
      "https://a:1:2", "https://a:0", "https://a:65536", "https://[::1",
      "https://[]", "https://[x]",
      "https://[::1]x", "https://::1" } do
      assert.equal("must name a host, and a port from 1 to 65535 at most",
        refusal(text), text)
    end
  end)
end)

describe("an origin", function()
  it("is the same for addresses of one server", function()
    for _, text in ipairs { "https://example.test", "https://example.test/a?b",
      "HTTPS://EXAMPLE.TEST:443/", "https://example.test:0443#x",
      "https://example.test:" } do
      assert.equal("https://example.test:443", address.origin(text), text)
    end
    assert.equal("http://[::1]:80", address.origin "http://[::1]/x")
    assert.equal("http://[::1]:8080", address.origin "http://[::1]:8080")
  end)

  it("differs by scheme, host, port, and by what hides another host", function()
    for _, text in ipairs { "http://example.test", "https://example.test:444",
      "https://example.test.", "https://sub.example.test",
      "https://me@example.test", "https://example.test:443@evil.test",
      "https://example.test\\@evil.test", "https://evil.test/example.test",
      "https://evil.test?example.test" } do
      assert.are_not.equal("https://example.test:443", address.origin(text))
    end
  end)

  it("is nothing for what is no absolute address", function()
    for _, text in ipairs { "", "/a", "//example.test", "mailto:a@b" } do
      assert.is_nil(address.origin(text))
    end
  end)
end)

describe("where a redirect leads", function()
  local FROM = "http://example.test:81/api/v1/chat?limit=1"

  it("is seen from where it was given", function()
    for location, expected in pairs {
      ["/x/y"] = "http://example.test:81/x/y",
      ["x/y"] = "http://example.test:81/api/v1/x/y",
      ["./x"] = "http://example.test:81/api/v1/x",
      ["../x/"] = "http://example.test:81/api/x/",
      ["../../../../x"] = "http://example.test:81/x",
      [".."] = "http://example.test:81/api/",
      ["?b=2"] = "http://example.test:81/api/v1/chat?b=2",
      [""] = "http://example.test:81/api/v1/chat",
      ["#top"] = "http://example.test:81/api/v1/chat",
      ["/x?a=/../b#c"] = "http://example.test:81/x?a=/../b",
      ["//other.test/x"] = "http://other.test/x",
      ["https://other.test/a/../b"] = "https://other.test/a/../b",
    } do
      assert.equal(expected, address.resolve(FROM, location), location)
    end
    assert.equal("http://example.test/x",
      address.resolve("http://example.test", "x"))
  end)

  it("cannot be told from garbage", function()
    for _, location in ipairs { "a b", "/x\n", "http:/x", "javascript:alert(1)",
      "mailto:a@b.test", "/x, /y", "\0" } do
      assert.is_nil(address.resolve(FROM, location), location)
    end
  end)
end)

describe("a key", function()
  it("may be sent where nobody can read along", function()
    for _, text in ipairs { "https://example.test", "http://localhost",
      "http://localhost:9050/v1", "http://LOCALHOST", "http://127.0.0.1:8080",
      "http://127.8.9.10", "http://[::1]:80", "http://api.localhost",
    } do
      assert.is_true(base(text).secure, text)
    end
  end)

  it("may not be sent in the clear to another machine", function()
    for _, text in ipairs { "http://example.test", "http://10.0.0.1",
      "http://128.0.0.1", "http://1127.0.0.1", "http://[2001:db8::1]",
      "http://localhost.example.test", "http://mylocalhost",
      "http://127x.example.test",
    } do
      assert.is_false(base(text).secure, text)
    end
  end)

  it("may not be sent to a name that only looks like this machine", function()
    for _, text in ipairs { "http://127.0.0.1.example.test",
      "http://127.example.test" } do
      assert.is_false(base(text).secure, text)
    end
  end)
end)

describe("the flavour of a base", function()
  it("is compatible with OpenAI when its path ends in /v1", function()
    for _, text in ipairs { "https://api.indoxhub.com/v1",
      "https://example.test/v1/", "https://example.test/deep/v1",
      "https://example.test/myapi/v1" } do
      assert.is_true(base(text).compatible, text)
    end
  end)

  it("is the vendor's own otherwise", function()
    for _, text in ipairs { "https://example.test",
      "https://api.indoxhub.com/api/v1", "https://example.test/x/api/v1",
      "https://example.test/v1beta", "https://example.test/v11",
      "https://example.test/xv1" } do
      assert.is_false(base(text).compatible, text)
    end
  end)

  it("is hosted by the vendor on the vendor's names only", function()
    for _, text in ipairs { "https://api.indoxhub.com", "https://indoxhub.com",
      "https://dev-api.IndoxHub.com:8443/v1" } do
      assert.is_true(base(text).hosted, text)
    end
    for _, text in ipairs { "https://indoxhub.com.example.test",
      "https://myindoxhub.com", "https://indoxhub.example.test",
      "http://localhost", "https://example.test/indoxhub.com" } do
      assert.is_false(base(text).hosted, text)
    end
  end)
end)

describe("the path of a call", function()
  local hosted = base("https://api.indoxhub.com")
  local elsewhere = base("http://localhost:9050")

  local function path(where, text, slash, arguments)
    return address.path(where, address.fill(text, arguments or {}), slash)
  end

  it("ends in a slash at the vendor's", function()
    assert.equal("chat/completions/", path(hosted, "chat/completions", "auto"))
    assert.equal("models/", path(hosted, "models/", "auto"))
  end)

  it("is as documented elsewhere", function()
    assert.equal("chat/completions",
      path(elsewhere, "chat/completions", "auto"))
    assert.equal("models/", path(elsewhere, "models/", "auto"))
  end)

  it("ends as the option says", function()
    for _, where in ipairs { hosted, elsewhere } do
      assert.equal("user/health/", path(where, "user/health", "on"))
      assert.equal("models/", path(where, "models/", "on"))
      assert.equal("user/health", path(where, "user/health", "off"))
      assert.equal("models", path(where, "models/", "off"))
    end
  end)

  it("holds its arguments, encoded", function()
    assert.equal("models/openai/gpt%3A4%2Fo%20x", path(elsewhere,
      "models/{provider}/{model}", "auto",
      { provider = "openai", model = "gpt:4/o x" }))
    assert.equal("chat/stop-stream/100%25", path(elsewhere,
      "chat/stop-stream/{id}", "off", { id = "100%" }))
  end)

  it("gives one value", function()
    assert.equal(1, select("#", path(hosted, "models/", "off")))
    assert.equal(1, select("#", path(hosted, "models/{a}", "on", { a = "b" })))
  end)
end)
