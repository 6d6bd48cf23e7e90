local redact_module = require "indoxhub.base.redact"

local function redact(text, secrets, longest)
  return redact_module.new(secrets or {})(text, longest)
end

-- The shape of a real key: "indox-" and 32 letters or digits.
local KEY = "indox-" .. ("aB3d"):rep(8)

describe("a given secret", function()
  it("is taken out wherever it stands", function()
    assert.equal("[redacted]: no [redacted], [redacted]",
      redact("s3cret: no s3cret, s3cret", { "s3cret" }))
  end)

  it("is a text, not a pattern", function()
    assert.equal("axb [redacted] 100%", redact("axb a.b 100%", { "a.b" }))
    assert.equal("[redacted]", redact("%a+[x]-(^$*?", { "%a+[x]-(^$*?" }))
  end)

  it("may have a slash in it", function()
    assert.equal("[redacted] ok", redact("sk-a/b ok", { "sk-a/b" }))
  end)

  it("is one of several", function()
    assert.equal("[redacted] and [redacted]",
      redact("one and two", { "one", "two" }))
  end)

  it("leaves nothing behind when it begins with another", function()
    assert.equal("key [redacted].",
      redact("key sk-123456.", { "sk-123", "sk-123456" }))
  end)

  it("is taken out as a word when it is as short as a made-up one",
    function()
      assert.equal('asked with [redacted], "Bearer [redacted]"',
        redact('asked with k, "Bearer k"', { "k" }))
      assert.equal("a testament to [redacted]",
        redact("a testament to test", { "test" }))
      assert.equal("sk[redacted]12", redact("sklong-key12", { "long-key" }))
    end)

  it("means nothing when it is empty", function()
    assert.equal("text", redact("text", { "" }))
  end)
end)

describe("what looks like an API key", function()
  it("is taken out without being known", function()
    assert.equal("Invalid API key [redacted].",
      redact("Invalid API key " .. KEY .. "."))
    assert.equal('{"auth":"Bearer [redacted]"}',
      redact('{"auth":"Bearer ' .. KEY .. '"}', {}))
  end)

  it("is taken out as often as it occurs", function()
    assert.equal("[redacted] [redacted]", redact(KEY .. " " .. KEY))
  end)

  it("is taken out to its end", function()
    assert.equal("[redacted]", redact(KEY .. "_more-of-it"))
  end)

  it("is not a masked key, which is meant to be read", function()
    for _, masked in ipairs { "indox-aB3d****aB3d", "indox-aB3d...",
      "indox-********************************", "indox-aB3daB3d" } do
      assert.equal(masked, redact(masked))
    end
  end)

  it("is not a word that only begins alike", function()
    local text = "indox-hub, indox-router-python and indoxhub stay"
    assert.equal(text, redact(text))
  end)
end)

describe("text without secrets", function()
  it("stays as it is", function()
    assert.equal("nothing to hide", redact("nothing to hide", { KEY }))
    assert.equal("", redact(""))
  end)

  it("comes back alone", function()
    assert.equal(1, select("#", redact("text", { "e" })))
  end)
end)

describe("a secret of several lines", function()
  local PEM = "-----BEGIN KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQ\n" ..
    "QCqhkiG9w0BAQEFAASCBKcw/x\"y\n-----END KEY-----\n"

  it("is taken out as it is and as JSON writes it", function()
    local hide = redact_module.new { PEM }
    assert.equal("a [redacted] b", hide("a " .. PEM .. " b"))
    local json = PEM:gsub('"', '\\"'):gsub("\n", "\\n")
    assert.equal('{"k":"[redacted]"}', hide('{"k":"' .. json .. '"}'))
    assert.equal('{"k":"[redacted]"}',
      hide('{"k":"' .. json:gsub("/", "\\/") .. '"}'))
  end)

  it("is taken out line by line", function()
    local hide = redact_module.new { PEM }
    assert.equal("x [redacted] y", hide("x MIIEvQIBADANBgkqhkiG9w0BAQ y"))
  end)

  it("may be full of what JSON escapes", function()
    local odd = ('"\\/'):rep(300)
    assert.equal("[redacted]", redact_module.new { odd }(odd))
  end)
end)
