local core = require "indoxhub.core"
local programs = require "spec.support.programs"
local sse = require "spec.support.sse"

local parse, summary = sse.parse, sse.summary
local each_cut, assert_events = sse.each_cut, sse.assert_events

local BOM = "\239\187\191"

describe("an event", function()
  it("has a name, data and an id, and nothing else", function()
    local events = parse { "event: tick\nid: 7\ndata: x\n\n" }
    assert.same({ { event = "tick", data = "x", id = "7" } }, events)
  end)

  it("is called message and has an empty id unless the stream says otherwise",
    function()
      assert_events({ "message|x|" }, "data: x\n\n")
      assert_events({ "message|x|" }, "event\nevent:\ndata: x\n\n")
    end)

  it("has the lines of its data, joined", function()
    assert_events({ "message|a\nb\n\nc|" },
      "data: a\ndata:b\ndata\ndata: c\n\n")
    assert_events({ "message||" }, "data\n\n")
    assert_events({ "message|\n|" }, "data\ndata\n\n")
  end)

  it("loses one space after the colon, and only that", function()
    assert_events({ "message| x |" }, "data:  x \n\n")
    assert_events({ "message|\tx|" }, "data:\tx\n\n")
    assert_events({ "message|x:y: z|" }, "data:x:y: z\n\n")
  end)

  it("has the last name that the stream gave it", function()
    assert_events({ "b|x|" }, "event: a\ndata: x\nevent: b\n\n")
    assert_events({ "message|x|" }, "event: a\nevent:\ndata: x\n\n")
  end)

  it("does not hand its name on", function()
    assert_events({ "a|x|", "message|y|" }, "event: a\ndata: x\n\ndata: y\n\n")
    assert_events({ "message|y|" }, "event: a\n\ndata: y\n\n")
  end)

  it("is none without data", function()
    assert_events({}, "event: a\nid: 1\n\n\n\n: x\n\n")
  end)

  it("is none before its blank line", function()
    assert_events({ "message|a|" }, "data: a\n\ndata: b\n")
    assert_events({}, "data: a\n")
    assert_events({}, "data: a")
    assert_events({}, "")
  end)

  it("is bytes, whatever they are", function()
    assert_events({ "message|a\0b\255\254|" }, "data: a\0b\255\254\n\n")
    assert_events({ "message|\226\128\168|" }, "data: \226\128\168\n\n")
  end)
end)

describe("lines", function()
  it("end with LF, CR or CRLF", function()
    for _, eol in ipairs { "\n", "\r", "\r\n" } do
      assert_events({ "a|x\ny|1", "message|z|1" },
        (("event: a@id: 1@data: x@data: y@@data: z@@"):gsub("@", eol)))
    end
  end)

  it("may end differently within one stream", function()
    assert_events({ "message|a\nb\nc|", "message|d|" },
      "data: a\rdata: b\ndata: c\r\n\rdata: d\n\r\n")
  end)

  it("are blank only when nothing stands in them", function()
    assert_events({ "message|a\nb|" }, "data: a\n \ndata: b\n\n")
  end)

  it("that begin with a colon are comments", function()
    assert_events({ "message|a\nb|" },
      ": hello\ndata: a\n:data: no\n:\ndata: b\n\n: bye\n\n")
  end)

  it("with an unknown field mean nothing", function()
    assert_events({ "message|x|" },
      "dat: a\ndataa: b\n data: c\nData: d\nfoo\nfoo: bar\ndata: x\nid2: 3\n\n")
  end)
end)

describe("a byte order mark", function()
  it("is passed over at the very beginning", function()
    assert_events({ "message|x|" }, BOM .. "data: x\n\n")
    assert_events({ "message|x|" }, BOM .. "\n\ndata: x\n\n")
  end)

  it("is an unknown field anywhere else", function()
    assert_events({ "message|y|" }, BOM .. BOM .. "data: x\n\ndata: y\n\n")
    assert_events({ "message|x|" },
      "data: x\n" .. BOM .. "data: y\n\n")
  end)

  it("is no mark when it is not whole", function()
    assert_events({ "message|y|" }, "\239\187data: x\n\ndata: y\n\n")
    assert_events({ "message|y|" }, "\239\ndata: y\n\n")
  end)
end)

describe("an id", function()
  it("stays in force until there is another", function()
    assert_events({ "message|a|1", "message|b|1", "message|c|2" },
      "id: 1\ndata: a\n\ndata: b\n\nid: 2\ndata: c\n\n")
  end)

  it("is in force also for events after one that was none", function()
    assert_events({ "message|a|1" }, "id: 1\n\ndata: a\n\n")
  end)

  it("is taken away by an empty one", function()
    assert_events({ "message|a|1", "message|b|", "message|c|" },
      "id: 1\ndata: a\n\nid\ndata: b\n\nid:\ndata: c\n\n")
  end)

  it("does not count with a zero byte in it", function()
    assert_events({ "message|a|1" }, "id: 1\nid: 2\0\ndata: a\n\n")
    assert_events({ "message|a|" }, "id: \0\ndata: a\n\n")
  end)
end)

describe("the time to reconnect", function()
  local function retry_of(text)
    local found
    each_cut(text, function(pieces)
      local _, parser = parse(pieces)
      found = parser:retry()
    end)
    return found
  end

  it("is unknown at first", function()
    assert.is_nil(core.sse():retry())
    assert.is_nil(retry_of "data: x\n\n")
  end)

  it("is the last that was valid", function()
    assert.equal(3000, retry_of "retry: 3000\n")
    assert.equal(7, retry_of "retry: 5\ndata: x\n\nretry:7\n\n")
    assert.equal(0, retry_of "retry: 0\n")
    assert.equal(10, retry_of "retry: 0010\n")
  end)

  it("is made of digits and nothing else", function()
    for _, value in ipairs { "", "x", "-1", "1.5", "1e3", " 5", "5 ", "+5",
      "0x10", "5\0" } do
      assert.equal(1, retry_of("retry: 1\nretry: " .. value .. "\n"), value)
    end
  end)

  it("is a whole number, however large", function()
    assert.equal("3000", tostring(retry_of "retry: 3000\n"))
    local large = retry_of("retry: " .. ("9"):rep(400) .. "\n")
    assert.is_true(large >= 2 ^ 40 and large < math.huge)
  end)

  it("is not taken from a line that is not complete", function()
    assert.is_nil(retry_of "retry: 3000")
  end)
end)

describe("a limit", function()
  local LIMITS = { max_event_bytes = 20 }
  local TOO_LARGE = "an event is larger than max_event_bytes"

  local function assert_too_large(text)
    each_cut(text, function(pieces, how)
      local events, message, before = parse(pieces, LIMITS)
      assert.is_nil(events, how)
      assert.equal(TOO_LARGE, message)
      assert.is_true(#before <= 1)
    end)
  end

  it("is not passed by an event of that size", function()
    local ten = ("x"):rep(10)
    assert_events({ "message|" .. ten .. ten .. "|" },
      "data: " .. ten .. ten .. "\n\n", LIMITS)
    assert_events({ "message|123456789\n" .. ten .. "|" },
      "data: 123456789\ndata: " .. ten .. "\n\n", LIMITS)
    assert_events({ ten .. "|" .. ten .. "|" },
      "event: " .. ten .. "\ndata: " .. ten .. "\n\n", LIMITS)
  end)

  it("is passed by data, a name or an id that is larger", function()
    assert_too_large("data: " .. ("x"):rep(21) .. "\n\n")
    assert_too_large("data: " .. ("x"):rep(21))
    assert_too_large("event: " .. ("x"):rep(21) .. "\ndata: x\n\n")
    assert_too_large("id: " .. ("x"):rep(21) .. "\ndata: x\n\n")
    assert_too_large("event: " .. ("x"):rep(15) .. "\ndata: "
      .. ("y"):rep(15) .. "\n\n")
  end)

  it("is passed by many short lines", function()
    assert_too_large(("data: abc\n"):rep(10) .. "\n")
    assert_too_large(("data\n"):rep(30) .. "\n")
  end)

  it("counts each event for itself", function()
    local expected = {}
    for i = 1, 10 do
      expected[i] = "message|0123456789|"
    end
    assert_events(expected, ("data: 0123456789\n\n"):rep(10), LIMITS)
  end)

  it("does not count what means nothing", function()
    assert_events({ "message|x|" }, ": " .. ("x"):rep(100) .. "\nfoo: "
      .. ("x"):rep(100) .. "\n" .. ("y"):rep(100) .. "\ndata: x\n\n", LIMITS)
  end)

  it("is an error for good", function()
    local parser = core.sse(LIMITS)
    assert.same({}, parser:feed "data: ")
    for _ = 1, 3 do
      local events, message = parser:feed(("x"):rep(30))
      assert.is_nil(events)
      assert.equal(TOO_LARGE, message)
    end
    local events, message = parser:feed "\n\ndata: y\n\n"
    assert.is_nil(events)
    assert.equal(TOO_LARGE, message)
    assert.is_nil((parser:feed ""))
  end)

  it("is large unless it is set", function()
    local events = parse { "data: " .. ("x"):rep(1000000) .. "\n\n" }
    assert.equal(1000000, #events[1].data)
  end)
end)

describe("a parser", function()
  it("gives the events that a piece completes", function()
    local parser = core.sse()
    assert.same({}, parser:feed "data: a")
    assert.same({}, parser:feed "\n")
    assert.same({ "message|a|" }, summary(parser:feed "\ndata: b\n"))
    assert.same({ "message|b|" }, summary(parser:feed "\nda"))
    assert.same({ "message|c|", "message|d|" },
      summary(parser:feed "ta: c\n\ndata: d\n\n"))
    assert.same({}, parser:feed "")
  end)

  it("does not share anything with another", function()
    local one, other = core.sse(), core.sse()
    one:feed "id: 1\nretry: 5\ndata: x\n"
    assert.same({ "message|y|" }, summary(other:feed "data: y\n\n"))
    assert.is_nil(other:retry())
    assert.same({ "message|x|1" }, summary(one:feed "\n"))
  end)

  it("knows its type", function()
    assert.equal("indoxhub.sse", getmetatable(core.sse()).__name)
    assert.has_error(function()
      core.sse().feed({}, "data: x\n\n")
    end)
  end)

  it("takes text, and limits in a table", function()
    for _, wrong in ipairs { {}, true, print } do
      assert.has_error(function()
        core.sse():feed(wrong)
      end)
    end
    assert.has_error(function()
      core.sse():feed()
    end)
    assert.has_error(function()
      core.sse(5)
    end)
    assert.has_error(function()
      core.sse { max_event_bytes = "5" }
    end)
    assert.has_error(function()
      core.sse { max_event_bytes = -5 }
    end)
  end)
end)

describe("the limit of a parser that was given none", function()
  it("is 64 MiB for an event", function()
    local parser = core.sse()
    local mib = ("x"):rep(1024 * 1024)
    parser:feed "data:"
    for _ = 1, 63 do
      assert.same({}, parser:feed(mib))
    end
    local events = parser:feed "\n\n"
    assert.equal(63 * #mib, #events[1].data)
    parser:feed "data:"
    for _ = 1, 64 do
      parser:feed(mib)
    end
    local list, message = parser:feed "xx\n\n"
    assert.is_nil(list)
    assert.matches("larger than max_event_bytes", message)
  end)
end)

-- Feeds a parser while the end of litter runs the parser's finalizer. A program
-- of its own, in which nothing stops the collector.
local LITTERED = [[
  local core = require "indoxhub.core"
  local newproxy = rawget(_G, "newproxy")
  local function litter(fn)
    if newproxy then
      getmetatable(newproxy(true)).__gc = fn
    else
      setmetatable({}, { __gc = fn })
    end
  end
  collectgarbage("setpause", 100)
  collectgarbage("setstepmul", 1000)
  local parser, ended, meanwhile = core.sse(), 0, 0
  local text, count = ("x"):rep(300), 400
  for _ = 1, 20 do
    collectgarbage()
    collectgarbage("stop")
    for _ = 1, 100 do
      litter(function()
        ended = ended + 1
        getmetatable(parser).__gc(parser)
      end)
    end
    -- Two lines of data are joined in memory of the parser's own.
    local bytes = ("data: %s\ndata: %s\n\n"):format(text, text):rep(count)
    local before = ended
    collectgarbage("restart")
    local events = parser:feed(bytes)
    meanwhile = meanwhile + ended - before
    assert(#events == count)
    for i = 1, count do
      assert(events[i].data == text .. "\n" .. text)
    end
  end
  print(meanwhile > 0)
]]

describe("a parser whose finalizer has run", function()
  it("gives what it was fed, also when that was meanwhile", function()
    -- The search for leaks cannot follow a collector that is driven like that.
    local said, code = programs.run(LITTERED, programs.LEAKS)
    assert.equal("true\n", said)
    assert.equal(0, code)
  end)

  it("begins anew", function()
    local parser = core.sse()
    parser:feed "event: a\ndata: x\n"
    for _ = 1, 2 do
      getmetatable(parser).__gc(parser)
      assert.same({ "message|y|" }, summary(parser:feed "data: y\n\n"))
    end
  end)
end)
