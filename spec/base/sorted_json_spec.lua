local core = require "indoxhub.core"
local json = require "indoxhub.base.json"
local sorted_json = require "indoxhub.base.sorted_json"

describe("sorted JSON", function()
  it("has the fields in the order of their bytes, however deep", function()
    local value = {}
    for _, name in ipairs { "b", "a_b", "a", "B", "", "aa", "\195\169" } do
      value[name] = { z = 1, y = { d = true, c = "x" } }
    end
    local inner = '{"y":{"c":"x","d":true},"z":1}'
    local expected = {}
    for _, name in ipairs { "", "B", "a", "a_b", "aa", "b", "\195\169" } do
      expected[#expected + 1] = json.encode(name) .. ":" .. inner
    end
    assert.equal("{" .. table.concat(expected, ",") .. "}",
      sorted_json.encode(value))
  end)

  it("has lists, marked and empty ones too, as they are", function()
    assert.equal('{"a":[],"b":[3,1,2],"c":{},"d":[null,{"x":1,"y":2}]}',
      sorted_json.encode { a = json.array(), b = { 3, 1, 2 }, c = {},
        d = { json.null, { y = 2, x = 1 } } })
  end)

  it("has what is JSON already as it is", function()
    assert.equal('{"a":{"z":1,"b":2}}', sorted_json.encode {
      a = core.json_with_raw({}, '{"z":1,"b":2}') })
  end)

  it("has scalars as json.encode has them", function()
    for _, value in ipairs { "text\n", 1.5, 12, true, json.null } do
      assert.equal(json.encode(value), sorted_json.encode(value))
    end
  end)

  it("refuses what JSON cannot carry, by its field", function()
    local ok, message = pcall(sorted_json.encode, { a = { b = print } })
    assert.is_false(ok)
    assert.equal("a.b is a function, which JSON cannot carry", message)
    local itself = {}
    itself.itself = itself
    ok, message = pcall(sorted_json.encode, itself)
    assert.is_false(ok)
    assert.truthy(message:find("does it contain itself?", 1, true))
  end)
end)
