local id = require "indoxhub.gateway.streams.id"

describe("the id of a stream", function()
  it("is 128 bits, each time others", function()
    local seen, bits = {}, 0
    for _ = 1, 500 do
      local made = id.new()
      assert.is_true(id.is_one(made))
      assert.is_nil(seen[made])
      seen[made] = true
      for digit in made:gmatch "." do
        bits = bits + ({ [0] = 0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3,
          4 })[tonumber(digit, 16)]
      end
    end
    -- Half of 64,000 bits, give or take ten times what chance would.
    assert.is_true(math.abs(bits - 32000) < 1300)
  end)

  it("is nothing else", function()
    local made = id.new()
    for _, other in ipairs { "", made .. "0", made:sub(2), "-" .. made:sub(2),
      made:sub(2) .. "\n", ("A"):rep(32), ("g"):rep(32), 1, {}, false } do
      assert.is_false(id.is_one(other))
    end
    assert.is_false(id.is_one(nil))
  end)
end)
