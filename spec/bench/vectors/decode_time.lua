-- Decodes a reply, the JSON library and this one in turn. Prints milliseconds
-- of CPU time of each, the medians of some rounds. Argument: the reply's file.
--
-- What one left behind is collected before the clock of the other starts.
local cjson = require("cjson").new()
local embeddings = require "indoxhub.api.replies.embeddings"

local ROUNDS = 9

local file = assert(io.open(arg[1], "rb"))
local text = file:read("*a")
file:close()

local function measure(decode)
  collectgarbage()
  collectgarbage()
  local started = os.clock()
  local body = decode(text)
  local seconds = os.clock() - started
  assert(#body.data == 256)
  return seconds * 1000
end

local tables, vectors = {}, {}
for i = 1, ROUNDS do
  tables[i] = measure(cjson.decode)
  vectors[i] = measure(embeddings.decode)
end
table.sort(tables)
table.sort(vectors)
print(tables[(ROUNDS + 1) / 2], vectors[(ROUNDS + 1) / 2])
