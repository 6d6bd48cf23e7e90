local json = require "indoxhub.json"

local math_type = rawget(math, "type")

local function decode(text)
  local value, message = json.decode(text)
  assert.is_nil(message)
  return value
end

-- What encoding says when it refuses a value.
local function refusal(value)
  local ok, message = pcall(json.encode, value)
  assert.is_false(ok, "it was encoded")
  return message
end

describe("decoding", function()
  it("gives scalars as they are", function()
    assert.equal("word", decode '"word"')
    assert.is_true(decode "true")
    assert.is_false(decode "false")
    assert.equal(1.5, decode "1.5")
  end)

  it("leaves a null out of objects, however deep", function()
    assert.same({ a = 1, b = { c = {} } },
      decode '{"a":1,"gone":null,"b":{"gone":null,"c":{"gone":null}}}')
  end)

  it("leaves a null out when it is all that has to be changed", function()
    assert.same({ a = "x" }, decode '{"a":"x","gone":null}')
  end)

  it("keeps a null in arrays, so that the others keep their places", function()
    local list = decode '[1,null,{"a":null},null,5]'
    assert.equal(json.null, list[2])
    assert.equal(json.null, list[4])
    assert.same({}, list[3])
    assert.equal(5, list[5])
  end)

  it("gives json.null for a text that is nothing but null", function()
    assert.equal(json.null, decode "null")
  end)

  it("gives whole numbers that print without a fraction", function()
    local body = decode '{"tokens":57,"list":[1,-2,3.0],"deep":{"n":0}}'
    assert.equal("57", tostring(body.tokens))
    assert.equal("1 -2 3", table.concat(body.list, " "))
    assert.equal("0", tostring(body.deep.n))
  end)

  if math_type then
    it("gives whole numbers as integers where Lua has them", function()
      assert.equal("integer", math_type(decode "57"))
      assert.equal("integer", math_type(decode '{"n":57}'.n))
      assert.equal("float", math_type(decode "57.5"))
    end)
  end

  it("keeps fractions", function()
    assert.equal(0.00000345, decode '{"cost":3.45e-06}'.cost)
  end)

  it("reads every escape of a string", function()
    assert.equal('"\\/\b\f\n\r\t', decode [["\"\\\/\b\f\n\r\t"]])
    assert.equal("\195\184", decode [["\u00f8"]])
    assert.equal("\240\159\140\167", decode [["\ud83c\udf27"]])
  end)

  it("never raises, but says what is wrong", function()
    for _, text in ipairs { "", " ", "{", '{"a":}', "[1,", "word", "'a'",
      '{"a":1} {"b":2}', "<html></html>", "nul", '"\\ud83c"' } do
      local value, message = json.decode(text)
      assert.is_nil(value, text)
      assert.is_string(message, text)
    end
  end)

  it("refuses numbers that JSON does not have", function()
    for _, text in ipairs { "NaN", "Infinity", "-Infinity", "0x10", "[nan]",
      "[inf]" } do
      assert.is_nil((json.decode(text)), text)
    end
  end)

  it("refuses a text nested without end instead of crashing", function()
    assert.is_nil((json.decode(("["):rep(100000))))
    assert.is_nil((json.decode(("["):rep(5000) .. ("]"):rep(5000))))
  end)
end)

describe("encoding", function()
  it("writes scalars and tables", function()
    assert.equal('"a\\"b\\n"', json.encode 'a"b\n')
    assert.equal("true", json.encode(true))
    assert.equal('{"a":false}', json.encode { a = false })
    assert.equal('["a",["b"]]', json.encode { "a", { "b" } })
  end)

  it("writes whole numbers without a fraction", function()
    assert.equal("[57,57,-3,0]", json.encode { 57, 57.0, -3, 0 })
  end)

  it("writes fractions so that they read the same", function()
    assert.equal("[0.1,1.5,3.45e-06]", json.encode { 0.1, 1.5, 3.45e-06 })
  end)

  it("writes null for json.null, in objects and in lists", function()
    assert.equal("null", json.encode(json.null))
    assert.equal('{"a":null}', json.encode { a = json.null })
    assert.equal("[1,null,3]", json.encode { 1, json.null, 3 })
  end)

  it("reads back what it wrote", function()
    local value = { list = { 1, 2.5, "three" }, text = "\195\184 / \\ \"",
      deep = { deeper = { { on = true } } } }
    assert.same(value, decode(json.encode(value)))
  end)

  it("does not change what it is given", function()
    local list = json.array {}
    local given = { stop = list, seed = json.null, deep = { { also = list } } }
    json.encode(given)
    assert.equal(list, given.stop)
    assert.equal(json.null, given.seed)
    assert.equal(list, given.deep[1].also)
  end)

  it("leaves settings of the program's own JSON library alone", function()
    local shared = require "cjson"
    local invalid = shared.decode_invalid_numbers()
    local depth = shared.encode_max_depth()
    package.loaded["indoxhub.json"] = nil
    package.loaded["indoxhub.json.library"] = nil
    local again = require "indoxhub.json"
    package.loaded["indoxhub.json"] = json
    assert.not_equal(json, again)
    assert.equal(invalid, shared.decode_invalid_numbers())
    assert.equal(depth, shared.encode_max_depth())
    assert.equal(1000, shared.encode_max_depth())
  end)
end)

describe("an empty table", function()
  it("is an object", function()
    assert.equal("{}", json.encode {})
    assert.equal('{"a":{}}', json.encode { a = {} })
  end)

  it("is a list when it is marked as one", function()
    assert.equal("[]", json.encode(json.array {}))
    assert.equal("[]", json.encode(json.array()))
    assert.equal('{"stop":[]}', json.encode { stop = json.array {} })
  end)

  it("is a list in each place where it is marked", function()
    assert.equal("[[],{},[[]]]", json.encode { json.array {}, {},
      { json.array {} } })
  end)

  it("may be marked before it is filled", function()
    local list = json.array {}
    list[1] = "end"
    assert.equal('["end"]', json.encode(list))
  end)

  it("is the same table after marking", function()
    local list = { 1 }
    assert.equal(list, json.array(list))
  end)
end)

describe("what would not arrive as it was meant", function()
  it("is refused by the name of its field", function()
    assert.equal("user is a function, which JSON cannot carry",
      refusal { user = print })
    assert.equal("messages[2].content is a function, which JSON cannot carry",
      refusal { messages = { { content = "a" }, { content = print } } })
    assert.equal("[1] is a thread, which JSON cannot carry",
      refusal { coroutine.create(function() end) })
    assert.equal("the value is a function, which JSON cannot carry",
      refusal(print))
  end)

  it("may be a whole number of too many digits", function()
    assert.matches("^seed has more than 14 digits .* as a string",
      refusal { seed = 123456789012345 })
    assert.matches("^a%.b%[1%] has more", refusal { a = { b = { 2 ^ 53 } } })
    assert.equal('{"seed":12345678901234}',
      json.encode { seed = 12345678901234 })
    assert.equal('{"seed":-12345678901234}',
      json.encode { seed = -12345678901234 })
  end)

  it("may be a large number that is written exactly", function()
    assert.equal(1e15, decode(json.encode { n = 1e15 }).n)
    assert.equal(2e300, decode(json.encode { n = 2e300 }).n)
  end)

  it("may be a number that JSON does not have", function()
    assert.matches("^top_p is .*nan, which JSON", refusal { top_p = 0 / 0 })
    assert.matches("^a%[1%] is inf", refusal { a = { math.huge } })
    assert.matches("^a is %-inf", refusal { a = -math.huge })
  end)

  it("may be a list with holes", function()
    assert.equal("stop is a list with holes: 2 elements, the last at 3",
      refusal { stop = { "a", nil, "c" } })
    assert.matches("holes", refusal { [2] = "b" })
    assert.matches("holes", refusal { [1000000] = "far" })
  end)

  it("may be a table that is neither list nor object", function()
    assert.matches("^stop mixes", refusal { stop = { "a", n = 1 } })
    -- Whichever of the two is met first.
    for byte = ("a"):byte(), ("z"):byte() do
      assert.matches("^the value mixes",
        refusal { [string.char(byte)] = "x", [1] = "a" })
    end
  end)

  it("may be a key that JSON cannot carry", function()
    for _, key in ipairs { 0, -1, 1.5, true, print } do
      assert.matches("^a has a key that is neither",
        refusal { a = { [key] = "x" } })
    end
  end)

  it("may be a table that contains itself", function()
    local loop = { name = "loop" }
    loop.again = loop
    local message = refusal(loop)
    assert.matches("^again%.again%..*%.%.%. is nested too deeply", message)
    assert.is_true(#message < 160, "the path is not cut")
  end)

  it("is not a table that occurs twice", function()
    local twice = { "x" }
    assert.equal('[["x"],["x"]]', json.encode { twice, twice })
  end)

  it("is not a value of reasonable depth", function()
    local value = "bottom"
    for _ = 1, 90 do
      value = { value }
    end
    assert.equal(("["):rep(90) .. '"bottom"' .. ("]"):rep(90),
      json.encode(value))
  end)
end)
