-- The escapes by which texts are written inside of others.
local escapes = require "indoxhub.base.escapes"

describe("escapes", function()
  it("are undone once", function()
    for text, expected in pairs {
      ["a%2Db%2dc"] = "a-b-c", ["%2541"] = "%41", ["%41"] = "A",
      ["\\u002d\\x2D\\n\\\"\\\\u0041"] = "--\n\"\\u0041",
      ["&#45;&#x2d;&#X002D;&#00000000000045;&amp;amp;&lt;&quot;"] =
        "----&amp;<\"",
      ["caf\\u00e9 \\ud83d\\ude00 &#233; &#x1F600;"] =
        "caf\195\169 \240\159\152\128 \195\169 \240\159\152\128",
      ["100% \\ud83d \\q &no; %41"] = "100% \\ud83d \\q &no; A",
    } do
      assert.equal(expected, (escapes.undo(text)))
    end
  end)

  it("are none when they stand for nothing", function()
    for _, text in ipairs { "", "plain", "%", "%2", "%zz", "\\", "\\u12",
      "\\ud83d", "\\ude00", "&", "&;", "&#;", "&#x;", "&#110000000;",
      "&#x110000;", "&#xD800;", "&hyphen;", "&amp", "\\x2" } do
      assert.is_nil(escapes.undo(text), text)
    end
  end)

  it("tell where each byte came from", function()
    local text = "ab%2Dcd\\ud83d\\ude00ef&#x2d;\\n%zz\\\\"
    local undone, origin = escapes.undo(text)
    assert.equal("ab-cd\240\159\152\128ef-\n%zz\\", undone)
    for _, case in ipairs { { "ab", "ab" }, { "b-", "b%2D" },
      { "-", "%2D" }, { "-c", "%2Dc" }, { "d\240", "d\\ud83d\\ude00" },
      { "\159", "\\ud83d\\ude00" }, { "\128ef", "\\ud83d\\ude00ef" },
      { "ef-", "ef&#x2d;" }, { "\n%z", "\\n%z" }, { "z\\", "z\\\\" },
      { undone, text } } do
      local first, last = undone:find(case[1], 1, true)
      local from, to = origin(first, last)
      assert.equal(case[2], text:sub(from, to))
    end
  end)
end)
