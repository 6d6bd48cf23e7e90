-- How long a transfer waits for something that means something, and how long
-- for anything at all.
local core = require "indoxhub.core"
local engines = require "spec.support.engines"
local servers = require "spec.support.servers"

local COMMENT = ": thinking\n\n"

describe("a transfer that waits", function()
  local raw, engine

  engines.for_tests(function(...)
    raw, engine = ...
  end)

  -- The head of a stream, then some bytes every 20 ms, so many times, and what
  -- is to follow.
  local function beats(bytes, times, ...)
    local steps = { { "send", servers.EVENTS_HEAD } }
    for _ = 1, times do
      steps[#steps + 1] = { "send", bytes }
      steps[#steps + 1] = { "sleep", 20 }
    end
    for _, step in ipairs { ... } do
      steps[#steps + 1] = step
    end
    return steps
  end

  local function submit(name, steps, fields)
    local request = { method = "GET", url = raw:script(name, steps) }
    for field, value in pairs(fields) do
      request[field] = value
    end
    return assert(engine:submit(request))
  end

  -- Steps to the end of a transfer, and looks at it after each step.
  local function ended(transfer, look)
    local deadline = core.now() + 20
    while not transfer:result() do
      assert.is_true(core.now() < deadline, "the transfer has no end")
      engine:step({}, nil, nil, 0.05)
      if look then
        look(transfer)
      end
    end
    return transfer:result().ended
  end

  -- Takes all events, and counts them.
  local function taker(then_call)
    local batch, count = {}, 0
    return function(transfer)
      local n = transfer:take(batch, 100)
      count = count + n
      if n > 0 and then_call then
        then_call(transfer)
      end
      return count
    end
  end

  -- Both: a body that is read whole, and a stream that is read as it comes.
  for _, paced in ipairs { false, true } do
    local name = paced and "stream" or "whole"
    local look = paced and taker() or nil

    it("is not cut by idle while comments come: " .. name, function()
      assert.equal("complete", ended(submit("c" .. name,
        beats(COMMENT, 40, { "send", "data: x\n\n" }, { "close" }),
        { paced = paced, idle = 0.6, first_byte = 60 }), look))
    end)

    it("is cut by first_byte when only comments come: " .. name, function()
      local transfer = submit("o" .. name, beats(COMMENT, 1000),
        { paced = paced, idle = 10, first_byte = 0.2 })
      assert.equal("first_byte", ended(transfer, look))
      assert.is_true(transfer:result().bytes_in > 0)
    end)

    it("is cut by first_byte when comments come without a pause: " .. name,
      function()
        assert.equal("first_byte", ended(submit("f" .. name,
          { { "send", servers.EVENTS_HEAD }, { "repeat", 1e9, COMMENT } },
          { paced = paced, idle = 10, first_byte = 0.2 }), look))
      end)

    it("is cut by idle when nothing comes after a comment: " .. name,
      function()
        assert.equal("idle", ended(submit("i" .. name,
          beats(COMMENT, 1, { "hold" }),
          { paced = paced, idle = 0.2, first_byte = 60 }), look))
      end)

    it("waits for ever with both off: " .. name, function()
      assert.equal("complete", ended(submit("e" .. name,
        beats(COMMENT, 30, { "close" }), { paced = paced }), look))
    end)
  end

  it("takes blanks before a body for comments", function()
    for name, blank in pairs { n = "\n", b = " ", t = "\t", r = "\r\n" } do
      assert.equal("first_byte", ended(submit("blank" .. name,
        beats(blank, 1000), { idle = 10, first_byte = 0.2 })))
    end
  end)

  it("takes blanks for comments that are looked at and left", function()
    assert.equal("first_byte", ended(submit("peek", beats("\n", 1000),
      { idle = 10, first_byte = 0.2, paced = true }), function(transfer)
        transfer:peek()
      end))
  end)

  it("has all the time for a body that goes on", function()
    -- However the comment before it is cut.
    assert.equal("complete", ended(submit("goes_on",
      beats("\n", 2, { "each", ": a\r\n{" }, { "sleep", 300 },
        { "send", "}" }, { "sleep", 300 }, { "send", " " }, { "close" }),
      { idle = 10, first_byte = 0.5 })))
  end)

  it("waits as long as silence may last once it has begun", function()
    assert.equal("complete", ended(submit("slow",
      beats("{", 1, { "sleep", 600 }, { "send", "}" }, { "close" }),
      { idle = 10, first_byte = 0.3 })))
  end)

  it("begins anew after an event that was told to mean something", function()
    local times = { idle = 0.9, first_byte = 0.9, paced = true }
    assert.equal("first_byte", ended(submit("unheard",
      beats("data: 1\n\n", 1000), times), taker()))
    assert.equal("complete", ended(submit("heard",
      beats("data: 1\n\n", 60, { "close" }), times),
      taker(function(transfer)
        transfer:heard()
      end)))
  end)

  it("begins anew after an event whose text is recognised", function()
    local function event(text)
      return ('data: {"data":"%s"}\n\n'):format(text)
    end
    local times = { idle = 0.9, first_byte = 0.9, paced = true }
    local function learn(transfer)
      transfer:learn("message", '{"data":"x"}', "x", 1)
    end
    assert.equal("complete", ended(submit("text",
      beats(event "x", 60, { "close" }), times), taker(learn)))
    -- A text without letters means nothing.
    assert.equal("first_byte", ended(submit("empty",
      beats(event "", 1000), times), taker(learn)))
  end)

  it("begins anew while a large event arrives", function()
    local piece = "data: " .. ("x"):rep(9000)
    assert.equal("complete", ended(submit("large",
      beats(piece, 60, { "close" }),
      { idle = 0.9, first_byte = 0.9, paced = true }),
      function(transfer)
        if transfer:waiting() > 0 and not transfer:result() then
          transfer:take({}, 1)
        end
      end))
  end)

  it("begins anew after what is read as it is", function()
    assert.equal("complete", ended(submit("read", beats("x", 60, { "close" }),
      { idle = 0.9, first_byte = 0.9, paced = true }), function(transfer)
        transfer:read()
      end))
  end)

  it("does not count the time in which bytes wait for a reader", function()
    local transfer = submit("unread", beats(COMMENT, 1, { "hold" }),
      { first_byte = 0.3, paced = true })
    local from = core.now()
    while core.now() < from + 0.8 do
      engine:step({}, nil, nil, 0.05)
      assert.is_nil(transfer:result())
    end
    assert.is_true(transfer:waiting() > 0)
    local look = taker()
    assert.equal(0, look(transfer))
    assert.equal("first_byte", ended(transfer))
  end)

  it("ends as it was told to, but not later than its total time", function()
    local steps = beats(COMMENT, 1000)
    local transfer = submit("total", steps, { total = 0.3, paced = true })
    transfer:linger(15)
    assert.equal("total", ended(transfer, taker()))
    -- The last call counts.
    transfer = submit("again", beats(COMMENT, 30, { "close" }), { total = 15 })
    transfer:linger(0.3)
    transfer:linger(10)
    assert.equal("complete", ended(transfer))
    transfer = submit("paced", steps, { paced = true })
    transfer:linger(0.3)
    assert.equal("total", ended(transfer, taker()))
  end)
end)
