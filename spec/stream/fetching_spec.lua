-- How a stream is taken out of its transfer: however it arrives, and no more of
-- it than is read.
local events = require "spec.support.events"
local indoxhub = require "indoxhub"
local loop = require "indoxhub.loop"
local raw_server = require "spec.support.raw_server"
local servers = require "spec.support.servers"
local streams = require "spec.support.streams"

describe("a stream", function()
  local open = streams.of(raw_server())

  it("arrives whole however it is cut on the way", function()
    local text = events.answer("Rain", " and", " \\u00e6\\ud83c\\udf27",
      "\\n\\\"quoted\\\"", " end")
    local stream = open("bytes", { { "body" },
      { "send", servers.EVENTS_HEAD }, { "each", text } })
    assert.equal("Rain and \195\166\240\159\140\167\n\"quoted\" end",
      stream:reply().data)
  end)

  it("lets others go on when all that has come is taken each time", function()
    local stream = open("without_end", { { "body" }, { "send",
      servers.EVENTS_HEAD .. events.created },
      { "repeat", 1e9, events.delta("0123456789") } })
    local count, slept = 0, false
    indoxhub.run(function()
      indoxhub.spawn(function()
        indoxhub.sleep(0.01)
        slept = true
      end)
      for _ = 1, 100 do -- so that no round ends where a batch does
        assert(stream:next())
      end
      while not slept and count < 3e6 do
        assert(stream:next())
        local taken = 1
        while taken < 256 and stream:try_next() do
          taken = taken + 1
        end
        count = count + taken
      end
      stream:close()
    end)
    assert.is_true(slept, count .. " pieces")
  end)

  it("does not grow memory for a slow reader", function()
    local stream = open("flood", { { "body" }, { "send", servers.EVENTS_HEAD ..
      events.created }, { "repeat", 100000, events.delta("0123456789") },
      { "send", events.completed .. events.done } })
    local count, most = 0, 0
    while stream:next() do
      count = count + 1
      if count % 1000 == 0 then
        loop.look() -- much more could arrive than is read
        most = math.max(most, stream._transfer:waiting())
      end
    end
    assert.equal(100000, count)
    assert.is_true(most <= 512 * 1024 + 16 * 1024, "waiting: " .. most)
    assert.equal(1000000, #stream:reply().data)
  end)
end)
