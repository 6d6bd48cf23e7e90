-- What a start costs in CPU time. Argument: rounds.
--
-- Whole processes: they take turns, and ratios are taken within a round.
-- Instructions are counted by valgrind, if it is there, and the same in each
-- run.
package.path = "spec/bench/?.lua;" .. package.path
local measure = require "measure"

local rounds = tonumber(arg[1])

-- What all others are compared with stands first.
local STARTS = {
  { "libcurl alone", "package.loadlib([[libcurl.so.4]], [[*]])" },
  { "indoxhub", "require [[indoxhub]]" },
  { "indoxhub and a client",
    "require [[indoxhub]].new { api_key = [[k]] }" },
  { "indoxhub.all", "require [[indoxhub.all]]" },
}

local function command(lua, code)
  return measure.with_lua(lua, ("-e '%s'"):format(code))
end

local HAS_VALGRIND = os.execute "command -v valgrind >/dev/null"

-- Millions of instructions of a start.
local function instructions(lua, code)
  local counted = command(lua, code):gsub(" %S+ %-e ", " valgrind " ..
    "--tool=callgrind --callgrind-out-file=/dev/null%0")
  local pipe = io.popen(counted .. " 2>&1")
  local count = pipe:read("*a"):match("Collected : (%d+)")
  pipe:close()
  return count / 1e6
end

local function times(lua)
  local list = {}
  for i in ipairs(STARTS) do
    list[i] = {}
  end
  for round = 1, rounds do
    for i, start in ipairs(STARTS) do
      list[i][round] = measure.cost(command(lua, start[2])) * 1e3
    end
  end
  return list
end

print(("Medians of %d rounds."):format(rounds))
for _, lua in ipairs { "luajit", "lua5.4" } do
  print(("\n%-24s %8s %10s %10s %18s"):format(lua, "CPU ms", "over it",
    "x libcurl", "M instructions"))
  local all = times(lua)
  local first = HAS_VALGRIND and instructions(lua, STARTS[1][2])
  for i, start in ipairs(STARTS) do
    local ratios, over = {}, {}
    for round, ms in ipairs(all[i]) do
      ratios[round] = ms / all[1][round]
      over[round] = ms - all[1][round]
    end
    print(("%-24s %8.1f %10.1f %10.2f %18s"):format(start[1],
      measure.median(all[i]), measure.median(over), measure.median(ratios),
      first and ("+%.1f"):format(instructions(lua, start[2]) - first) or "?"))
  end
end
