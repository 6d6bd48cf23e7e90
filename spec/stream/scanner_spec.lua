-- Elements of a list in JSON that comes in pieces.
local scanners = require "indoxhub.stream.scanner"

-- Path, text, and what is found in it.
local VECTORS = {
  { "items", '{"items":[1,2,3]}', "1|2|3" },
  { "items", ' \n{ "items" : [ 1 , "a,b" , {"x":[1,2]} , [3,[4]] ] , "n":1}',
    ' 1 | "a,b" | {"x":[1,2]} | [3,[4]] ' },
  { "items", '{"items":[]}', "" }, { "items", '{"items":[ ]}', "" },
  { "items", '{"other":[1],"items":[2]}', "2" },
  { "items", '{"a":{"items":[1]},"items":[2]}', "2" },
  { "a.items", '{"items":[1],"a":{"b":[0],"items":[2]}}', "2" },
  { "", "[1,[2],{\"a\":3}]", '1|[2]|{"a":3}' },
  { "items", '{"items":["]","[","}","\\"","\\\\"]}',
    '"]"|"["|"}"|"\\""|"\\\\"' },
  { "items", '{"it\\u0065ms":[1]}', "1" },
  { "items", '```json\n{"items":[1]}\n```\nThat is all.', "1" },
  { "items", 'Here: {"items":[true,null]} and {"items":[5]}', "true|null" },
  { "items", '{"items":{"items":[1]}}', nil },
  { "items", '{"x":["items",[1]]}', nil }, { "items", "no JSON", nil },
  { "items", '[{"items":[1]}]', nil }, { "a.b", '{"a":[{"b":[1]}]}', nil },
  { "items", '{"items":["\195\188\226\130\172"]}', '"\195\188\226\130\172"' },
  { "items", '}],:"{"items":[1]}', "1" },
  { "items", '<think>so {"items":[9]}?</think>\n{"items":[1]}', "1" },
  { "items", ' <thinking>{"items":[9]}</think></thinking>{"items":[1]}', "1" },
  { "", "<reasoning>[9]</reasoning>[1,2]", "1|2" }, { "", "<thin>[1]", "1" },
  { "items", '<think>so {"items":[9]}', nil },
}

-- What is found when a text comes in these pieces.
local function found(path, pieces)
  local scanner, list = scanners.new(path), {}
  for _, piece in ipairs(pieces) do
    scanner:feed(piece)
    local text = scanner:take()
    while text do
      list[#list + 1] = text
      text = scanner:take()
    end
  end
  return scanner.found and table.concat(list, "|") or nil, scanner
end

describe("a scanner of elements", function()
  for i, vector in ipairs(VECTORS) do
    it("finds the elements, however the text is cut: " .. i, function()
      local path, text, expected = vector[1], vector[2], vector[3]
      local bytes = {}
      for at = 1, #text do
        bytes[at] = text:sub(at, at)
      end
      assert.equal(expected, (found(path, { text })))
      assert.equal(expected, (found(path, bytes)))
      for cut = 1, #text - 1 do
        assert.equal(expected,
          (found(path, { text:sub(1, cut), text:sub(cut + 1) })))
      end
    end)
  end

  it("gives an element as soon as it is complete", function()
    local scanner = scanners.new "items"
    scanner:feed '{"items":[{"a":1}'
    assert.is_nil(scanner:take())
    scanner:feed ","
    assert.equal('{"a":1}', scanner:take())
    scanner:feed '"b'
    assert.is_nil(scanner:take())
    scanner:feed '"]'
    assert.equal('"b"', scanner:take())
    assert.is_true(scanner.over)
    scanner:feed ',1,2]'
    assert.is_nil(scanner:take())
  end)

  it("keeps no more of a text than it needs", function()
    local scanner = scanners.new "items"
    scanner:feed '{"items":['
    for i = 1, 2000 do
      scanner:feed(('{"number":%d,"text":"%s"},'):format(i, ("x"):rep(100)))
      assert.is_string(scanner:take())
      assert.is_true(#scanner._text < 200)
    end
    assert.equal(2000, scanner.count)
  end)
end)
