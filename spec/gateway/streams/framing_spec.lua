local framing = require "indoxhub.gateway.streams.framing"
local json = require "indoxhub.base.json"
local sse = require("indoxhub.core").sse

describe("events as they are sent", function()
  it("have the numbers of the writer", function()
    assert.equal('data: {"a":1}\nid: 41\n\n', framing.event(41, '{"a":1}'))
    assert.equal("data: [DONE]\nid: 42\n\n", framing.event(42, "[DONE]"))
  end)

  it("are the same of a piece in three", function()
    assert.equal(framing.event(7, '{"a":"b"}'),
      framing.piece(7, '{"a":', '"b"', "}"))
  end)

  it("say what was written, and nothing else", function()
    for written, meant in pairs { ["a\nid: 9\n\nb"] = "a\nid: 9\n\nb",
      ["a\r\nb\rc"] = "a\nb\nc", [""] = "", ["  a "] = "  a ",
      ["\n"] = "\n" } do
      local list = sse():feed(framing.event(1, written))
      assert.equal(1, #list)
      assert.equal(meant, list[1].data)
      assert.equal("1", list[1].id)
    end
  end)

  it("end with what went wrong, in OpenAI's form and without a number",
    function()
      for _, how in ipairs { "interrupted", "cancelled", "trimmed" } do
        local data = framing.ending(how):match "^data: ([^\n]+)\n\n$"
        local said = json.decode(data).error
        assert.same({ how, how }, { said.type, said.code })
        assert.truthy(said.message:find "^%u.*%.$")
      end
      assert.is_nil(framing.ending "done")
      assert.is_nil(framing.ending "failed")
    end)
end)
