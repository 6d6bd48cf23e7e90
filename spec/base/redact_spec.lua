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

-- Ways to write a text inside of others.
local function percent(format)
  return function(text)
    return (text:gsub("[^%w_.~]", function(c)
      return format:format(c:byte())
    end))
  end
end

local function all_percent(text)
  return (text:gsub(".", function(c) return ("%%%02x"):format(c:byte()) end))
end

-- Of ASCII only.
local function each_as(format, pattern)
  return function(text)
    return (text:gsub(pattern, function(c) return format:format(c:byte()) end))
  end
end

local function both(first, second)
  return function(text) return second(first(text)) end
end

local SPELLINGS = {
  ["percent-encoded"] = percent "%%%02X",
  ["percent-encoded in lower case"] = percent "%%%02x",
  ["percent-encoded as a whole"] = all_percent,
  ["percent-encoded twice"] = both(percent "%%%02X", percent "%%%02X"),
  ["in JSON with escapes"] = each_as("\\u%04x", "%W"),
  ["in JSON with escapes in capitals"] = each_as("\\u%04X", "."),
  ["in JSON inside of JSON"] = each_as("\\\\u%04x", "%W"),
  ["as a string of a program"] = each_as("\\x%02x", "%W"),
  ["in HTML"] = each_as("&#%d;", "%W"),
  ["in HTML with zeros in front"] = each_as("&#%04d;", "."),
  ["in HTML with hexadecimal numbers"] = each_as("&#x%X;", "%W"),
  ["in HTML inside of JSON"] = both(each_as("&#X%x;", "[/-]"),
    each_as("\\u%04x", "[#&;]")),
  ["percent-encoded inside of HTML"] = both(percent "%%%02X",
    each_as("&#37;", "%%")),
}

describe("a secret that is spelt otherwise", function()
  it("is taken out, whether it is known or looks like a key", function()
    for name, spelt in pairs(SPELLINGS) do
      for _, secret in ipairs { KEY, "sk-own/aB3d+aB3d=", "a b.c-d_e<f>&g" } do
        local text = ("x?key=%s&y=1 %s"):format(spelt(secret), spelt(secret))
        assert.equal("x?key=[redacted]&y=1 [redacted]",
          redact(text, { secret }), name)
      end
      assert.equal("x?key=[redacted]&y=1",
        redact(("x?key=%s&y=1"):format(spelt(KEY))), name)
    end
  end)

  it("may hold letters that are not of ASCII", function()
    local secret = "schl\195\188ssel-\240\159\151\157-\226\130\172-7"
    for _, text in ipairs { "schl\\u00fcssel-\\ud83d\\uDDDD-\\u20AC-7",
      "schl&#252;ssel-&#x1f5dd;-&#8364;-7",
      "schl%C3%BCssel-%F0%9F%97%9D-%E2%82%AC-7",
      "schl\195\188ssel-\\ud83d\\uddddd-\226\130\172-7" } do
      local expected = text:find("ddddd", 1, true) and text or "[redacted]"
      assert.equal("a " .. expected .. " b",
        redact("a " .. text .. " b", { secret }))
    end
  end)

  it("may have escapes in it itself", function()
    for _, secret in ipairs { "sk%2Dabc%20def", "sk&amp;abc\\u0041def",
      "sk\\abc\\\\def", "%41%42%43%44%45" } do
      assert.equal("a [redacted] b", redact("a " .. secret .. " b", { secret }))
      for name, spelt in pairs(SPELLINGS) do
        assert.equal("a [redacted] b",
          redact("a " .. spelt(secret) .. " b", { secret }), name)
      end
    end
  end)

  it("is a word when it is as short as a made-up one", function()
    assert.equal("a%20[redacted]%2C testament",
      redact("a%20test%2C testament", { "test" }))
    assert.equal("%74estament", redact("%74estament", { "test" }))
  end)

  it("leaves no half of itself where the text is cut", function()
    for name, spelt in pairs(SPELLINGS) do
      local text = spelt(KEY)
      for at = 0, #text + 3 do
        local shown = redact((" "):rep(at) .. text .. (" "):rep(5000), {},
          #text)
        local left = shown:match("^ *(.-) *$")
        assert.equal(("[redacted]"):sub(1, #left), left, name)
      end
    end
  end)

  it("goes, and the escapes beside it stay", function()
    assert.equal("caf\\u00e9 100%25 &amp; [redacted] \\n%zz &x; \\ud800",
      redact("caf\\u00e9 100%25 &amp; " .. KEY:gsub("-", "%%2d")
        .. " \\n%zz &x; \\ud800"))
    for _, text in ipairs { "100%", "a\\", "&", "%2", "\\u12", "&#;", "&#x;",
      "&#99999999;", "&#xD800;", "&#1114112;", "%25%25%25", "\\ud83d\\u0041",
      "indox%2Dhub%2Drouter", "indox%2DaB3d%2a%2a%2a%2aaB3d" } do
      assert.equal(text, redact(text, { KEY, "sk-12345678" }), text)
    end
  end)
end)

describe("a table", function()
  it("is copied without secrets, in its names, too", function()
    local hide = redact_module.new { "s3cret-s3cret" }
    local given = { 1, true, { ["a s3cret-s3cret"] = "s3cret%2Ds3cret",
      [7] = "seven" }, "s3cret-s3cret" }
    assert.same({ 1, true, { ["a [redacted]"] = "[redacted]", [7] = "seven" },
      "[redacted]" }, redact_module.copy(given, hide))
    assert.equal("s3cret-s3cret", given[4])
    assert.equal("a [redacted]",
      redact_module.copy("a s3cret-s3cret", hide))
    assert.is_nil(redact_module.copy(nil, hide))
  end)
end)
