-- Characters of UTF-8, and bytes that are none.
local utf8 = require "indoxhub.base.utf8"

describe("a character of UTF-8", function()
  it("is told with its length", function()
    for text, expected in pairs { ["a"] = { 97, 1 }, ["\0"] = { 0, 1 },
      ["\127"] = { 127, 1 }, ["\194\128"] = { 0x80, 2 },
      ["\223\191"] = { 0x7FF, 2 }, ["\224\160\128"] = { 0x800, 3 },
      ["\237\159\191"] = { 0xD7FF, 3 }, ["\238\128\128"] = { 0xE000, 3 },
      ["\239\191\191"] = { 0xFFFF, 3 },
      ["\240\144\128\128"] = { 0x10000, 4 },
      ["\244\143\191\191"] = { 0x10FFFF, 4 } } do
      assert.same(expected, { utf8.character("." .. text .. ".", 2) })
      assert.equal(text, utf8.encode(expected[1]))
    end
  end)

  it("is none without a code point of its own", function()
    for _, point in ipairs { 0xD800, 0xDFFF, 0x110000, 2 ^ 31 } do
      assert.is_nil(utf8.encode(point))
    end
  end)

  it("is not made of other bytes", function()
    for _, text in ipairs { "\128", "\191", "\192\128", "\193\191", "\194",
      "\194.", "\224\159\191", "\237\160\128", "\237\191\191",
      "\240\143\191\191", "\244\144\128\128", "\245\128\128\128", "\255",
      "\226\130", "\240\159\146" } do
      assert.is_nil((utf8.character(text, 1)))
    end
  end)
end)

describe("a byte order mark", function()
  it("is taken away in front, once, and nowhere else", function()
    local mark = "\239\187\191"
    assert.equal("a" .. mark, utf8.without_mark(mark .. "a" .. mark))
    assert.equal(mark, utf8.without_mark(mark .. mark))
    assert.equal("", utf8.without_mark(mark))
    assert.equal("\239\187", utf8.without_mark("\239\187"))
  end)
end)

describe("bytes as text", function()
  it("are the same where they are text", function()
    local text = "plain, \195\165, \226\130\172, \240\159\146\161\0"
    assert.equal(text, utf8.text(text))
    assert.equal("", utf8.text "")
  end)

  it("have U+FFFD for each that is none", function()
    assert.equal("caf\239\191\189 \195\169",
      utf8.text "caf\233 \195\169")
    assert.equal(("\239\191\189"):rep(2) .. "\226\130\172",
      utf8.text "\226\130\226\130\172")
    assert.equal("\239\191\189\195\165\239\191\189",
      utf8.text "\128\195\165\240")
  end)
end)

describe("text that is not UTF-8", function()
  it("is told by its first byte that is wrong", function()
    assert.is_nil(utf8.wrong "plain, \195\165, \240\159\146\161\0")
    assert.is_nil(utf8.wrong "")
    assert.equal("is not UTF-8: byte 3 (0xFF)", utf8.wrong "ab\255\254")
    assert.equal("is not UTF-8: byte 2 (0xE2)", utf8.wrong "a\226\130")
    assert.equal("is not UTF-8: byte 1 (0xC0)", utf8.wrong "\192\175")
  end)
end)

describe("a copy in which all texts are UTF-8", function()
  it("shares nothing with the value, and keeps what is no text", function()
    local mt = {}
    local value = setmetatable({ a = { "b\255", 1, true }, ["\254"] = 2.5 }, mt)
    local copy = utf8.copy(value)
    assert.same({ a = { "b\239\191\189", 1, true },
      ["\239\191\189"] = 2.5 }, copy)
    assert.equal(mt, getmetatable(copy))
    assert.equal("b\255", value.a[1])
    assert.equal("c", utf8.copy "c")
    assert.is_nil(utf8.copy(nil))
  end)
end)
