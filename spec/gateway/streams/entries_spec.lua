local buffer = require "indoxhub.gateway.streams.buffer"
local entries = require "indoxhub.gateway.streams.entries"

local EVENTS = 1000

-- Many events, of lengths that fill some entries by bytes and some by number.
local function fill(limit)
  local made = buffer.new(limit)
  for i = 1, EVENTS do
    made:push(tostring(i) .. (" "):rep(i % 5 == 0 and 997 or 0))
  end
  return made
end

-- All events that a reader takes out of entries, from behind a number on.
local function read(list, number)
  local got = {}
  for _, entry in ipairs(list) do
    if entry.last > number then
      for _, event in ipairs(assert(entries.rest(entry, number))) do
        number = number + 1
        assert.equal(number, tonumber(event))
        got[#got + 1] = event
      end
    end
  end
  return #got
end

describe("entries", function()
  it("hold everything once, wherever a reader comes in", function()
    local list = entries.cut(fill(1e9), 0, 1e9)
    assert.is_true(#list > 5)
    for number = 0, EVENTS do
      assert.equal(EVENTS - number, read(list, number))
    end
  end)

  it("may overlap, as when an answer of the store was lost", function()
    local made = fill(1e9)
    for cut = 0, EVENTS, 37 do
      local list = {}
      for _, entry in ipairs(entries.cut(made, 0, 1e9)) do
        if entry.last < cut then
          list[#list + 1] = entry
        end
      end
      local written = #list > 0 and list[#list].last or 0
      for _, entry in ipairs(entries.cut(made, math.floor(written / 2), 1e9)) do
        if entry.last > written then
          list[#list + 1] = entry
        end
      end
      assert.equal(EVENTS - 3, read(list, 3))
    end
  end)

  it("are as many as asked for, and one at least", function()
    local made = fill(1e9)
    local list, bytes = entries.cut(made, 0, 1)
    assert.equal(1, #list)
    assert.is_true(bytes <= 33 * 1024)
    assert.equal(0, #entries.cut(made, EVENTS, 1e9))
    assert.equal(EVENTS, read(entries.cut(made, 0, 1e9), 0))
  end)

  it("show a gap", function()
    local list = entries.cut(fill(1e9), 0, 1e9)
    assert.is_nil(entries.rest(list[2], list[1].last - 1))
    assert.equal(list[2].events, entries.rest(list[2], list[1].last))
    assert.same({}, entries.rest(list[1], list[1].last))
  end)

  it("begin with what is still kept", function()
    local made = fill(20000)
    local list = entries.cut(made, 0, 1e9)
    assert.equal(made.first, list[1].last - #list[1].events + 1)
    assert.is_true(made.first > 1)
  end)
end)
