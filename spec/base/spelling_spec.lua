local spelling = require "indoxhub.base.spelling"

describe("the nearest name", function()
  it("is one insertion, deletion, change or swap away", function()
    local known = { "abcd" }
    for _, name in ipairs { "abcd", "ABCD", "bcd", "acd", "abc", "xabcd",
      "abxcd", "abcdx", "xbcd", "abxd", "abcx", "bacd", "acbd", "abdc" } do
      assert.equal("abcd", spelling.nearest(name, known), name)
    end
    for _, name in ipairs { "", "ab", "abcdxy", "xbcx", "axcx", "badc", "dcba",
      "cbad", "bcda" } do
      assert.is_nil(spelling.nearest(name, known), name)
    end
  end)

  it("is none when nothing is known", function()
    assert.is_nil(spelling.nearest("a", {}))
  end)
end)
