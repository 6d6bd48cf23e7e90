local buffer = require "indoxhub.gateway.streams.buffer"

-- A buffer to which events of these lengths were added, each made of its
-- number.
local function filled(limit, lengths)
  local made = buffer.new(limit)
  for i, length in ipairs(lengths) do
    assert.equal(i, made:push(tostring(i):rep(length)))
  end
  return made
end

describe("the events of a stream", function()
  it("are handed out from behind any number", function()
    local made = filled(100, { 1, 1, 1, 1 })
    assert.same({ "1", "2", "3", "4" }, made:after(0, 100))
    assert.same({ "3", "4" }, made:after(2, 100))
    assert.same({}, made:after(4, 100))
    assert.same({}, made:after(9, 100))
  end)

  it("are handed out in pieces, and one at least", function()
    local made = filled(100, { 3, 3, 9, 1 })
    assert.same({ "111", "222" }, made:after(0, 6))
    assert.same({ "111" }, made:after(0, 5))
    assert.same({ "111" }, made:after(0, 1))
    assert.same({ "333333333" }, made:after(2, 1))
    assert.same({ "111", "222" }, made:after(0, 100, 2))
  end)

  it("are thrown away from the oldest on, and that is told", function()
    local made = filled(6, { 3, 3, 3 })
    assert.same({ 2, 3, 6 }, { made.first, made.last, made.bytes })
    assert.is_nil(made:after(0, 100))
    assert.same({ "222", "333" }, made:after(1, 100))
    made:push(("4"):rep(5))
    assert.same({ 4, 4, 5 }, { made.first, made.last, made.bytes })
    assert.is_nil(made:after(2, 100))
    assert.same({ "44444" }, made:after(3, 100))
  end)

  it("keep the newest, however long it is", function()
    local made = filled(2, { 1, 9 })
    assert.is_nil(made:after(0, 100))
    assert.same({ "222222222" }, made:after(1, 1))
  end)
end)
