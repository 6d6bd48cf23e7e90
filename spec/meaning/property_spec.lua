-- One meaning: whatever dialect an answer is spoken in, as a stream or as a
-- body, and wherever its bytes are cut, the same is read.
--
-- INDOXHUB_LONG=1 asks for 10,000 answers, another number for that many;
-- INDOXHUB_SEED for the one with this seed.
local answers = require "spec.meaning.answers"
local compare = require "spec.meaning.compare"
local findings = require "spec.meaning.findings"
local random = require "spec.meaning.random"
local reading = require "spec.meaning.reading"
local servers = require "spec.support.servers"
local indoxhub = require "indoxhub"
local wire = require "spec.meaning.wire"

local FIRST, LAST = findings.range(300, 10000)

-- The order matters: a dialect's place is a part of its seed.
local STREAMS = { "openai", "gateway", "vendor", "official", "legacy" }
local BODIES = { "choices_body", "responses_body", "envelope" }

-- Fields that must have been compared so often, of 300 answers, where they had
-- a value. What a dialect cannot say is 0.
local function at_least(times, ...)
  local least = { data = 80, reasoning_content = 30, refusal = 10,
    tool_calls = 25, images = 10, finish_reason = 60, request_id = 80,
    model = 80, provider = 30, tokens_prompt = 40, tokens_completion = 40,
    tokens_total = 40, cache_read_tokens = 10, reasoning_tokens = 10, err = 25,
    ["err.usage"] = 0, other = 0 }
  for _, name in ipairs { ... } do
    least[name] = times
  end
  return least
end

local LEAST = {
  openai = at_least(5, "other", "err.usage"),
  gateway = at_least(5, "err.usage"),
  vendor = at_least(2, "err.usage"),
  official = at_least(5, "images", "finish_reason"),
  legacy = at_least(5, "err.usage"),
  choices_body = at_least(5, "other", "err.usage"),
  responses_body = at_least(5, "images", "finish_reason", "err.usage"),
  envelope = at_least(5, "err.usage"),
}

local function cut_body(bytes, r)
  local last = bytes:match "^.*()}"
  return bytes:sub(1, r:int(last - 1))
end

-- The beginning of an event that is never finished.
local TORN = 'data: {"id":"c1","type":"content","data":"torn","choices":['
  .. '{"index":0,"delta":{"content":"torn'

-- What is sent for an answer: the steps of a script, and what it told.
local function render(answer, dialect, r)
  local rendered = require("spec.meaning.render." .. dialect)(answer, r)
  if not rendered then
    return nil
  end
  local ends, kind, bytes = true, "text/event-stream"
  local is_truncated = answer.finish.kind == "truncated"
  if rendered.body then
    kind = "application/json"
    bytes = wire.body(rendered.body, r)
    if is_truncated then
      bytes = cut_body(bytes, r)
      rendered.told.any_error = true
    end
  else
    bytes = wire.events(rendered.events, r)
    if is_truncated and r:chance(30) then
      bytes = bytes .. TORN
    end
  end
  if is_truncated then
    ends = r:chance(50)
  end
  local send = r:chance(70) and wire.chunked or wire.plain
  local cut = wire.cut(r)
  rendered.ends = ends
  rendered.bytes, rendered.cut = bytes, cut
  rendered.steps = send(bytes, cut, r, ends, kind)
  return rendered
end

local function pick_way(is_body, r)
  if is_body then
    return r:chance(75) and "create" or r:pick(reading.STREAM_WAYS)
  end
  return r:chance(85) and r:pick(reading.STREAM_WAYS) or "create"
end

describe("an answer", function()
  local raw, client
  local misread, counts

  setup(function()
    raw = servers.raw()
    client = indoxhub.new { api_key = "k", max_retries = 0, timeout = 20,
      base_url = raw:base "meaning" }
  end)

  teardown(function()
    client:close()
    raw:stop()
  end)

  before_each(function()
    misread, counts = findings.new(), {}
  end)

  local function try(seed, dialect, number, is_body)
    local r = random.new(seed * 16 + number)
    local answer = answers.new(seed)
    local rendered = render(answer, dialect, r)
    if not rendered then
      return
    end
    local way = pick_way(is_body, r)
    -- A call that does not stream never sees the events of a torn transfer.
    rendered.told.no_partial = way == "create" and not rendered.ends
    raw:script("meaning", rendered.steps)
    local got = reading.ask(client, way)
    counts[dialect] = counts[dialect] or {}
    local count = counts[dialect]
    local text, what = compare.difference(answer, rendered.told, got,
      function(field, value)
        if value ~= nil then
          count[field] = (count[field] or 0) + 1
        end
      end)
    if text then
      misread:add(dialect .. " " .. what, ("INDOXHUB_SEED=%d, read by %s, " ..
        "cut at %d: %s"):format(seed, way, rendered.cut, text), rendered.bytes)
    end
  end

  local function check_counts()
    for dialect, least in pairs(LEAST) do
      for field, times in pairs(least) do
        local found = counts[dialect][field] or 0
        assert(found >= times * (LAST - FIRST + 1) / 300,
          ("%s was compared only %d times in %s"):format(field, found, dialect))
      end
    end
  end

  it("means the same in every dialect", function()
    for seed = FIRST, LAST do
      for i, dialect in ipairs(STREAMS) do
        try(seed, dialect, i, false)
      end
      for i, dialect in ipairs(BODIES) do
        try(seed, dialect, #STREAMS + i, true)
      end
    end
    misread:check()
    if LAST > FIRST then
      check_counts()
    end
  end)
end)
