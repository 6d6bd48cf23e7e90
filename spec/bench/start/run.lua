-- What a start costs in CPU time. Arguments: the folder with an installation,
-- rounds.
--
-- Whole processes: they take turns, and ratios are taken within a round.
-- Instructions are counted by valgrind, if it is there, and the same in each
-- run.
package.path = "spec/bench/?.lua;" .. package.path
local measure = require "measure"
local rows = require "rows"

local folder, rounds = arg[1], tonumber(arg[2])

-- Interpreter -> the version of Lua that its modules are for.
local LUAS = { luajit = "5.1", ["lua5.4"] = "5.4" }

local REQUIRE = "require [[indoxhub]]"

-- What all others are compared with stands first. The last is as `make install`
-- puts it there, with bytecode.
local STARTS = {
  { "libcurl alone", "package.loadlib([[libcurl.so.4]], [[*]])" },
  { "indoxhub", REQUIRE },
  { "indoxhub.all", "require [[indoxhub.all]]" },
  { "indoxhub, installed", REQUIRE, installed = true },
}

-- A start as a command.
local function command(lua, start)
  local made = measure.with_lua(lua, ("-e '%s'"):format(start[2]))
  local modules = ("%s/share/lua/%s"):format(folder, LUAS[lua])
  return start.installed and (made:gsub("LUA_PATH='[^']*'",
    ("LUA_PATH='%s/?.lua;%s/?/init.lua;;'"):format(modules, modules))) or made
end

local HAS_VALGRIND = os.execute "command -v valgrind >/dev/null"

-- Millions of instructions of a start.
local function instructions(lua, start)
  local counted = command(lua, start):gsub(" %S+ %-e ", " valgrind " ..
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
      list[i][round] = measure.cost(command(lua, start)) * 1e3
    end
  end
  return list
end

print(("Medians of %d rounds."):format(rounds))
for _, lua in ipairs { "luajit", "lua5.4" } do
  print(("\n%-24s %8s %10s %10s %18s"):format(lua, "CPU ms", "over it",
    "x libcurl", "M instructions"))
  local all = times(lua)
  local first = HAS_VALGRIND and instructions(lua, STARTS[1])
  for i, start in ipairs(STARTS) do
    local ratios, over = {}, {}
    for round, ms in ipairs(all[i]) do
      ratios[round] = ms / all[1][round]
      over[round] = ms - all[1][round]
    end
    print(("%-24s %8.1f %10.1f %10.2f %18s"):format(start[1],
      measure.median(all[i]), measure.median(over), measure.median(ratios),
      first and ("+%.1f"):format(i == 1 and 0
        or instructions(lua, start) - first) or "?"))
    if i > 1 then
      rows.add { work = "require, more than libcurl alone",
        on = ("%s, %s"):format(start[1], lua), ours = measure.median(over),
        unit = "ms", peer = "libcurl alone", theirs = measure.median(all[1]),
        ratio = measure.median(ratios), most_ours = start.installed and 5 }
    end
  end
end
