-- The estimate of what a message takes.
local tokens = require "indoxhub.conversation.tokens"

describe("the estimate", function()
  local function of(text)
    return tokens.of_text(text)
  end

  it("counts ASCII by fours", function()
    assert.equal(0, of "")
    assert.equal(1, of "a")
    assert.equal(1, of "four")
    assert.equal(2, of "fives")
    assert.equal(250000, of(("x"):rep(1000000)))
    assert.equal(1, of "\0\1\2\3")
  end)

  it("counts characters of other scripts, and not their bytes", function()
    assert.equal(5, of(("\208\188"):rep(9))) -- a Cyrillic letter
    assert.equal(4, of "\228\189\160\229\165\189\228\184\150\231\149\140")
    assert.equal(2, of "\240\159\140\167")
    assert.equal(3, of "caf\195\169 cr\195\168me") -- 8 / 4 + 2 / 2
  end)

  it("survives bytes that are no text", function()
    assert.equal(4, of "\128\129\255\254")
    assert.equal(3, of "\240\159\140\167\255")
    assert.is_true(of(("\240"):rep(100)) >= 100)
    assert.is_true(of "\228\189" >= 1)
  end)

  it("adds up what a message holds", function()
    assert.equal(5, tokens.of_message { role = "user", content = "four" })
    assert.equal(4, tokens.of_message { role = "assistant" })
    assert.equal(1006, tokens.of_message { role = "user", content = {
      { type = "text", text = "fives" }, { type = "image_url",
        image_url = { url = "data:image/png;base64,"
          .. ("A"):rep(100000) } } } })
    assert.equal(4 + 4 + 1 + 2 + 3, tokens.of_message { role = "assistant",
      content = "", tool_calls = { { id = "c1", ["function"] = {
        name = "weather", arguments = '{"in":"Oslo"' } } } })
    assert.equal(4 + 1 + 1 + 1, tokens.of_message { role = "tool",
      tool_call_id = "c1", name = "n", content = "5" })
  end)
end)
