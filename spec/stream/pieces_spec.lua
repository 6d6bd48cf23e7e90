-- Which pieces of an answer are handed out, and in which order.
local events = require "spec.support.events"
local pieces = require "indoxhub.stream.pieces"
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

describe("pieces that wait", function()
  it("are taken in their order, and once", function()
    local waiting = pieces.new()
    waiting:add({ "text", "a", "refusal", "b" }, 4)
    assert.same({ "a", "text" }, { waiting:take() })
    waiting:add({ "text", "c" }, 2)
    assert.same({ "b", "refusal" }, { waiting:take() })
    assert.same({ "c", "text" }, { waiting:take() })
    assert.is_nil((waiting:take()))
    waiting:add({ "text", "d" }, 2)
    assert.same({ "d", "text" }, { waiting:take() })
  end)

  it("are as many as count", function()
    local waiting = pieces.new()
    waiting:add({ "text", "a", "text", "of another event" }, 2)
    assert.equal("a", (waiting:take()))
    assert.is_nil((waiting:take()))
  end)

  it("are no reasoning unless that was asked for", function()
    local told = { "reasoning", "hm", "text", "a" }
    local quiet, loud = pieces.new(), pieces.new(true)
    quiet:add(told, 4)
    loud:add(told, 4)
    assert.same({ "a", "text" }, { quiet:take() })
    assert.same({ "hm", "reasoning" }, { loud:take() })
    assert.same({ "a", "text" }, { loud:take() })
  end)

  it("are none once they were dropped", function()
    local waiting = pieces.new()
    waiting:add({ "text", "a", "text", "b" }, 4)
    waiting:take()
    waiting:clear()
    assert.is_nil((waiting:take()))
    waiting:add({ "text", "c" }, 2)
    assert.equal("c", (waiting:take()))
  end)
end)
