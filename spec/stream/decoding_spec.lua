-- Events that the transfer recognises and events that are decoded together are
-- one answer.
local events = require "spec.support.events"
local raw_server = require "spec.support.raw_server"
local streams = require "spec.support.streams"

local collect, whole = streams.collect, streams.whole

describe("a stream", function()
  local open = streams.of(raw_server())

  it("decodes escapes the same way in the first event and in later ones",
    function()
      local piece = "\\u00e9\\t\\/\\\\\\ud83d\\ude00 x"
      local decoded = "\195\169\t/\\\240\159\152\128 x"
      local pieces = collect(open("escapes",
        whole(events.answer(piece, piece, piece, "y", piece))))
      assert.same({ decoded, decoded, decoded, "y", decoded }, pieces)
    end)

  it("keeps order and text when every event differs", function()
    local frames, expected = {}, {}
    for i = 1, 300 do
      frames[i] = events.frame(('{"type":"response.content_part.delta",' ..
        '"sequence_number":%d,"delta":"%d "}'):format(i, i))
      expected[i] = i .. " "
    end
    local stream = open("numbered",
      whole(table.concat(frames) .. events.completed .. events.done))
    assert.equal(table.concat(expected), stream:reply().data)
  end)

  it("mixes events that differ with ones that do not", function()
    local frames = {}
    for i = 1, 200 do
      frames[#frames + 1] = events.delta(i % 7 == 0 and "" or "t" .. i .. " ")
      if i % 50 == 0 then
        frames[#frames + 1] = events.frame('{"type":"response.new.thing"}')
          .. ": a comment\n\n"
      end
    end
    local expected = {}
    for i = 1, 200 do
      expected[#expected + 1] = i % 7 == 0 and "" or "t" .. i .. " "
    end
    local stream = open("mixed",
      whole(table.concat(frames) .. events.completed .. events.done))
    assert.equal(table.concat(expected), stream:reply().data)
  end)

  it("is broken by an error that nobody framed as an event", function()
    for _, rest in ipairs { "", "data: [DONE]\n\n" } do
      local stream = open("unframed", whole(events.created
        .. events.delta "Hel" .. '{"error":{"message":"the worker crashed",'
        .. '"code":503}}\n\n' .. rest))
      local reply, err = stream:reply()
      assert.is_nil(reply)
      assert.equal("unavailable", err.kind)
      assert.equal("the worker crashed", err.message)
      assert.equal("Hel", err.partial)
    end
  end)
end)
