-- Searches the vectors of a file. Prints the milliseconds of wall-clock time
-- that it takes, the median of some rounds, and the places of the nearest.
-- Arguments: "cosine" or "dot", file, dimensions, k, "matrix" or "list".
local core = require "indoxhub.core"
local indoxhub = require "indoxhub"

local ROUNDS = 5

local by, path, dimensions, k = arg[1], arg[2], tonumber(arg[3]),
  tonumber(arg[4])

local vectors = indoxhub.assert(indoxhub.vectors.open(path, dimensions))
local query = vectors[1]
if arg[5] == "list" then
  vectors = vectors:table()
end

local times, hits = {}, nil
for i = 1, ROUNDS do
  local started = core.now()
  hits = indoxhub.top_k(query, vectors, k, { by = by })
  times[i] = (core.now() - started) * 1000
end
table.sort(times)
io.write(times[(ROUNDS + 1) / 2])
for _, hit in ipairs(hits) do
  io.write(" ", ("%d"):format(hit.index))
end
print()
