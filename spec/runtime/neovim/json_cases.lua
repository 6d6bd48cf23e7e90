-- What spec/json_spec.lua does not ask, as only Neovim's JSON library needs it.
-- Run by spec/runtime/neovim_json_spec.lua.
local json = require "indoxhub.json"

local function decode(text)
  local value, message = json.decode(text)
  assert.is_nil(message, text)
  return value
end

describe("the library", function()
  it("is named", function()
    assert.equal("vim.json", json.library)
  end)

  it("is an instance of our own", function()
    local shared = vim.json
    if not shared.encode_max_depth then
      return -- newer ones have nothing to set
    end
    assert.equal(1000, shared.encode_max_depth())
    shared.encode_max_depth(7)
    shared.decode_max_depth(7)
    shared.encode_empty_table_as_object(true)
    shared.encode_invalid_numbers(true)
    shared.encode_number_precision(3)
    shared.decode_array_with_array_mt(true)
    local value = json.array {}
    for _ = 1, 50 do
      value = { value }
    end
    local text = ("["):rep(51) .. ("]"):rep(51)
    assert.equal(text, json.encode(value))
    assert.equal(text, json.encode(decode(text:gsub("%[%]", "[1]"))):gsub("1",
      ""))
    assert.equal("1.2345678", json.encode(1.2345678))
    assert.is_nil(getmetatable(decode "[1]"))
    assert.equal(7, shared.encode_max_depth())
  end)

  it("keeps no memory of what it wrote", function()
    local function resident()
      for _ = 1, 20 do -- each halves what Lua keeps of its own
        collectgarbage()
      end
      local file = assert(io.open "/proc/self/status")
      local kib = file:read("*a"):match("VmRSS:%s*(%d+)")
      file:close()
      return tonumber(kib)
    end
    local function encode() -- no slot of this function may keep a text
      assert.equal(2 ^ 26 + 2, #json.encode(("x"):rep(2 ^ 26)))
    end
    local before = resident()
    encode()
    assert.is_true(resident() < before + 2 ^ 14, "it keeps the text's memory")
  end)
end)

describe("numbers that JSON does not have", function()
  it("are refused wherever they stand", function()
    for _, number in ipairs { "nan", "NaN", "nAn", "NAN", "-nan", "-NaN", "inf",
      "Inf", "iNF", "-inf", "infinity", "INFINITY", "-Infinity", "0x1", "-0x1",
      "0X1F", "0x", "0x1p3", "0x.8", "+1", "+0", "+.5", "+nan", "+inf", "01",
      "-01", "00", "007.5", "+", "-", "1.5.5", ".5", "-.", "--1", "-+1" } do
      for _, text in ipairs { "%s", " %s ", "[%s]", "[1,%s]", "[1, %s ]",
        '{"a":%s}', '{"a":1,"b": %s}', '["\\\\",%s]', '["\\"",%s,"\\""]',
        '["\n\\n",\t%s\n]', '{"a":[[{"b":%s}]]}' } do
        text = text:gsub("%%s", number)
        local value, message = json.decode(text)
        assert.is_nil(value, text)
        assert.is_string(message, text)
      end
    end
  end)

  it("are not what only looks like them", function()
    assert.same({ 1e5, 1e5, 0.01, 0, 0, 0.5, -0.25, 100, 10.01, 1001, 200 },
      decode "[1e+05,1E+5,1e-02,0,-0,0.5,-0.25,100,10.01, 1001 ,2e02]")
    assert.same({ true, false }, decode "[true,false]")
    for _, text in ipairs { "NaN", "a, +1, 01, -0x10, inf", "[nan]", '"',
      '"nan"', "\\", '\\", NaN, "', "\\\\\" +1", "", '",+1,"' } do
      local written = text:gsub('[\\"]', "\\%0")
      assert.equal(text, decode('"' .. written .. '"'))
      assert.same({ text, { [text] = text } },
        decode(('[ "%s", {"%s":"%s"} ]'):gsub("%%s", function()
          return written
        end)))
    end
  end)
end)

describe("null", function()
  it("is vim.NIL, both ways", function()
    assert.equal(vim.NIL, json.null)
    assert.equal(vim.NIL, decode " null ")
    assert.equal('{"a":[null]}', json.encode { a = { vim.NIL } })
  end)

  it("keeps its place at the end of a list", function()
    local list = decode "[null,[null,null],null]"
    assert.equal(3, #list)
    assert.equal(2, #list[2])
    assert.equal(vim.NIL, list[3])
  end)

  it("takes a field away that came before", function()
    assert.same({ b = 1 }, decode '{"a":1,"a":null,"b":1}')
  end)
end)

describe("an empty table", function()
  it("that was read as an object is written as one", function()
    assert.equal('{"a":{}}', json.encode(decode '{"a":{}}'))
    assert.equal("{}", json.encode(decode '{"a":null}'))
  end)

  it("that was read as an object can be filled", function()
    local value = decode '{"a":{},"b":{}}'
    value.a.c = 1
    value.b[1] = 2
    value.b[2] = {}
    assert.same({ a = { c = 1 }, b = { 2, {} } }, decode(json.encode(value)))
    assert.equal("[2,{}]", json.encode(value.b))
    assert.equal('{"c":1}', json.encode(value.a))
  end)

  it("that was read as an object can be marked as a list", function()
    assert.equal("[]", json.encode(json.array(decode "{}")))
  end)

  it("is an object when it is Neovim's", function()
    assert.equal('{"a":{}}', json.encode { a = vim.empty_dict() })
  end)

  it("is never one table in two places", function()
    local value = { {}, {} }
    json.encode(value)
    value[1].a = 1
    assert.equal('[{"a":1},{}]', json.encode(value))
    assert.equal("{}", json.encode {})
  end)
end)
