-- Streams that stand in files, with the events that they hold.
local json = require "indoxhub.base.json"
local sse = require "spec.support.sse"

local parse, line, summary = sse.parse, sse.line, sse.summary
local each_cut = sse.each_cut

local function read_lines(name)
  local file = io.open(name, "rb")
  if not file then
    return {}
  end
  local lines = {}
  for text in file:read("*a"):gmatch("[^\r\n]+") do
    lines[#lines + 1] = text
  end
  file:close()
  return lines
end

local ESCAPES = { n = "\n", r = "\r", t = "\t", ["0"] = "\0", ["\\"] = "\\" }

-- Undoes the escapes of spec/vectors/sse.txt.
local function unescape(text)
  return (text:gsub("\\(.)(%x?%x?)", function(letter, digits)
    if letter == "x" then
      return string.char(tonumber(digits, 16))
    end
    return assert(ESCAPES[letter], "unknown escape \\" .. letter) .. digits
  end))
end

-- Each keyword of the file adds to the case.
local keywords = {
  feed = function(case, rest)
    table.insert(case.feeds, unescape(rest))
  end,
  event = function(case, rest)
    local name, data, id = rest:match("^([^|]*)|(.*)|([^|]*)$")
    table.insert(case.events, line(unescape(name), unescape(data),
      unescape(id)))
  end,
  retry = function(case, rest)
    case.retry = tonumber(rest)
  end,
  limit = function(case, rest)
    case.limits = { max_event_bytes = tonumber(rest) }
  end,
  error = function(case, rest)
    case.error = rest
  end,
}

-- The cases of spec/vectors/sse.txt.
local function own_vectors()
  local cases = {}
  for _, text in ipairs(read_lines "spec/vectors/sse.txt") do
    local word, rest = text:match("^(%l+) ?(.*)$")
    if word == "case" then
      cases[#cases + 1] = { name = rest, feeds = {}, events = {} }
    elseif word then
      assert(keywords[word], "unknown keyword " .. word)(cases[#cases], rest)
    end
  end
  return cases
end

local function check_own_vector(case, pieces, how)
  local events, parser = parse(pieces, case.limits)
  assert.is_table(events, how)
  assert.same(case.events, summary(events), how)
  assert.equal(case.retry, parser:retry(), how)
end

-- What came before the event that passes the limit is delivered, however the
-- stream is cut; then the error stays.
local function check_own_failure(case, pieces, how)
  local more = {}
  for i, piece in ipairs(pieces) do
    more[i] = piece
  end
  more[#more + 1] = ""
  local events, message, before = parse(more, case.limits)
  assert.is_nil(events, how)
  assert.equal("an event is larger than max_event_bytes", message)
  assert.same(case.events, summary(before), how)
end

describe("our vector", function()
  for _, case in ipairs(own_vectors()) do
    it(case.name, function()
      local check = case.error and check_own_failure or check_own_vector
      each_cut(table.concat(case.feeds), function(pieces, how)
        check(case, pieces, how)
      end)
    end)
  end
end)

-- Public streams in ../shared/vectors, when they are there. All of them are
-- valid UTF-8, so that what a parser does about other bytes never shows; ours
-- passes them on.
local function public_vectors()
  local cases = {}
  for i, text in ipairs(read_lines "../shared/vectors/sse.jsonl") do
    cases[i] = assert(json.decode(text))
  end
  return cases
end

local function unhex(digits)
  return (digits:gsub("%x%x", function(pair)
    return string.char(tonumber(pair, 16))
  end))
end

-- Whether a stream ends between two events, so that another may be added.
local function ends_between_events(text)
  return text == "" or text:gsub("\r\n?", "\n"):find("\n\n$") ~= nil
end

describe("the public vector", function()
  for _, case in ipairs(public_vectors()) do
    it(case.name, function()
      local expected, chunks = {}, {}
      for i, event in ipairs(case.expected) do
        expected[i] = line(event.event or "message", event.data,
          event.id or "")
      end
      for i, chunk in ipairs(case.chunks) do
        chunks[i] = unhex(chunk)
      end
      local text = table.concat(chunks)
      local function check(pieces, how)
        local events, parser = parse(pieces)
        assert.same(expected, summary(events), how)
        assert.equal(case.final.retry, parser:retry(), how)
        if ends_between_events(text) then
          assert.same({ "message|probe|" .. case.final.last_event_id },
            summary(parser:feed "data: probe\n\n"), how)
        end
      end
      check(chunks, "as it is fed")
      each_cut(text, check)
    end)
  end
end)
