local terminal = require "indoxhub.cli.shared.terminal"

describe("terminal.safe", function()
  it("makes control characters visible, but for line ends and tabs", function()
    assert.equal("a^[[31mb^@c^?d\n\te", terminal.safe("a\27[31mb\0c\127d\n\te"))
    assert.equal("one\ntwo^Mthree", terminal.safe("one\r\ntwo\rthree"))
    assert.equal("x\239\191\189[2J", terminal.safe("x\194\155[2J"))
  end)

  it("leaves other characters alone", function()
    local text = "Zo\195\171 \226\130\172 \240\159\166\138 \194\160"
    assert.equal(text, terminal.safe(text))
  end)
end)

describe("terminal.cleaner", function()
  it("gives the same however the text is cut", function()
    local text = "a\27]0;x\7\r\nb\194\155c\194\160\rd\195\171\194"
    local whole = terminal.safe(text)
    for cut = 1, #text - 1 do
      local clean = terminal.cleaner()
      assert.equal(whole, clean(text:sub(1, cut)) .. clean(text:sub(cut + 1))
        .. clean())
    end
    local clean, pieces = terminal.cleaner(), {}
    for i = 1, #text do
      pieces[i] = clean(text:sub(i, i))
    end
    assert.equal(whole, table.concat(pieces) .. clean())
  end)
end)

describe("terminal.paint", function()
  it("does nothing where there is no terminal", function()
    local file = io.open("/dev/null")
    assert.equal("x", terminal.paint(99, "bold", "x"))
    file:close()
  end)
end)

describe("terminal.width", function()
  it("is 80 where nothing tells", function()
    if not os.getenv("COLUMNS") then
      assert.equal(80, terminal.width(99))
    end
  end)
end)
