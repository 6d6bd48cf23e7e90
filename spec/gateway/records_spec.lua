-- Keys of a gateway.
local records = require "indoxhub.gateway.shared.records"

local DIGEST = records.digest "x"

describe("gateway/shared/records", function()
  it("makes keys of 256 random bits, no two alike", function()
    local one, two = records.new_token(), records.new_token()
    assert.truthy(one:find "^ihg%-%x+$")
    assert.equal(4 + 64, #one)
    assert.not_equal(one, two)
    assert.is_true(records.is_token(one))
  end)

  it("reads what Redis holds", function()
    local key = assert(records.read(DIGEST, records.fields { "name", "page",
      "requests_per_minute", "20", "models", "a/b, c/d", "cost_per_day",
      "0.5" }))
    assert.same({ id = DIGEST:sub(1, 16), name = "page", cost_per_day = 0.5,
      requests_per_minute = 20, models = { ["a/b"] = true, ["c/d"] = true } },
      key)
  end)

  it("refuses names and numbers that are none", function()
    for _, fields in ipairs { {}, { name = "" }, { name = "a\nb" },
      { name = ("a"):rep(65) }, { name = "a", cost_per_day = "x" },
      { name = "a", tokens_per_minute = -1 },
      { name = "a", calls_at_once = math.huge } } do
      local key, wrong = records.read(DIGEST, fields)
      assert.is_nil(key)
      assert.equal("string", type(wrong))
    end
  end)

  it("knows what cannot be a key", function()
    for _, text in ipairs { "", "short", ("a"):rep(300), "a b" .. ("c"):rep(20),
      "*" .. ("c"):rep(20), ("c"):rep(20) .. "\r\n" } do
      assert.is_false(records.is_token(text))
    end
  end)
end)
