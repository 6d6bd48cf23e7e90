local json = require "indoxhub.base.json"

local math_type = rawget(math, "type")
local ffi = package.loaded.jit and require "ffi"

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

  it("keeps a null in objects when it is told to", function()
    assert.same({ a = json.null, b = { json.null, { c = json.null } } },
      json.decode_with_nulls '{"a":null,"b":[null,{"c":null}]}')
    assert.same({ a = 1 }, json.decode_with_nulls '{"a":null,"a":1}')
    assert.same({ a = json.null }, json.decode_with_nulls '{"a":1,"a":null}')
    assert.same({ nil, "it ends too early (byte 6)" },
      { json.decode_with_nulls '{"a":' })
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
      assert.equal("integer", math_type(decode "-0"))
      assert.equal("integer", math_type(decode "57.0"))
      assert.equal("integer", math_type(decode "5.7e1"))
      assert.equal("float", math_type(decode "57.5"))
      assert.equal("float", math_type(decode "1e16"))
    end)

    it("keeps every digit of an integer", function()
      for _, text in ipairs { "9007199254740993", "9223372036854775807",
        "-9223372036854775808", "-123456789012345678" } do
        assert.equal(text, tostring(decode(text)))
        assert.equal(text, json.encode(decode(text)))
      end
    end)
  end

  it("gives the nearest number where there is no other", function()
    assert.equal(9223372036854775808, decode "9223372036854775808")
    assert.equal(-1e30, decode "-1000000000000000000000000000000")
    assert.equal(math.huge, decode "1e400")
    assert.equal(0, decode "1e-400")
  end)

  it("marks an empty list, and only that", function()
    local value = decode '{"a":[],"b":{},"c":[[],1],"d":null}'
    assert.equal('[]', json.encode(value.a))
    assert.equal('{}', json.encode(value.b))
    assert.equal('[[],1]', json.encode(value.c))
    assert.equal(getmetatable(json.array()), getmetatable(value.a))
    assert.is_nil(getmetatable(value.b))
    assert.is_nil(getmetatable(value.c))
  end)

  it("takes the last of fields that have one name", function()
    assert.same({ a = 2, b = 1 }, decode '{"a":1,"b":1,"a":2}')
    assert.same({ b = 1 }, decode '{"a":1,"b":1,"a":null}')
    assert.same({ a = 3 }, decode '{"a":1,"a":null,"a":3}')
  end)

  it("keeps a null at the end of a list", function()
    local list = decode "[null,[null,null],null]"
    assert.equal(3, #list)
    assert.equal(2, #list[2])
    assert.equal(json.null, list[3])
  end)

  it("keeps fractions", function()
    assert.equal(0.00000345, decode '{"cost":3.45e-06}'.cost)
  end)

  it("reads every escape of a string", function()
    assert.equal('"\\/\b\f\n\r\t', decode [["\"\\\/\b\f\n\r\t"]])
    assert.equal("\195\184", decode [["\u00f8"]])
    assert.equal("\240\159\140\167", decode [["\ud83c\udf27"]])
    assert.equal("a\0b", decode [["a\u0000b"]])
    assert.same({ ["\195\184\n"] = 1 }, decode [[{"\u00f8\n":1}]])
  end)

  it("replaces half of a character", function()
    local lone = "\239\191\189"
    assert.equal(lone, decode [["\ud83c"]])
    assert.equal("a" .. lone .. "b", decode [["a\udf27b"]])
    assert.equal(lone .. "\240\159\140\167",
      decode [["\ud83c\ud83c\udf27"]])
    assert.same({ [lone] = { lone } }, decode [[{"\uDFFF":["\uD800"]}]])
  end)

  it("passes bytes that are no UTF-8", function()
    assert.equal("a\255\237\160\128", decode '"a\255\237\160\128"')
  end)

  it("reads a long text whose strings have escapes", function()
    local text = ("x\\n\195\184"):rep(50000)
    local value = decode('["' .. text .. '","\\t","' .. text .. '"]')
    assert.equal((text:gsub("\\n", "\n")), value[1])
    assert.equal("\t", value[2])
    assert.equal(value[1], value[3])
  end)

  it("never raises, but says what is wrong", function()
    for _, text in ipairs { "", " ", "{", '{"a":}', "[1,", "word", "'a'",
      '{"a":1} {"b":2}', "<html></html>", "nul", '"\\x"', "{}\0" } do
      local value, message = json.decode(text)
      assert.is_nil(value, text)
      assert.is_string(message, text)
    end
  end)

  it("says where it is wrong", function()
    assert.equal("a value was expected (byte 5)",
      select(2, json.decode "[1, x]"))
    assert.equal("it ends too early (byte 8)", select(2, json.decode '{"a":[1'))
    assert.equal("something stands behind the value (byte 3)",
      select(2, json.decode "{}\0"))
  end)

  it("does not raise for what is no text", function()
    local value, message = json.decode(nil)
    assert.is_nil(value)
    assert.is_string(message)
  end)

  it("refuses numbers that JSON does not have", function()
    for _, text in ipairs { "NaN", "Infinity", "-Infinity", "0x10", "[nan]",
      "[inf]", "+1", "01", "-01", "1.", ".5", "1e", "- 1" } do
      assert.is_nil((json.decode(text)), text)
    end
  end)

  it("refuses a text nested without end instead of crashing", function()
    assert.is_nil((json.decode(("["):rep(100000))))
    assert.is_nil((json.decode(("["):rep(5000) .. ("]"):rep(5000))))
    local value = decode(("["):rep(1000) .. ("]"):rep(1000))
    for _ = 1, 999 do
      value = value[1]
    end
    assert.same({}, value)
  end)
end)

describe("decoding a piece", function()
  local function piece(text)
    local value, halves = json.decode_piece(text)
    return { value, halves }
  end

  it("keeps the half of a character that may come", function()
    assert.same({ "a\237\160\188", true }, piece [["a\ud83c"]])
    assert.same({ "\237\188\167b", true }, piece [["\udf27b"]])
    assert.same({ { { t = "\237\160\188" } }, true }, piece [[[{"t":"\uD83C"}]
      ]])
  end)

  it("joins halves that stand together", function()
    assert.same({ "\240\159\140\167", false }, piece [["\ud83c\udf27"]])
    assert.same({ "plain", false }, piece '"plain"')
    assert.same({ json.null, false }, piece "null")
  end)

  it("does not raise", function()
    assert.same({ nil, "it ends too early (byte 2)" }, piece "[")
    assert.is_nil(piece(nil)[1])
  end)
end)

describe("the text of a table", function()
  local TEXT = '{"call":{"arguments" : { "a": 1.0,"b":[1e2 ], "\\u0062":null },'
    .. '"input":"text"},"reasoning_details":[ {"x" :[]} ],"extra_content": {},'
    .. '"other":{"a":1},"list":[{"input":[ ]}]}'

  it("is kept of what goes back to a server", function()
    local value = decode(TEXT)
    assert.equal('{ "a": 1.0,"b":[1e2 ], "\\u0062":null }',
      json.raw(value.call.arguments))
    assert.equal('[ {"x" :[]} ]', json.raw(value.reasoning_details))
    assert.equal("{}", json.raw(value.extra_content))
    assert.equal("[ ]", json.raw(value.list[1].input))
    for _, name in ipairs { "reasoning_content", "reasoning", "thinking",
      "signature" } do
      value = decode('{"' .. name .. '":{"n": 0.70}}')
      assert.equal('{"n": 0.70}', json.raw(value[name]))
    end
  end)

  it("is not kept of anything else", function()
    local value = decode(TEXT)
    for _, other in ipairs { value, value.call, value.other, value.list,
      value.list[1], value.reasoning_details[1], "arguments", 1, true,
      "__mode", "__name", {} } do
      assert.is_nil(json.raw(other))
    end
    assert.is_nil(json.raw(nil))
    assert.is_nil(json.raw(decode '{"arguments":[1]}'.none))
  end)

  it("is kept of one within another", function()
    local value = decode ' {"input":[{"arguments":{"input":{ }},"x":{}}, 1 ]}'
    local call = value.input[1]
    assert.equal('[{"arguments":{"input":{ }},"x":{}}, 1 ]',
      json.raw(value.input))
    assert.equal('{"input":{ }}', json.raw(call.arguments))
    assert.equal("{ }", json.raw(call.arguments.input))
    assert.is_nil(json.raw(call.x))
  end)

  it("is kept as long as the table, and no longer", function()
    local value = decode '{"arguments":{"a":1}}'.arguments
    collectgarbage()
    assert.equal('{"a":1}', json.raw(value))
    local before = collectgarbage "count"
    for _ = 1, 200 do
      decode('{"arguments":{"a":"' .. ("x"):rep(10000) .. '"}}')
    end
    value.a = 2
    assert.equal('{"a":1}', json.raw(value))
    collectgarbage()
    collectgarbage()
    assert.is_true(collectgarbage "count" < before + 1000)
  end)

  it("takes room in proportion, however deep it is", function()
    local text = ('{"input":'):rep(900) .. '"' .. ("x"):rep(100000) .. '"'
      .. ("}"):rep(900)
    collectgarbage()
    collectgarbage()
    local before = collectgarbage "count"
    local value = decode(text)
    assert.is_true(collectgarbage "count" < before + 2000)
    assert.equal(text:sub(10, -2), json.raw(value.input))
    assert.equal(text:sub(19, -3), json.raw(value.input.input))
  end)

  it("is written where a table is marked with it", function()
    local marked = json.with_raw({ a = 2 }, '{ "a" : 1.0 }')
    assert.equal('[{ "a" : 1.0 },{ "a" : 1.0 }]',
      json.encode { marked, marked })
    assert.equal(2, marked.a)
    assert.equal("{ }", json.encode(json.with_raw({}, "{ }")))
  end)

  it("is not written by itself", function()
    local value = decode '{"arguments":{"a":1.0}}'
    assert.equal('{"arguments":{"a":1}}', json.encode(value))
  end)
end)

describe("a table that stands for a string", function()
  local MARK = {}
  local one, two = setmetatable({ "x" }, MARK), setmetatable({}, MARK)

  it("is written as that string", function()
    assert.equal([=[{"a":["1\"",{"b":"1\""}]}]=], json.encode_with({
      a = { one, { b = one } } }, MARK, { [one] = '1"' }))
    assert.equal('"1"', json.encode_with(one, MARK, { [one] = "1" }))
    assert.equal('[["x"],{}]', json.encode { one, two })
  end)

  it("is told where there is none", function()
    local text, missing = json.encode_with({ one, { two } }, MARK, {})
    assert.is_nil(text)
    assert.same({ one, two }, missing)
    text, missing = json.encode_with({ one, two, one }, MARK, { [two] = "2",
      [one] = 1 })
    assert.is_nil(text)
    assert.same({ one, one }, missing)
  end)

  it("is written as UTF-8, or refused by its place", function()
    local ok, why = pcall(json.encode_with, { a = { one } }, MARK,
      { [one] = "\255" })
    assert.is_false(ok)
    assert.equal("a[1] is not UTF-8: byte 1 (0xFF)", why)
    ok, why = pcall(json.encode_with, { one, print }, MARK, {})
    assert.is_false(ok)
    assert.equal("[2] is a function, which JSON cannot carry", why)
    assert.is_false(pcall(json.encode_with, one, MARK, nil))
  end)
end)

describe("encoding", function()
  it("escapes nothing but what must be, behind any character", function()
    for _, text in ipairs { "\195\188 x", "\195\188x", "\226\130\172/\127",
      "\240\159\152\128a\195\188b", "\195\188\195\188 \195\188" } do
      assert.equal('"' .. text .. '"', json.encode(text))
      assert.equal('"' .. text .. '\\n"', json.encode(text .. "\n"))
    end
  end)

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
    assert.equal("[0.1,1.5,3.45e-6]", json.encode { 0.1, 1.5, 3.45e-06 })
  end)

  it("writes the shortest text that reads back equal", function()
    for value, text in pairs { [0.7] = "0.7", [0.1 + 0.2] =
      "0.30000000000000004", [1700000000.123456] = "1700000000.123456",
      [1 / 3] = "0.3333333333333333", [5e-324] = "5e-324", [1e21] = "1e21",
      [1.7976931348623157e308] = "1.7976931348623157e308",
      [123456789012345.5] = "123456789012345.5", [2 ^ 53] = "9007199254740992",
      [-2 ^ 53] = "-9007199254740992", [1e15] = "1000000000000000",
      [2 ^ 70] = "1.1805916207174113e21" } do
      assert.equal(text, json.encode(value))
      assert.is_true(decode(text) == value, text)
    end
  end)

  if ffi then
    it("writes the integers that LuaJIT has beside its numbers", function()
      assert.equal("[9007199254740993,-5,18446744073709551615]", json.encode {
        ffi.new("int64_t", 2 ^ 53) + 1, ffi.new("int64_t", -5),
        ffi.new("uint64_t", 0) - 1 })
      assert.equal("[1] is a cdata, which JSON cannot carry",
        select(2, pcall(json.encode, { ffi.new "int[2]" })))
    end)
  end

  it("writes text as it is, but for what must be escaped", function()
    assert.equal('"\\u0000\\u001f\127/\195\184\226\128\168\\b\\f\\r\\t\\\\"',
      json.encode "\0\31\127/\195\184\226\128\168\b\f\r\t\\")
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

  it("may be text that is not UTF-8", function()
    for text, wrong in pairs { ["ab\255cd"] = "byte 3 (0xFF)",
      ["a\192\175"] = "byte 2 (0xC0)", ["\237\160\128"] = "byte 1 (0xED)",
      ["\244\144\128\128"] = "byte 1 (0xF4)", ["\128"] = "byte 1 (0x80)",
      ["abcd\226\130"] = "byte 5 (0xE2)", [("x"):rep(5000) .. "\195\184\254"]
        = "byte 5003 (0xFE)" } do
      assert.equal("messages[2].content is not UTF-8: " .. wrong,
        refusal { messages = { { content = "a" }, { content = text } } })
      assert.equal("the value is not UTF-8: " .. wrong, refusal(text))
      assert.equal("a has a field whose name is not UTF-8: " .. wrong,
        refusal { a = { [text] = 1 } })
      assert.equal("[1] has raw text that is not UTF-8: " .. wrong,
        refusal { json.with_raw({}, text) })
    end
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

  it("is named by a path that is cut between characters", function()
    local name = "x" .. ("\195\184"):rep(29)
    assert.equal(name .. "... is a function, which JSON cannot carry",
      refusal { [name .. "\195\184"] = print })
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
