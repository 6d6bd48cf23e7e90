-- Which pieces of an answer are handed out.
local events = require "spec.support.events"
local raw_server = require "spec.support.raw_server"
local streams = require "spec.support.streams"

local collect, whole = streams.collect, streams.whole

describe("a stream", function()
  local open = streams.of(raw_server())

  it("hands out reasoning when asked to", function()
    local text = events.created .. events.reasoning("hm ")
      .. events.reasoning("yes") .. events.delta("Answer")
      .. events.completed .. events.done
    local quiet = open("quiet", whole(text))
    assert.same({ "Answer" }, (collect(quiet)))
    assert.equal("hm yes", quiet:reply().reasoning_content)
    local loud = open("loud", whole(text), nil, { reasoning = true })
    local seen = {}
    for delta, kind in loud do
      seen[#seen + 1] = kind .. "=" .. delta
    end
    assert.same({ "reasoning=hm ", "reasoning=yes", "text=Answer" }, seen)
    assert.equal("Answer", loud:reply().data)
  end)
end)
