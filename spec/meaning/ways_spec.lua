-- However a stream is read, the same is read: piece by piece, where most events
-- are recognised without being decoded, and event by event, where none is.
--
-- INDOXHUB_LONG=1 asks for 10,000 streams; INDOXHUB_SEED for the one with this
-- seed.
local answers = require "spec.meaning.answers"
local compare = require "spec.meaning.compare"
local findings = require "spec.meaning.findings"
local garbled = require "spec.meaning.garbled"
local random = require "spec.meaning.random"
local reading = require "spec.meaning.reading"
local servers = require "spec.support.servers"
local indoxhub = require "indoxhub"
local wire = require "spec.meaning.wire"

local FIRST, LAST = findings.range(150, 10000)

local DIALECTS = { "openai", "gateway", "vendor", "official", "legacy" }

-- Runs of events that differ in their text only, with others between them.
local function long_answer(seed, r)
  local answer = answers.new(seed)
  local steps = {}
  for _ = 1, r:int(4) do
    local kind = r:pick { "text", "text", "reasoning", "refusal" }
    for i = 1, r:int(60) do
      steps[#steps + 1] = { kind = kind, spelling = r:chance(3) and ""
        or r:pick { "word ", "\\u00e9", "\195\169", "\\n", "a\\\\b", '\\"',
          "\\ud83d", "\\ude00", "]", "}", '","', "\\u0000", ("%d"):format(i) }
        :gsub('^","$', '\\",\\"') }
    end
  end
  for _, step in ipairs(answer.steps) do
    steps[#steps + 1] = step
  end
  answer.steps = steps
  return answer
end

local function stream_of(seed)
  local r = random.new(seed * 16 + 11)
  if seed % 3 == 0 then
    local answer = garbled.stream(seed)
    return answer.bytes, answer.dialect .. ", garbled", r
  end
  local made, dialect
  repeat
    dialect = r:pick(DIALECTS)
    made = require("spec.meaning.render." .. dialect)(long_answer(seed, r), r)
  until made
  return wire.events(made.events, r), dialect, r
end

-- What was read, as one text.
local function shown(got)
  if got.raised then
    return got.raised
  elseif got.reply then
    return compare.show(got.reply)
  end
  local err = got.err
  return ("%s %s %s %s"):format(tostring(err), err.code or "",
    compare.show(err.partial), compare.show(err.usage))
end

describe("a stream", function()
  local raw, client

  setup(function()
    raw = servers.raw()
    client = indoxhub.new { api_key = "k", max_retries = 0, timeout = 20,
      base_url = raw:base "ways" }
  end)

  teardown(function()
    client:close()
    raw:stop()
  end)

  it("is the same in pieces and in events", function()
    local misread = findings.new()
    for seed = FIRST, LAST do
      local bytes, dialect, r = stream_of(seed)
      local cut = wire.cut(r)
      local read = {}
      for i, way in ipairs { "next", "events", "coroutine" } do
        raw:script("ways", wire.chunked(bytes, i == 1 and cut or wire.cut(r),
          r, true, "text/event-stream"))
        read[i] = shown(reading.ask(client, way))
      end
      for i = 2, 3 do
        if read[i] ~= read[1] then
          misread:add(dialect, ("INDOXHUB_SEED=%d, cut at %d:\n%s\n%s"):format(
            seed, cut, read[1], read[i]), bytes)
        end
      end
    end
    misread:check()
  end)
end)
