-- A JSON text that was cut is read as far as it goes.
local json = require "indoxhub.base.json"
local mend = require "indoxhub.api.errors.cut"

local TEXT = [=[{"error": {"message": "too \"long\" \\ \u00e4\n€", "code": 12},
  "list": [1, -2.5e3, true, null, "a", [], {}, {"x": [ [] ]}], "last": "end"}]=]

-- What a text says when it ends after n bytes.
local function read(text, n)
  local longer, shorter = mend(text:sub(1, n))
  return json.decode(longer) or json.decode(shorter)
end

describe("a JSON text that was cut", function()
  it("is an object wherever that was", function()
    for n = 1, #TEXT do
      assert.equal("table", type(read(TEXT, n)), n)
    end
  end)

  it("keeps what came", function()
    local whole = json.decode(TEXT)
    local from = TEXT:find('"code"', 1, true)
    for n = from, #TEXT do
      assert.equal(whole.error.message, read(TEXT, n).error.message)
    end
    assert.equal("en", read(TEXT, #TEXT - 3).last)
    assert.same(whole, read(TEXT, #TEXT))
  end)

  it("has no half of a character", function()
    local from, to = TEXT:find("\\u00e4", 1, true)
    for n = from, to - 1 do
      assert.equal('too "long" \\ ', read(TEXT, n).error.message)
    end
    from, to = TEXT:find("€", 1, true)
    for n = from, to - 1 do
      assert.matches("ä\n$", read(TEXT, n).error.message)
    end
  end)

  it("may be anything else", function()
    for _, text in ipairs { "", "]", "}}", '"', "\\", ('['):rep(200),
      '{"a" "', "x,", ",", "[1,]" } do
      local longer, shorter = mend(text)
      assert.equal("string string", type(longer) .. " " .. type(shorter))
    end
  end)
end)
