-- What a small call costs in CPU time on a connection that is there, beside a
-- program in C on libcurl. Arguments: port of the server, rounds.
--
-- As in streams.lua: whole processes, minus the same with few calls; they take
-- turns, and ratios are taken within a round.
package.path = "spec/bench/?.lua;" .. package.path
local measure = require "measure"
local rows = require "rows"

local port, rounds = arg[1], tonumber(arg[2])

local MANY, FEW = 5100, 100

local function with_lua(lua)
  return function(calls)
    return measure.with_lua(lua, ("spec/bench/calls/calls.lua %s %d")
      :format(port, calls))
  end
end

local CLIENTS = {
  { name = "C on libcurl", command = function(calls)
    return ("build/tools/plain_calls %s %d"):format(port, calls)
  end },
  { name = "indoxhub, LuaJIT", command = with_lua "luajit", most = 2.0 },
  { name = "indoxhub, Lua 5.4", command = with_lua "lua5.4", most = 2.3 },
}

-- CPU microseconds of a call of each client.
local function once()
  local round = {}
  for i, client in ipairs(CLIENTS) do
    local many = measure.cost(client.command(MANY))
    local few = measure.cost(client.command(FEW))
    round[i] = (many - few) / (MANY - FEW) * 1e6
  end
  return round
end

local all = {}
for round = 1, rounds do
  all[round] = once()
end
print(("Medians of %d rounds."):format(rounds))
local first
print(("\n%-28s %14s %10s %16s"):format("a small call", "CPU us", "x C",
  "(min to max)"))
for i, client in ipairs(CLIENTS) do
  local times, ratios = {}, {}
  for round = 1, rounds do
    times[round] = all[round][i]
    ratios[round] = all[round][i] / all[round][1]
  end
  print(("%-28s %14.1f %10.2f %16s"):format(client.name,
    measure.median(times), measure.median(ratios), measure.spread(ratios)))
  first = first or measure.median(times)
  if i > 1 then
    rows.add { work = "warm small call", on = client.name,
      ours = measure.median(times), unit = "µs", peer = "C on libcurl",
      theirs = first, ratio = measure.median(ratios), most = client.most }
  end
end
