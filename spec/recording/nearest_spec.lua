-- What a request that was not recorded is told.
local json = require "indoxhub.base.json"
local nearest = require "indoxhub.recording.nearest"

local function request(body, fields)
  local described = { method = "POST", path = "chat", body = body
    and json.decode_with_nulls(body) }
  for name, value in pairs(fields or {}) do
    described[name] = value
  end
  return described
end

local function difference(one, other)
  local count, first = nearest.compare(request(one), request(other))
  return first, count
end

describe("recording.nearest", function()
  it("names the first difference, and counts all", function()
    local messages = '{"messages":[{"role":"user","content":"a"},' ..
      '{"role":"user","content":"%s"}],"n":%s}'
    local first, count = difference(messages:format("a", 1),
      messages:format("b", 2))
    assert.equal('messages[2].content: "a" was recorded, not "b"', first)
    assert.equal(2, count)
    assert.same({ nil, 0 }, { difference("{}", "{}") })
  end)

  it("names what is there on one side only", function()
    assert.equal('seed is 7, and was not there', difference("{}",
      '{"seed":7}'))
    assert.equal('seed was 7, and is not there', difference('{"seed":7}',
      "{}"))
    assert.equal('list[2] is "b", and was not there',
      difference('{"list":["a"]}', '{"list":["a","b"]}'))
    assert.equal('a is null, and was not there', difference("{}",
      '{"a":null}'))
    assert.equal('the body: {} was recorded, not []', difference("{}", "[]"))
    assert.equal('the body is {"a":1}, and was not there', difference(nil,
      '{"a":1}'))
  end)

  it("shows where long texts differ", function()
    local long = ("x"):rep(1000)
    assert.equal('a: "...xxxxxxxxxxxxone" was recorded, not '
      .. '"...xxxxxxxxxxxxtwo"',
      difference(json.encode { a = long .. "one" },
        json.encode { a = long .. "two" }))
    local first = difference(json.encode { a = "one" .. long },
      json.encode { a = "two" .. long })
    assert.is_true(#first < 150, first)
    -- Characters stay whole.
    first = difference(json.encode { a = ("\195\188"):rep(100) .. "a" },
      json.encode { a = ("\195\188"):rep(100) .. "b" })
    assert.is_nil(require("indoxhub.base.utf8").wrong(first), first)
    first = difference(json.encode { a = { ("\226\130\172"):rep(100) } },
      json.encode { a = 1 })
    assert.is_nil(require("indoxhub.base.utf8").wrong(first), first)
  end)

  it("compares paths, queries and forms, too", function()
    local function of(one, other)
      return (select(2, nearest.compare(request(nil, one),
        request(nil, other))))
    end
    assert.equal('path: "a" was recorded, not "b"', of({ path = "a" },
      { path = "b" }))
    assert.equal('query.a: "1" was recorded, not "2"',
      of({ query = { a = "1" } }, { query = { a = "2" } }))
    assert.equal('form[1].sha256: "a" was recorded, not "b"',
      of({ form = { { name = "file", sha256 = "a" } } },
        { form = { { name = "file", sha256 = "b" } } }))
  end)
end)
