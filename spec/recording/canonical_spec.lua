-- What makes two requests the same.
local canonical = require "indoxhub.recording.canonical"
local core = require "indoxhub.core"
local json = require "indoxhub.base.json"
local sorted_json = require "indoxhub.base.sorted_json"

local function described(asked)
  asked.method, asked.path = asked.method or "POST", asked.path or "chat"
  return canonical.describe(asked)
end

local function text(asked)
  return sorted_json.encode(described(asked))
end

local function same(one, other)
  assert.equal(text { text = one }, text { text = other })
  assert.equal(canonical.name(described { text = one }),
    canonical.name(described { text = other }))
end

local function different(one, other)
  assert.are_not.equal(canonical.name(described { text = one }),
    canonical.name(described { text = other }))
end

describe("recording.canonical", function()
  it("does not care for the order of fields, nor for how numbers are written",
    function()
      same('{"b":1,"a":{"d":2,"c":3}}', '{"a":{"c":3,"d":2},"b":1}')
      same('{"a":1}', '{"a":1.0}')
      same('{"a":0.1}', '{"a":1e-1}')
      same('{"a":"\\u0041"}', '{"a":"A"}')
      same("[1 , 2]", "[1,2]")
    end)

  it("does not care for them in a text that is JSON either", function()
    same(json.encode { '{"b":1,"a":[{"d":1,"c":2}]}' },
      json.encode { ' { "a": [{"c":2,"d":1.0}], "b":1}' })
    different(json.encode { '{"a":1}' }, json.encode { '{"a":2}' })
    different(json.encode { "{a" }, json.encode { "{b" })
    different(json.encode { "[a]" }, json.encode { "[ a]" })
    assert.is_nil(text { text = json.encode { '{"byok_api_key":"secret"}' } }
      :find("secret", 1, true))
  end)

  it("tells everything else apart", function()
    local all = { "{}", "[]", "null", '""', "0", "false", "[0]", "[[]]", "[{}]",
      "[null]", '{"a":null}', '{"a":1}', '{"a":"1"}', '{"a":[1]}', '{"a":true}',
      '{"a":{}}', '{"a":[]}', '{"b":1}', '{"a":1,"b":1}', "[1,2]", "[2,1]",
      '{"1":1}', '"a"', "no json", "" }
    for i, one in ipairs(all) do
      for j = i + 1, #all do
        different(one, all[j])
      end
    end
    assert.are_not.equal(text { text = "{}" }, text {})
    assert.are_not.equal(text { text = "{}", path = "b" }, text { text = "{}" })
    assert.are_not.equal(text { method = "GET" }, text { method = "DELETE" })
    assert.are_not.equal(text { query = { a = 1 } }, text { query = { a = 2 } })
    assert.are_not.equal(text { query = { a = 1 } }, text {})
  end)

  it("takes values of a query as they are sent", function()
    assert.equal(text { query = { a = 1, b = true } },
      text { query = { b = "true", a = "1" } })
  end)

  it("has bytes of files by their digest only", function()
    local bytes = ("\0picture"):rep(100)
    local uri = "data:image/png;base64," .. core.base64(bytes)
    local said = text { text = json.encode { image = { uri, "text" } } }
    assert.truthy(said:find("data:image/png;sha256," .. core.sha256(bytes), 1,
      true))
    assert.is_nil(said:find(core.base64(bytes), 1, true))
    different(json.encode { uri }, json.encode { uri:gsub("png", "gif") })
    same(json.encode { uri }, json.encode { (uri:gsub("=+$", "")) })
    -- What only begins like one is a text as any other.
    for _, other in ipairs { "data: none", "data:,a", "data:text/plain,a" } do
      assert.truthy(text { text = json.encode { other } }:find(other, 1, true))
    end
  end)

  it("has parts of forms, in their order", function()
    local function form(...)
      return text { parts = { ... } }
    end
    local file = { name = "file", sha256 = core.sha256 "a", bytes = 1 }
    local model = { name = "model", value = "a/b" }
    assert.equal(form(file, model), form(file, model))
    assert.are_not.equal(form(file, model), form(model, file))
    assert.are_not.equal(form(file), form(model))
  end)

  it("has no key in it, wherever it stands", function()
    local secret = ("s"):rep(20)
    local fields = { a = { { byok_api_key = secret } }, api_key = secret,
      password = secret, access_token = secret }
    for _, asked in ipairs { { text = json.encode(fields) },
      { parts = { { name = "byok_api_key", value = secret } } },
      { query = { access_token = secret } } } do
      assert.is_nil(text(asked):find(secret, 1, true))
    end
    same(json.encode { byok_api_key = secret, a = 1 },
      json.encode { byok_api_key = "another", a = 1 })
    -- Of a schema that is a name like any other.
    different(json.encode { password = { type = "string" } }, "{}")
  end)

  it("gives files names that say what was asked", function()
    assert.matches("^post%-chat%-completions%-%x+%.json$",
      canonical.name(described { path = "chat/completions", text = "{}" }))
    local name = canonical.name(described { method = "GET",
      path = ("../%00/\255 \195\188'"):rep(100) })
    assert.matches("^get%-[%w-]+%-%x+%.json$", name)
    assert.is_true(#name < 100)
  end)

  it("says the same in every Lua", function()
    assert.equal("post-chat-completions-e9162931dd2266f4663d.json",
      canonical.name(described { path = "chat/completions",
        query = { a = 1, b = "\195\188" },
        text = '{"model":"a/b","n":1.5e300,"m":-0.25,"o":12345678901,' ..
          '"messages":[{"role":"user","content":"\195\188 \\u0000\\n/"}]}' }))
  end)
end)
