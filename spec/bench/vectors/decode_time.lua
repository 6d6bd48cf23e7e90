-- Decodes a reply, the JSON library first and then this one. Prints
-- milliseconds of CPU time of each, the medians of some rounds. Argument: the
-- reply's file.
--
-- What a round left behind is collected before the clock of the next starts.
-- The rounds of each are by themselves, as those of plain_parse.c are: the
-- tables of the other would drive the text out of the processor's caches.
local cjson = require("cjson").new()
local embeddings = require "indoxhub.api.replies.embeddings"

local ROUNDS = 9

local file = assert(io.open(arg[1], "rb"))
local text = file:read("*a")
file:close()

local function measure(decode)
  local took = {}
  for i = 1, ROUNDS do
    collectgarbage()
    collectgarbage()
    local started = os.clock()
    local body = decode(text)
    took[i] = (os.clock() - started) * 1000
    assert(#body.data == 256)
  end
  table.sort(took)
  return took[(ROUNDS + 1) / 2]
end

print(measure(cjson.decode), measure(embeddings.decode))
