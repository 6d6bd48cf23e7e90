-- Checking values against a JSON Schema: what is said, and what is refused.
-- That keywords mean what they should is in suite_spec.lua.
local json = require "indoxhub.base.json"
local schemas = require "indoxhub.schema"

local function misfits(schema, text)
  local checker = assert(schemas.compile(schema))
  local lines = {}
  for i, misfit in ipairs(checker:misfits(json.decode_with_nulls(text)) or {})
  do
    lines[i] = schemas.path(misfit.path) .. ": " .. misfit.reason
  end
  return lines
end

local function object(properties, more)
  local schema = { type = "object", properties = properties }
  for name, value in pairs(more or {}) do
    schema[name] = value
  end
  return schema
end

describe("a misfit", function()
  for name, case in pairs {
    ["of a type"] = { { type = "integer" }, '"a"',
      "must be a whole number, and is a text" },
    ["of several types"] = { { type = { "string", "null" } }, "[]",
      "must be a text or null, and is a list" },
    ["of a choice"] = { { enum = { "red", 5, json.null } }, '"blue"',
      'must be one of "red", 5, null, and is "blue"' },
    ["of a constant"] = { { const = true }, "1", "must be true, and is 1" },
    ["of a bound"] = { { minimum = 3 }, "2.5",
      "must be at least 3, and is 2.5" },
    ["of an open bound"] = { { exclusiveMaximum = 3 }, "3",
      "must be less than 3, and is 3" },
    ["of a step"] = { { multipleOf = 0.01 }, "0.015",
      "must be a multiple of 0.01, and is 0.015" },
    ["of a length"] = { { maxLength = 2 }, '"\195\188\195\188x"',
      "must have at most 2 characters, and has 3" },
    ["of a count"] = { { minItems = 1 }, "[]",
      "must have at least 1 item, and has 0" },
    ["of what is not allowed"] = { { ["not"] = { type = "null" } }, "null",
      "fits what it must not be" },
    ["of choices of schemas"] = { { anyOf = { { type = "null" },
      { type = "integer" } } }, '"x"', "fits none of the schemas of anyOf" },
    ["of one choice"] = { { anyOf = { { type = "null" } } }, "1",
      "must be null, and is a whole number" },
    ["of a list that repeats itself"] = { { uniqueItems = true },
      '[1,{"a":1},{"a":1.0}]', "[3]: is the same as item 2, and all must " ..
        "be different" },
    ["that is long"] = { { const = 1 }, '"' .. ("\195\188"):rep(50) .. '"',
      'must be 1, and is "' .. ("\195\188"):rep(29) .. "..." },
  } do
    it("tells what is wrong: " .. name, function()
      local line = misfits(case[1], case[2])[1]
      assert.equal(case[3], (line:gsub("^: ", "")))
    end)
  end

  it("names its place, and there may be several", function()
    local schema = object({ orders = { type = "array", items = object({
      unit = { enum = { "tank", "ship" } }, count = { type = "integer" },
      ["odd name"] = { type = "string" } },
      { required = { "unit" }, additionalProperties = false }) } },
      { required = { "orders" } })
    assert.same({ "orders[1].unit: is missing",
      'orders[2].unit: must be one of "tank", "ship", and is "jet"' },
      misfits(schema, '{"orders":[{},{"unit":"jet"}]}'))
    assert.same({ 'orders[1]["odd name"]: must be a text, and is null' },
      misfits(schema, '{"orders":[{"unit":"tank","odd name":null}]}'))
    assert.same({ "orders[1].x: is not a field of the schema" },
      misfits(schema, '{"orders":[{"unit":"tank","x":1}]}'))
    assert.same({ "orders: is missing" }, misfits(schema, "{}"))
    assert.same({}, misfits(schema, '{"orders":[]}'))
  end)

  it("has a path for JSON, too", function()
    assert.equal("/orders/1/a~1b~0c",
      schemas.pointer { "orders", 2, "a/b~c" })
    assert.equal("", schemas.pointer {})
    assert.equal("", schemas.path {})
  end)

  it("is not told more than eight times", function()
    assert.equal(8, #misfits({ items = { type = "null" } },
      "[1,2,3,4,5,6,7,8,9,10]"))
  end)
end)

describe("a schema", function()
  local function refusal(schema)
    local checker, message = schemas.compile(schema, "parameters")
    assert.is_nil(checker)
    return message
  end

  it("is refused by the name of what is not checked", function()
    assert.equal("parameters.properties.code.pattern is a keyword that is " ..
      "not checked here; leave it out of the schema",
      refusal(object { code = { type = "string", pattern = "^x" } }))
    assert.equal("parameters.requierd is a keyword that is not checked " ..
      "here; leave it out of the schema", refusal { requierd = { "a" } })
    assert.equal('parameters.$ref leads to "other.json", and only what ' ..
      "begins with #/ can be followed", refusal { ["$ref"] = "other.json" })
    assert.equal('parameters.$ref leads to "#/$defs/x", which is not there',
      refusal { ["$ref"] = "#/$defs/x" })
  end)

  it("is refused when it makes no sense", function()
    for message, schema in pairs {
      ["parameters must be a JSON Schema: a table of its keywords"] = "text",
      ["parameters.items must be a JSON Schema: a table of its keywords"] =
        { items = { { type = "string" } } },
      ["parameters.type must be array, boolean, integer, null, number, " ..
        "object, string or a list of these"] = { type = "text" },
      ["parameters.required must be a list of names"] = { required = true },
      ["parameters.minItems must be a whole number from 0 on"] =
        { minItems = -1 },
      ["parameters.multipleOf must be a number above 0"] = { multipleOf = 0 },
      ["parameters.properties must hold schemas"] = { properties = 5 },
      ["parameters.properties.a must be a JSON Schema: a table of its " ..
        "keywords"] = { properties = { a = "string" } },
      ["parameters.anyOf must be a list of schemas"] =
        { anyOf = { a = { type = "null" } } },
      ["parameters.enum must be a list"] = { enum = "a" },
      ["parameters.uniqueItems must be true or false"] = { uniqueItems = 1 },
      ["parameters.$schema must name a draft of json-schema.org"] =
        { ["$schema"] = "https://example.test/schema" },
    } do
      assert.equal(message, refusal(schema))
    end
  end)

  it("may hold annotations", function()
    assert.same({}, misfits({ ["$schema"] =
      "http://json-schema.org/draft-07/schema#", title = "x",
      description = "x", default = 5, examples = { 5 }, format = "date",
      deprecated = true, ["$comment"] = "x" }, '"no date"'))
  end)

  it("may hold itself, by reference and as a table", function()
    local list = { ["$ref"] = "#/$defs/node", ["$defs"] = { node = object {
      value = { type = "integer" }, next = { ["$ref"] = "#/$defs/node" } } } }
    assert.same({ "next.next.value: must be a whole number, and is a text" },
      misfits(list, '{"value":1,"next":{"next":{"value":"x"}}}'))
    local node = object { value = { type = "integer" } }
    node.properties.next = node
    assert.same({ "next.value: must be a whole number, and is a text" },
      misfits(node, '{"next":{"value":"x"}}'))
    assert.same({}, misfits({ ["$ref"] = "#" }, "1"))
    assert.same({}, misfits({ anyOf = { { ["$ref"] = "#" } } }, "1"))
    local deep = ("["):rep(900) .. "1" .. ("]"):rep(900)
    assert.same({}, misfits({ anyOf = { { type = "integer" },
      { type = "array", items = { ["$ref"] = "#" } } } }, deep))
  end)

  it("knows an empty list from an empty object", function()
    assert.same({}, misfits({ type = "array" }, "[]"))
    assert.same({}, misfits({ type = "object" }, "{}"))
    assert.equal(1, #misfits({ type = "array" }, "{}"))
    assert.equal(1, #misfits({ type = "object" }, "[]"))
    assert.same({}, misfits({ const = json.array {} }, "[]"))
    assert.same({}, misfits({ const = {} }, "{}"))
  end)

  it("knows whole numbers of any size", function()
    for _, text in ipairs { "9007199254740993", "-1", "1.0", "1e3" } do
      assert.same({}, misfits({ type = "integer" }, text), text)
    end
    assert.equal(1, #misfits({ type = "integer" }, "1.5"))
    assert.same({}, misfits({ type = "number", maximum = 2e19 },
      "18446744073709551615"))
  end)
end)
