-- What saving a file of 1 GB costs in CPU time, beside `curl -o`. Arguments:
-- port of the server, folder to save to, rounds.
--
-- As in streams.lua: whole processes, minus the same with a file of one byte;
-- they take turns, and ratios are taken within a round.
package.path = "spec/bench/?.lua;" .. package.path
local measure = require "measure"
local rows = require "rows"

local port, folder, rounds = arg[1], arg[2], tonumber(arg[3])

local BYTES = 1024 * 1024 * 1024

local function url(bytes)
  return ("http://127.0.0.1:%s/bytes/%d"):format(port, bytes)
end

local function with_lua(lua)
  return function(bytes)
    return measure.with_lua(lua, ("spec/bench/save/save.lua %s %s/saved %d")
      :format(url(bytes), folder, bytes))
  end
end

local CLIENTS = {
  { name = "curl -o", command = function(bytes)
    return ("curl -s -o %s/saved %s"):format(folder, url(bytes))
  end },
  { name = "indoxhub, LuaJIT", command = with_lua "luajit" },
  { name = "indoxhub, Lua 5.4", command = with_lua "lua5.4" },
}

-- CPU seconds per GB of each client, and its peak in KiB.
local function once()
  local round = {}
  for i, client in ipairs(CLIENTS) do
    local long, _, kib = measure.cost(client.command(BYTES))
    local short = measure.cost(client.command(1))
    round[i] = { seconds = long - short, kib = kib }
  end
  return round
end

local all = {}
for round = 1, rounds do
  all[round] = once()
end
local first
print(("Medians of %d rounds."):format(rounds))
print(("\n%-28s %14s %10s %16s %10s"):format("a file of 1 GB", "CPU s",
  "x curl", "(min to max)", "peak MiB"))
for i, client in ipairs(CLIENTS) do
  local seconds, ratios, kib = {}, {}, {}
  for round = 1, rounds do
    seconds[round] = all[round][i].seconds
    ratios[round] = all[round][i].seconds / all[round][1].seconds
    kib[round] = all[round][i].kib
  end
  print(("%-28s %14.2f %10.2f %16s %10.1f"):format(client.name,
    measure.median(seconds), measure.median(ratios), measure.spread(ratios),
    measure.median(kib) / 1024))
  first = first or measure.median(seconds)
  if i > 1 then
    rows.add { work = "save 1 GB", on = client.name,
      ours = measure.median(seconds), unit = "s", peer = "curl -o",
      theirs = first, ratio = measure.median(ratios), most = 1.1 }
  end
end
