-- core.base64 and core.unbase64; csrc/test/test_base64.c has the corner cases.
local core = require "indoxhub.core"

describe("core.base64", function()
  local pairs_of = { { "", "" }, { "f", "Zg==" }, { "fo", "Zm8=" },
    { "foo", "Zm9v" }, { "\0", "AA==" }, { "\251\239\190\251", "+++++w==" },
    { "\255\255\255", "////" } }

  it("writes the standard alphabet with padding", function()
    for _, pair in ipairs(pairs_of) do
      assert.equal(pair[2], core.base64(pair[1]))
    end
  end)

  it("reads what it writes", function()
    for _, pair in ipairs(pairs_of) do
      assert.equal(pair[1], core.unbase64(pair[2]))
    end
    local bytes = {}
    for i = 0, 255 do
      bytes[#bytes + 1] = string.char(i)
    end
    local all = table.concat(bytes)
    for n = 0, 256 do
      assert.equal(all:sub(1, n), core.unbase64(core.base64(all:sub(1, n))))
    end
    local large = all:rep(8192) .. "!"
    assert.is_true(core.unbase64(core.base64(large)) == large)
  end)

  it("reads the other alphabet, lines, and text without padding", function()
    assert.equal("\251\255\191", core.unbase64("-_-_"))
    assert.equal("fo", core.unbase64("Zm8"))
    assert.equal("foobar", core.unbase64(" Zm9v\r\n\tYm\fFy\n"))
    assert.equal("", core.unbase64("\n"))
  end)

  it("refuses what is no base64, and says where", function()
    for text, at in pairs { ["Zm9v!"] = 5, ["Z\0"] = 2, ["Zm9v="] = 5,
      ["\195\169"] = 1, ["Zg==Zg=="] = 5, ["data:x"] = 5 } do
      local bytes, message = core.unbase64(text)
      assert.is_nil(bytes)
      assert.equal("not base64 at byte " .. at, message)
    end
    for _, text in ipairs { "Z", "Zm9vY", "Zg=", "Zh==" } do
      local bytes, message = core.unbase64(text)
      assert.is_nil(bytes)
      assert.equal("base64 that was cut off", message)
    end
  end)

  it("raises for what is no string", function()
    assert.is_false(pcall(core.base64))
    assert.is_false(pcall(core.base64, {}))
    assert.is_false(pcall(core.unbase64, nil))
  end)
end)
