-- Event streams of the specs, cut in pieces for core.sse.
local assert = require "luassert"
local core = require "indoxhub.core"

local sse = {}

-- Heavy: every stream cut at every position.
local ALL_CUTS = os.getenv "INDOXHUB_ALL_CUTS" == "1"

--- Feeds pieces to a fresh parser. Returns all events, and the parser; or nil
--- and the message of the piece that failed.
function sse.parse(pieces, limits)
  local parser = core.sse(limits)
  local events = {}
  for _, piece in ipairs(pieces) do
    local list, message = parser:feed(piece)
    if not list then
      return nil, message, events
    end
    for _, event in ipairs(list) do
      table.insert(events, event)
    end
  end
  return events, parser
end

local function bytes_of(text)
  local bytes = {}
  for i = 1, #text do
    bytes[i] = text:sub(i, i)
  end
  return bytes
end

--- "name|data|id". Not by format, which in old Lua stops at a zero byte.
function sse.line(name, data, id)
  return name .. "|" .. data .. "|" .. id
end

--- An event a line.
function sse.summary(events)
  local lines = {}
  for i, event in ipairs(events) do
    lines[i] = sse.line(event.event, event.data, event.id)
  end
  return lines
end

--- Runs a check with a stream in many pieces: whole, byte by byte, and, if
--- asked for, cut once at every position.
function sse.each_cut(text, check)
  check({ text }, "whole")
  check(bytes_of(text), "byte by byte")
  if ALL_CUTS then
    for i = 0, #text do
      check({ text:sub(1, i), text:sub(i + 1) }, "cut after byte " .. i)
    end
  end
end

--- A stream has these events, however it is cut.
function sse.assert_events(expected, text, limits)
  sse.each_cut(text, function(pieces, how)
    local events, message = sse.parse(pieces, limits)
    assert.is_table(events, message)
    assert.same(expected, sse.summary(events), how)
  end)
end

return sse
