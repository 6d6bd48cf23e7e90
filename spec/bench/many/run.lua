-- 100, 1,000, 5,000 and 10,000 slow streams in one process, 2 s between two
-- deltas of each. Arguments: port of the server, rounds.
--
-- A second sees 1,500 streams begin, or as many as there are. All take turns,
-- and what is compared stands in one round.
package.path = "spec/bench/?.lua;" .. package.path
local measure = require "measure"
local rows = require "rows"

local port, rounds = arg[1], tonumber(arg[2])

local SIZES, RATE = { 100, 1000, 5000, 10000 }, 1500

local CLIENTS = {
  { name = "C on libcurl", command = "build/tools/plain_streams" },
  { name = "indoxhub, LuaJIT", command = measure.with_lua("luajit",
    "spec/bench/many/streams.lua") },
  { name = "indoxhub, Lua 5.4", command = measure.with_lua("lua5.4",
    "spec/bench/many/streams.lua") },
}

-- What each prints, in its order.
local KIB, CPU, P50, P99 = 1, 2, 3, 4

-- Client -> size -> rounds of what it printed.
local all = {}
for i in ipairs(CLIENTS) do
  all[i] = {}
  for _, size in ipairs(SIZES) do
    all[i][size] = {}
  end
end
for round = 1, rounds do
  for _, size in ipairs(SIZES) do
    for i, client in ipairs(CLIENTS) do
      all[i][size][round] = measure.numbers(("%s %s %d %d"):format(
        client.command, port, size, math.min(RATE, size)))
    end
  end
end

-- The median of what fn makes of each round.
local function median(fn)
  local list = {}
  for round = 1, rounds do
    list[round] = fn(round)
  end
  return measure.median(list)
end

local function figure(i, size, what)
  return median(function(round)
    return all[i][size][round][what]
  end)
end

print(("Medians of %d rounds."):format(rounds))
print(("\n%-20s %8s %10s %14s %16s %8s"):format("", "streams", "KiB each",
  "user us each", "first piece p50", "p99 ms"))
for i, client in ipairs(CLIENTS) do
  for _, size in ipairs(SIZES) do
    print(("%-20s %8d %10.1f %14.0f %16.2f %8.2f"):format(client.name, size,
      figure(i, size, KIB), figure(i, size, CPU), figure(i, size, P50),
      figure(i, size, P99)))
  end
end

-- How much more the user CPU time of a stream is among 10,000 than among 1,000.
local function growth(i)
  return median(function(round)
    return all[i][10000][round][CPU] / all[i][1000][round][CPU]
  end)
end

-- That with which the CPU time of all streams grows with their number.
local function exponent(i)
  return median(function(round)
    local costs = {}
    for k, size in ipairs(SIZES) do
      costs[k] = math.max(all[i][size][round][CPU], 1) * size
    end
    return measure.exponent(SIZES, costs)
  end)
end

for i = 2, #CLIENTS do
  local name, peer = CLIENTS[i].name, CLIENTS[1].name
  local function add(work, size, what, unit, goals)
    rows.add { work = work:format(size), on = name,
      ours = figure(i, size, what), unit = unit, peer = peer,
      theirs = figure(1, size, what), ratio = median(function(round)
        return all[i][size][round][what] / all[1][size][round][what]
      end), most_ours = goals }
  end
  add("memory of a slow stream among %d", 100, KIB, "KiB")
  add("memory of a slow stream among %d", 5000, KIB, "KiB", 26)
  add("memory of a slow stream among %d", 10000, KIB, "KiB")
  rows.add { work = "user CPU of a stream, 1,000 to 10,000", on = name,
    ours = growth(i), unit = "× as much", peer = peer, theirs = growth(1),
    most_ours = 1.1 }
  rows.add { work = "exponent: user CPU of 100 to 10,000 streams", on = name,
    ours = exponent(i), peer = peer, theirs = exponent(1) }
  for _, size in ipairs { 100, 10000 } do
    add("first piece among %d, p50", size, P50, "ms")
    add("first piece among %d, p99", size, P99, "ms")
  end
end
