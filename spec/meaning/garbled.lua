-- Answers that a server garbled on the way: what it sends, and what must come
-- out of it all the same.
local answers = require "spec.meaning.answers"
local mutate = require "spec.meaning.mutate"
local places = require "spec.meaning.places"
local random = require "spec.meaning.random"
local source = require "spec.meaning.source"

local garbled = {}

local STREAMS = { "openai", "gateway", "vendor", "official", "legacy" }
local BODIES = { "choices_body", "responses_body", "envelope" }

-- An answer whose pieces of text can be told apart.
local function marked_answer(seed)
  local answer = answers.new(seed)
  for i, step in ipairs(answer.steps) do
    if step.kind == "text" then
      step.spelling = ("<%d> "):format(i)
    end
  end
  answer.other, answer.says_once = nil, true
  return answer
end

local function rendered(seed, dialects, r)
  local made, dialect
  repeat
    dialect = r:pick(dialects)
    made = require("spec.meaning.render." .. dialect)(marked_answer(seed), r)
    seed = seed + 1000003
  until made and (made.body or made.events[1])
  return made, dialect
end

local function garble_events(events, r)
  for _ = 1, r:int(3) do
    mutate.events(events, r)
  end
  local sent = {}
  local damaged = r:chance(20) and r:int(#events)
  for i, event in ipairs(events) do
    local data = event.data
    if type(data) == "table" then
      data = source.encode(data)
      data = i == damaged and mutate.bytes(data, r) or data
    end
    sent[i] = { name = event.name, data = data }
  end
  return sent
end

local function garble_body(body, r)
  local node = mutate.copy(body)
  for _ = 1, r:int(3) do
    mutate.tree(node, r)
  end
  local json = source.encode(node)
  return r:chance(20) and mutate.bytes(json, r) or json
end

--- The garbled stream of a seed: { bytes, content_type, found, dialect, r }.
--- `found` is what places.lua says of it.
function garbled.stream(seed)
  local r = random.new(seed * 16 + 9)
  local made, dialect = rendered(seed, STREAMS, r)
  local events, out = garble_events(made.events, r), {}
  for i, event in ipairs(events) do
    out[i] = (event.name and "event: " .. event.name .. "\n" or "")
      .. "data: " .. event.data .. "\n\n"
  end
  return { bytes = table.concat(out), content_type = "text/event-stream",
    found = places.of_events(events), dialect = dialect, r = r }
end

--- The same of a body.
function garbled.body(seed)
  local r = random.new(seed * 16 + 10)
  local made, dialect = rendered(seed, BODIES, r)
  local bytes = garble_body(made.body, r)
  return { bytes = bytes, content_type = "application/json",
    found = places.of_body(bytes), dialect = dialect, r = r }
end

return garbled
