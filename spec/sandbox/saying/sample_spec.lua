-- Values that fit a JSON Schema.
-- On two interpreters: the sandbox runs on lua5.4, and this is a part of it.
local json = require "indoxhub.base.json"
local sample = require "indoxhub.sandbox.saying.sample"

local QUESTION = "Send 3 boxes and 250 pens to Ada in Oslo by 2031-02-03"

local function made(schema, only_needed, question)
  return sample.json(assert(json.decode(schema)), question or QUESTION,
    "It will be sent.", only_needed)
end

local function object(properties, more)
  return ('{"type":"object","properties":{%s}%s}'):format(properties,
    more or "")
end

describe("a value of a schema", function()
  for schema, value in pairs {
    ["{}"] = '"Ada"', ['{"type":"string"}'] = '"Ada"',
    ['{"type":"integer"}'] = "3", ['{"type":"number"}'] = "3",
    ['{"type":"boolean"}'] = "true", ['{"type":"null"}'] = "null",
    ['{"type":["null","integer"]}'] = "3",
    ['{"const":{"a":[1]}}'] = '{"a":[1]}',
    ['{"enum":["red","blue"]}'] = '"red"',
    ['{"enum":["paper","pens"]}'] = '"pens"', ['{"enum":[5,6]}'] = "5",
    ['{"type":"integer","minimum":10}'] = "10",
    ['{"type":"integer","maximum":2}'] = "2",
    ['{"type":"integer","exclusiveMinimum":7}'] = "8",
    ['{"type":"integer","exclusiveMaximum":3}'] = "2",
    ['{"type":"number","exclusiveMinimum":7,"exclusiveMaximum":8}'] = "7.5",
    ['{"type":"integer","multipleOf":5,"minimum":1}'] = "5",
    ['{"type":"number","multipleOf":0.5}'] = "3",
    ['{"type":"string","minLength":5}'] = '"Adaxx"',
    ['{"type":"string","maxLength":2}'] = '"Ad"',
    ['{"type":"string","format":"date"}'] = '"2031-02-03"',
    ['{"type":"string","format":"email"}'] = '"ada@example.com"',
    ['{"type":"array","items":{"type":"string"}}'] = '["Ada","Oslo"]',
    ['{"type":"array","items":{"type":"integer"},"minItems":2}'] = "[3,250]",
    ['{"type":"array","items":{"type":"string"},"maxItems":1}'] = '["Ada"]',
    ['{"type":"array","maxItems":0}'] = "[]",
    ['{"type":"array","prefixItems":[{"type":"boolean"},{"const":2}],' ..
      '"items":false}'] = "[true,2]",
    ['{"type":"array","items":{"enum":["a","b"]},"minItems":2,' ..
      '"uniqueItems":true}'] = '["a","b"]',
    ['{"type":"array","items":{"type":"integer"},"minItems":4,' ..
      '"uniqueItems":true}'] = "[3,250,2031,2]",
    ['{"type":"array","items":{"type":"integer","minimum":9999},' ..
      '"minItems":3,"uniqueItems":true}'] = "[9999,10000,10001]",
    ['{"type":"array","contains":{"const":3}}'] = "[3]",
    ['{"type":"object","additionalProperties":{"type":"integer"},' ..
      '"required":["k"]}'] = '{"k":3}',
    ['{"type":"object","additionalProperties":{"type":"boolean"},' ..
      '"minProperties":2}'] = '{"field_1":true,"field_2":true}',
    ['{"type":"object","properties":{"next":{"anyOf":[{"$ref":"#"},' ..
      '{"type":"null"}]}},"required":["next"]}'] =
      '{"next":{"next":{"next":{"next":{"next":{"next":null}}}}}}',
    ['{"type":["object","null"],"properties":{"next":{"$ref":"#"}},' ..
      '"required":["next"]}'] =
      '{"next":{"next":{"next":{"next":{"next":{"next":null}}}}}}',
    ['{"anyOf":[{"type":"null"},{"type":"integer"}]}'] = "3",
    ['{"oneOf":[{"type":"integer"},{"type":"string"}]}'] = "3",
    ['{"allOf":[{"type":"object","properties":{"a":{"const":1}},' ..
      '"required":["a"]},{"properties":{"b":{"const":2}},' ..
      '"required":["b"]}]}'] = '{"a":1,"b":2}',
    ['{"$ref":"#/$defs/n","$defs":{"n":{"type":"integer"}}}'] = "3",
    ['{"$ref":"#/$defs/a~1b","$defs":{"a/b":{"const":1}}}'] = "1",
    [object('"to":{"type":"string"},"boxes":{"type":"integer"}',
      ',"required":["to"]')] = '{"to":"Ada","boxes":3}',
    [object '"summary":{"type":"string"},"query":{"type":"string"}'] =
      '{"query":"' .. QUESTION .. '","summary":"It will be sent."}',
  } do
    it("is made: " .. schema, function()
      assert.equal(value, made(schema))
    end)
  end

  it("leaves out what need not be there and was not asked for", function()
    local schema = object('"to":{"type":"string"},"note":{"type":"string"},' ..
      '"boxes":{"type":"integer"},"pens":{"type":"string"}',
      ',"required":["to"]')
    assert.equal('{"to":"Ada","boxes":3,"pens":"Oslo"}', made(schema, true))
    assert.equal('{"to":"Rome"}', made(schema, true, "Something for Rome"))
  end)

  it("finds the sum in a question", function()
    local schema = object '"expression":{"type":"string"}'
    assert.equal('{"expression":"2 + 3"}', made(schema, false, "What is 2+3?"))
  end)

  it("ends where a schema holds itself", function()
    for _, schema in ipairs {
      '{"$defs":{"n":{"type":"object","properties":{"next":{"$ref":' ..
        '"#/$defs/n"}}}},"$ref":"#/$defs/n"}',
      '{"type":"array","items":{"$ref":"#"}}', '{"$ref":"#"}',
      '{"anyOf":[{"$ref":"#"}]}', '{"allOf":[{"$ref":"#"}]}' } do
      assert.is_not_nil(json.decode(made(schema)), schema)
    end
  end)

  it("is made of a schema that makes no sense, too", function()
    for _, schema in ipairs { '{"type":"thing"}', '{"type":"object",' ..
      '"properties":5,"required":["a"]}', '{"type":"object","required":5}',
      '{"$ref":"elsewhere.json"}', '{"$ref":5}', '{"enum":[]}',
      '{"type":"array","items":[{"type":"string"}],"minItems":1}',
      '{"type":"string","minLength":"x"}', '{"type":"integer","minimum":"1"}',
      '{"anyOf":[5]}', '{"allOf":[5]}', '{"type":[]}',
      '{"type":"array","minItems":1e9,"items":{"type":"integer"}}' } do
      local ok, text = pcall(made, schema)
      assert.is_true(ok, schema .. ": " .. tostring(text))
      assert.is_not_nil(json.decode(text), schema)
    end
  end)
end)
