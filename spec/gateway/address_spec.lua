-- Where a Redis is, by what people write.
local address = require "indoxhub.gateway.shared.address"

describe("gateway/shared/address", function()
  local function reads(text, expected)
    assert.same(expected, (assert(address.read(text))))
  end

  it("reads what is usual", function()
    reads("127.0.0.1:6380", { host = "127.0.0.1", port = 6380, database = 0 })
    reads("redis.internal", { host = "redis.internal", port = 6379,
      database = 0 })
    reads("redis://cache:7000/2", { host = "cache", port = 7000,
      database = 2 })
    reads("redis://:se%40cr%3At@cache", { host = "cache", port = 6379,
      password = "se@cr:t", database = 0 })
    reads("redis://ada:x@cache/", { host = "cache", port = 6379, user = "ada",
      password = "x", database = 0 })
    reads("redis://[::1]:6379", { host = "[::1]", port = 6379, database = 0 })
  end)

  it("reads sockets", function()
    reads("unix:///run/redis.sock", { path = "/run/redis.sock", database = 0 })
    reads("unix:/run/redis.sock", { path = "/run/redis.sock", database = 0 })
    reads("unix://:x@/run/redis.sock?db=3", { path = "/run/redis.sock",
      password = "x", database = 3 })
  end)

  it("says what is wrong, and never what stands there", function()
    for text, word in pairs { ["rediss://:s3cret@h"] = "TLS",
      ["http://:s3cret@h"] = "redis://", ["redis://:s3cret@"] = "host",
      ["redis://:s3cret@h:x"] = "port", ["redis://:s3cret@h:70000"] = "port",
      ["redis://:s3cret@h/x"] = "database", ["unix://:s3cret@run"] = "path",
      [""] = "host" } do
      local made, wrong = address.read(text)
      assert.is_nil(made)
      assert.truthy(wrong:find(word, 1, true), text)
      assert.is_nil(wrong:find("s3cret", 1, true))
    end
  end)

  it("is shown without its password", function()
    assert.equal("cache:6379/2",
      address.show(address.read "redis://a:b@cache/2"))
    assert.equal("unix:/r", address.show(address.read "unix://:b@/r"))
  end)
end)
