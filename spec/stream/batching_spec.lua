-- stream:next_batch gives what stream:next gives, in fewer strings.
local events = require "spec.support.events"
local indoxhub = require "indoxhub"
local raw_server = require "spec.support.raw_server"
local servers = require "spec.support.servers"
local streams = require "spec.support.streams"

-- What a stream hands out, as a list of {kind, text, how many pieces} in which
-- neighbours of one kind are one; and its end.
local function told(read)
  local runs, last = {}, nil
  while true do
    local text, count, kind = read()
    if not text then
      return runs, count
    end
    if not last or last.kind ~= kind then
      last = { kind = kind, text = "", count = 0 }
      runs[#runs + 1] = last
    end
    last.text, last.count = last.text .. text, last.count + count
  end
end

local function by_piece(stream)
  return told(function()
    local piece, kind = stream:next()
    if not piece then
      return nil, kind
    end
    return piece, 1, kind
  end)
end

local function by_batch(stream)
  return told(function()
    return stream:next_batch()
  end)
end

describe("stream:next_batch", function()
  local raw = raw_server()
  local open, client_for = streams.of(raw)

  it("gives what next gives, of every stream we know", function()
    for i, vector in ipairs(dofile "spec/vectors/streams.lua") do
      local client = client_for("vector" .. i, streams.whole(vector.stream))
      local function again()
        return assert(client.chat:stream({ messages = streams.MESSAGES },
          { reasoning = true, max_retries = 0 }))
      end
      local expected, err = by_piece(again())
      local got, other = by_batch(again())
      assert.same(expected, got, vector.name)
      assert.equal(err and err.kind, other and other.kind, vector.name)
      assert.equal(err and err.partial, other and other.partial, vector.name)
    end
  end)

  it("makes one string of all that waits", function()
    local words = {}
    for i = 1, 100 do
      words[i] = i .. " "
    end
    local all = events.answer((table.unpack or unpack)(words))
    local stream = open("waits", streams.whole(all))
    local text, count, kind = stream:next_batch()
    assert.same({ table.concat(words), 100, "text" }, { text, count, kind })
    assert.same({ nil, nil }, { stream:next_batch() })
    assert.equal(table.concat(words), stream:reply().data)
  end)

  it("goes on where next was, and next where it was", function()
    local stream = open("mixed", { { "body" }, { "send",
      servers.EVENTS_HEAD .. events.created
      .. events.delta("a") .. events.delta("b") .. events.delta("c") },
      { "until", "more" }, { "send", events.delta("d") .. events.delta("e")
      .. events.completed .. events.done } })
    assert.equal("a", stream:next())
    local text, count = stream:next_batch()
    assert.same({ "bc", 2 }, { text, count })
    raw:allow "more"
    assert.equal("d", stream:next())
    assert.equal("abcde", stream:reply().data)
  end)

  it("refuses to be called with a dot", function()
    local stream = open("dot", streams.whole(events.answer "x"))
    local ok, message = pcall(stream.next_batch)
    assert.is_false(ok)
    assert.truthy(message:find("call it with a colon, as stream:next_batch()",
      1, true))
  end)

  it("waits in a task, and lets others go on", function()
    local stream = open("slow", { { "body" }, { "send",
      servers.EVENTS_HEAD .. events.created
      .. events.delta("a") }, { "sleep", 100 },
      { "send", events.delta("b") .. events.completed .. events.done } })
    assert.equal("a", (stream:next_batch())) -- whenever it comes
    local seen = {}
    indoxhub.run(function()
      local other = indoxhub.spawn(function()
        seen[#seen + 1] = "other"
      end)
      while true do
        local text = stream:next_batch()
        if not text then
          break
        end
        seen[#seen + 1] = text
      end
      other:await()
    end)
    assert.same({ "other", "b" }, seen)
  end)
end)
