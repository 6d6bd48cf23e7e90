-- stream:events gives every event as it would be decoded, also those that it
-- builds from their text.
local core = require "indoxhub.core"
local cloning = require "indoxhub.stream.cloning"
local events = require "spec.support.events"
local json = require "indoxhub.base.json"
local random = require "spec.support.core_fuzz.random"
local raw_server = require "spec.support.raw_server"
local streams = require "spec.support.streams"

local math_type = rawget(math, "type")

-- Of numbers the type counts, too; of tables what marks lists.
local function describe_value(value)
  if type(value) == "table" then
    local list = {}
    for name, item in pairs(value) do
      list[#list + 1] = ("%s=%s"):format(describe_value(name),
        describe_value(item))
    end
    table.sort(list)
    return ("{%s}%s"):format(table.concat(list, ","),
      tostring(getmetatable(value)))
  elseif type(value) == "number" then
    return ("%s %.17g %s"):format(math_type and math_type(value) or "", value,
      1 / value)
  end
  return type(value) .. tostring(value)
end

-- What a plain decoder makes of a stream: its events up to the end.
local function decoded(text)
  local list = {}
  for _, item in ipairs(assert(core.sse({ objects = true }):feed(text))) do
    if item.data:find "^%s*%[DONE%]%s*$" then
      break
    end
    local event = json.decode_piece(item.data)
    if type(event) == "table" then
      list[#list + 1] = describe_value(event)
    end
  end
  return list
end

local function given(stream)
  local list = {}
  local ok, err = pcall(function()
    for event in stream:events() do
      list[#list + 1] = describe_value(event)
    end
  end)
  return list, not ok and err or nil
end

describe("stream:events", function()
  local raw = raw_server()
  local open, client_for = streams.of(raw)

  -- As it was before anything was built: a builder is refused each time.
  local function without_builders(fn)
    local builder = cloning.builder
    cloning.builder = function() end
    local ok, list, err = pcall(fn)
    cloning.builder = builder
    assert(ok, list)
    return list, err
  end

  it("gives of every stream we know what decoding gives", function()
    local built = 0
    local builder = cloning.builder
    cloning.builder = function(...)
      local build = builder(...)
      return build and function(text)
        built = built + 1
        return build(text)
      end
    end
    finally(function()
      cloning.builder = builder
    end)
    for i, vector in ipairs(dofile "spec/vectors/streams.lua") do
      local client = client_for("vector" .. i, streams.whole(vector.stream))
      local function again()
        return given(assert(client.chat:stream({ messages = streams.MESSAGES },
          { max_retries = 0 })))
      end
      local expected, wrong = without_builders(again)
      local got, err = again()
      assert.same(expected, got, vector.name)
      assert.equal(wrong and wrong.kind, err and err.kind, vector.name)
      assert.equal(wrong and wrong.partial, err and err.partial, vector.name)
    end
    assert.is_true(built > 0, "nothing was ever built")
  end)

  -- Words of JSON, as servers write them.
  local WORDS = { '"a"', '"\\u00e9\\n"', '""', "0", "-0", "1", "1.0", "1e3",
    "-2147483649", "9007199254740993", "0.1", "1e999", "true", "false", "null",
    "[]", "{}", '[1,null,"x"]', '{"a":null,"b":[{"c":[]}]}', '"\\u0000\\\\"',
    '"end\\"]] --"', "[[],[{}]]", '{"arguments":{"x":1}}' }
  local TEXTS = { "one", " two", "\\u00e9", "\\n", "\\ud83d\\ude00", "",
    "\\ud83d", "\\ude00", "x", "a", "text" }

  -- Some events like one another, and the answer's end.
  local function make(roll)
    local list = {}
    for _ = 1, roll(4) do
      local fields = {}
      for i = 1, roll(5) do
        fields[i] = ('"%s":%s'):format(({ "f", "g\\u0041", "sequence_number",
          "end", "0" })[roll(5)], WORDS[roll(#WORDS)])
      end
      local head = '{"type":"response.content_part.delta",'
        .. table.concat(fields, ",") .. ',"delta":"'
      for _ = 1, roll(12) do
        list[#list + 1] = events.frame(head .. TEXTS[roll(#TEXTS)] .. '"}')
      end
    end
    return table.concat(list) .. events.completed .. events.done
  end

  it("gives what decoding gives of made-up events", function()
    for seed = 1, 60 do
      local text = make(random.new(seed))
      local expected = decoded(text)
      local got, err = given(open("made" .. seed, streams.whole(text)))
      assert.is_nil(err)
      assert.equal(#expected, #got)
      -- The last tells figures, which get more names.
      expected[#expected], got[#got] = nil, nil
      assert.same(expected, got, "seed " .. seed)
    end
  end)

  it("gives tables that share nothing", function()
    local list = {}
    local frame = '{"type":"response.content_part.delta","a":{"b":[]},'
      .. '"delta":"%s"}'
    local text = {}
    for i = 1, 40 do
      text[i] = events.frame(frame:format("word" .. i))
    end
    for event in open("own", streams.whole(table.concat(text)
      .. events.completed .. events.done)):events() do
      list[#list + 1] = event
    end
    for i = 1, 40 do
      assert.equal("word" .. i, list[i].delta)
      assert.is_nil(list[i].a.seen)
      assert.is_nil(list[i].a.b[1])
      list[i].a.seen, list[i].a.b[1] = true, i
    end
  end)

  it("builds most events, and decodes those that all differ", function()
    local builder, made, built = cloning.builder, 0, 0
    cloning.builder = function(...)
      local build = builder(...)
      made = made + 1
      return function(text)
        built = built + 1
        return build(text)
      end
    end
    finally(function()
      cloning.builder = builder
    end)
    local alike, differing = {}, {}
    for i = 1, 1000 do
      alike[i] = events.delta("word" .. i)
      differing[i] = events.frame(('{"type":"response.content_part.delta",' ..
        '"sequence_number":%d,"delta":"%d "}'):format(i, i))
    end
    local rest = events.completed .. events.done
    assert.equal(1001, #given(open("alike", streams.whole(table.concat(alike)
      .. rest))))
    assert.same({ 1, 999 }, { made, built })
    assert.equal(1001, #given(open("differing", streams.whole(
      table.concat(differing) .. rest))))
    assert.same({ 5, 999 }, { made, built })
  end)

  it("goes on with events after deltas", function()
    local text = {}
    for i = 1, 600 do
      text[i] = events.delta("w" .. i .. " ")
    end
    local stream = open("after", streams.whole(table.concat(text)
      .. events.completed .. events.done))
    for i = 1, 3 do
      assert.equal("w" .. i .. " ", stream:next())
    end
    local read, last = 0, nil
    for event in stream:events() do
      read = read + 1
      last = event.delta and event or last
      if read == 590 then
        break
      end
    end
    assert.equal("response.content_part.delta", last.type)
    assert.equal("w593 ", last.delta)
    assert.equal("w594 ", stream:next())
    local reply = assert(stream:reply())
    assert.equal("w1 w2 w3 ", reply.data:sub(1, 9))
    assert.equal("w600 ", reply.data:sub(-5))
  end)
end)
