local cursor = require "indoxhub.gateway.streams.cursor"

describe("where a reader goes on", function()
  it("is behind the event that it names", function()
    for _, number in ipairs { 0, 1, 9, 10, 123456789012345 } do
      assert.equal(number, cursor.read(("%.0f"):format(number)))
    end
  end)

  it("is the beginning when nothing is named", function()
    assert.equal(0, cursor.read(nil))
    assert.equal(0, cursor.read "")
  end)

  it("is refused when no writer gave that id", function()
    for _, text in ipairs { "-1", "+1", "1.5", "1e3", "0x10", "01", "00", " 1",
      "1 ", "1\n", "one", "nan", "inf", "1-0", "1234567890123456", "\0" } do
      local number, wrong = cursor.read(text)
      assert.is_nil(number)
      assert.truthy(wrong:find("Last-Event-ID must be", 1, true), text)
    end
    assert.same({ nil, "Last-Event-ID came more than once." },
      { cursor.read { "1", "2" } })
  end)
end)
