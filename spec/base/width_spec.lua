local width = require "indoxhub.base.width"

local REPLACEMENT, ELLIPSIS = "\239\191\189", "\226\128\166"

local JAPANESE = "\230\151\165\230\156\172\232\170\158" -- three wide signs
local E_ACUTE = "e\204\129" -- e and a combining accent

describe("the width of a text", function()
  local function of(text)
    return select(2, width.fit(text))
  end

  it("is a cell for most characters", function()
    assert.equal(0, of "")
    assert.equal(5, of "hello")
    assert.equal(4, of "caf\195\169")
    assert.equal(3, of "\208\150\206\169\215\144")
  end)

  it("is two for those of East Asia, and for pictures", function()
    assert.equal(6, of(JAPANESE))
    assert.equal(2, of "\237\149\156") -- Hangul
    assert.equal(2, of "\239\188\161") -- a wide A
    assert.equal(1, of "\239\189\177") -- a half-width katakana
    assert.equal(2, of "\240\159\166\138") -- a fox
    assert.equal(2, of "\240\160\128\128")
  end)

  it("is none for what combines", function()
    assert.equal(1, of(E_ACUTE))
    assert.equal(2, of "\225\132\128\225\133\161") -- letters of Hangul
    assert.equal(0, of "\226\128\141") -- a joiner
    assert.equal(0, of "\239\184\143") -- a variation selector
  end)

  it("knows the ends of its ranges", function()
    assert.equal(2, of "\225\132\128") -- U+1100
    assert.equal(2, of "\225\133\159") -- U+115F
    assert.equal(0, of "\225\133\160") -- U+1160
    assert.equal(1, of "\204\128a") -- U+0300
    assert.equal(1, of "\203\191") -- U+02FF
    assert.equal(0, of "\205\175") -- U+036F
    assert.equal(1, of "\205\176") -- U+0370
  end)
end)

describe("a text for a terminal", function()
  it("stays as it is when nothing in it is harmful", function()
    for _, text in ipairs { "a b", JAPANESE, E_ACUTE, "\240\159\166\138" } do
      assert.equal(text, (width.fit(text)))
    end
  end)

  it("has no control characters", function()
    for byte = 0, 31 do
      local shown, cells = width.fit("a" .. string.char(byte) .. "b")
      assert.is_nil(shown:find("%c"), byte)
      assert.equal(3, cells)
    end
    assert.equal(REPLACEMENT .. "[31m", (width.fit "\27[31m"))
    assert.equal("a b c", (width.fit "a\nb\tc"))
    assert.equal(REPLACEMENT, (width.fit "\127"))
    assert.equal(REPLACEMENT .. "2J", (width.fit "\194\1552J")) -- U+009B
  end)

  it("does not turn the direction of writing", function()
    for _, sign in ipairs { "\226\128\174", "\226\129\166", "\226\128\143",
      "\216\156", "\226\128\168", "\239\187\191" } do
      assert.equal("a" .. REPLACEMENT, (width.fit("a" .. sign)))
    end
  end)

  it("is UTF-8", function()
    for _, bytes in ipairs { "\128", "\191", "\192\128", "\193\191",
      "\224\159\191", "\237\160\128", "\240\143\191\191", "\244\144\128\128",
      "\245\128\128\128", "\255", "\195", "\226\128", "\240\159\166" } do
      local shown, cells = width.fit(bytes)
      assert.equal(REPLACEMENT:rep(#bytes), shown)
      assert.equal(#bytes, cells)
    end
    assert.equal(REPLACEMENT .. "A", (width.fit "\195A"))
  end)

  it("is cut to some cells, with an ellipsis", function()
    assert.same({ "hello", 5 }, { width.fit("hello", 5) })
    assert.same({ "hel" .. ELLIPSIS, 4 }, { width.fit("hello", 4) })
    assert.same({ ELLIPSIS, 1 }, { width.fit("hello", 1) })
    assert.same({ JAPANESE, 6 }, { width.fit(JAPANESE, 6) })
    assert.same({ JAPANESE:sub(1, 6) .. ELLIPSIS, 5 },
      { width.fit(JAPANESE, 5) })
    assert.same({ JAPANESE:sub(1, 3) .. ELLIPSIS, 3 },
      { width.fit(JAPANESE, 4) })
    assert.same({ ELLIPSIS, 1 }, { width.fit(JAPANESE, 1) })
  end)

  it("is not cut between a character and what combines with it", function()
    assert.same({ E_ACUTE .. ELLIPSIS, 2 },
      { width.fit(E_ACUTE .. E_ACUTE .. "x", 2) })
    assert.same({ E_ACUTE .. E_ACUTE, 2 },
      { width.fit(E_ACUTE .. E_ACUTE, 2) })
  end)

  it("is filled up with blanks on either side", function()
    assert.equal("ab   ", width.pad("ab", 5))
    assert.equal("   ab", width.pad("ab", 5, true))
    assert.equal(JAPANESE .. " ", width.pad(JAPANESE, 7))
  end)
end)
