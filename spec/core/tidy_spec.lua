local core = require "indoxhub.core"
-- Another instance of the JSON library, whose null is the same.
local cjson = require "cjson"

local math_type = rawget(math, "type")
local tidy, null = core.tidy, cjson.null

-- The type of a number, where numbers have types.
local function assert_number(kind, value)
  assert.equal("number", type(value))
  if math_type then
    assert.equal(kind, math_type(value))
  end
end

describe("tidying a table", function()
  it("changes it and gives it back", function()
    local value = { a = null, b = 1 }
    assert.equal(value, tidy(value))
    assert.same({ b = 1 }, value)
  end)

  it("leaves nulls out of objects, at any depth", function()
    assert.same({ a = { b = {}, d = 1 } },
      tidy { a = { b = { c = null }, d = 1, e = null }, f = null })
  end)

  it("leaves all nulls out of an object that has nothing else", function()
    local value = {}
    for i = 1, 100 do
      value["field" .. i] = null
    end
    assert.is_nil(next(tidy(value)))
  end)

  it("keeps nulls in lists, and objects within them tidy", function()
    local value = tidy { 1, null, { a = null }, { null }, null }
    assert.equal(5, #value)
    assert.equal(null, value[2])
    assert.is_nil(next(value[3]))
    assert.equal(null, value[4][1])
    assert.equal(null, value[5])
  end)

  it("keeps nulls in an object whose name is a number, as JSON has none",
    function()
      assert.is_nil(next(tidy(cjson.decode '{"1":null}')))
    end)

  it("changes nothing else", function()
    local inner = { true, false, "text", "" }
    local value = tidy { inner = inner, on = true, off = false, word = "w",
      n = 1.5 }
    assert.equal(inner, value.inner)
    assert.same({ inner = { true, false, "text", "" }, on = true, off = false,
      word = "w", n = 1.5 }, value)
  end)

  it("goes as deep as the JSON library does", function()
    local text = ("["):rep(990) .. "7" .. ("]"):rep(990)
    local value = tidy(cjson.decode(text))
    for _ = 1, 990 do
      value = value[1]
    end
    assert.equal("7", tostring(value))
  end)
end)

describe("tidying numbers", function()
  it("makes whole ones integers, in objects, lists and alone", function()
    local value = tidy { n = 57.0, list = { 1.0, -2.0, 0.0 },
      deep = { deep = { n = 1e3 } } }
    assert_number("integer", value.n)
    assert_number("integer", value.list[1])
    assert_number("integer", value.list[2])
    assert_number("integer", value.list[3])
    assert_number("integer", value.deep.deep.n)
    assert_number("integer", tidy(57.0))
    assert.equal("57 1 -2 0 1000 57", table.concat({ value.n, value.list[1],
      value.list[2], value.list[3], value.deep.deep.n, tidy(57.0) }, " "))
  end)

  it("leaves fractions", function()
    local value = tidy { n = 0.5, list = { -1.25 } }
    assert_number("float", value.n)
    assert.equal(0.5, value.n)
    assert.equal(-1.25, value.list[1])
    assert.equal(0.5, tidy(0.5))
  end)

  it("leaves integers that are integers already", function()
    assert.equal(7, tidy(7))
    assert.same({ 7 }, tidy { 7 })
  end)

  it("leaves those that are too large to be exact", function()
    for _, number in ipairs { 2 ^ 53, -2 ^ 53, 1e300, -1e300, math.huge,
      -math.huge } do
      assert_number("float", tidy(number))
      assert.equal(number, tidy { number }[1])
    end
    assert_number("integer", tidy(2 ^ 53 - 1))
    assert_number("integer", tidy(-2 ^ 53 + 1))
    local nan = tidy { 0 / 0 }[1]
    assert.is_true(nan ~= nan)
  end)
end)

describe("tidying anything else", function()
  it("gives it back", function()
    assert.equal("text", tidy "text")
    assert.is_true(tidy(true))
    assert.is_false(tidy(false))
    assert.equal(null, tidy(null))
    assert.is_nil(tidy(nil))
  end)

  it("is not possible with nothing", function()
    assert.has_error(function()
      tidy()
    end)
  end)
end)
