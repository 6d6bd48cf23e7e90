-- Decodes so many events of a stream with cjson, which are here already: what
-- `events` would cost if it did nothing else. Argument: how many.
local cjson = require("cjson").new()

local WORDS = { "the", " river", " runs", " past", " an", " old", " mill,",
  " and", " every", " wheel", " that", " turns\\n", " there", " sings." }

local texts = {}
for i, word in ipairs(WORDS) do
  texts[i] = ('{"type": "response.content_part.delta", "response_id": ' ..
    '"7c1e0a52-3b0d-4f6e-9a51-2f8c6d0b1e77", "output_index": 0, ' ..
    '"content_index": 0, "delta": "%s"}'):format(word)
end
local count = 0
for i = 1, tonumber(arg[1]) do
  local event = cjson.decode(texts[(i - 1) % #texts + 1])
  if event.delta then
    count = count + 1
  end
end
assert(count == tonumber(arg[1]))
