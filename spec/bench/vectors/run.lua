-- Runs the programs beside this one, each of them in turn, and prints ratios.
-- Arguments: a folder for files, rounds.
--
-- A ratio is taken within its round, where both have met the same machine; the
-- median of the rounds is what counts.
package.path = "spec/bench/?.lua;" .. package.path
local rows = require "rows"

local folder, rounds = arg[1], tonumber(arg[2])

local LUAS = { "lua5.4", "luajit" }

-- How much less memory is wanted than tables take. Numbers of LuaJIT have 8
-- bytes, those of Lua 5.4 have 16, and float32 has 4.
local LESS_MEMORY = { ["lua5.4"] = "wanted: at least 5",
  luajit = "8 bytes a number, so no more is possible" }

-- How servers write numbers: as a float needs it, or as a double does.
local SPELLINGS = { { digits = 9, title = "9 digits" },
  { digits = 17, title = "17 digits" } }

local VECTORS, DIMENSIONS, K = 100000, 1536, 10

-- The words that a command prints.
local function words(command)
  local pipe = io.popen(command)
  local list = {}
  for word in pipe:read("*a"):gmatch("%S+") do
    list[#list + 1] = word
  end
  assert(pipe:close(), "this failed: " .. command)
  return list
end

local function lua(interpreter, script, ...)
  return words(("env LUA_PATH='lua/?.lua;lua/?/init.lua;;' " ..
    "LUA_CPATH='build/%s/lib/?.so;;' %s spec/bench/vectors/%s %s")
    :format(interpreter, interpreter, script, table.concat({ ... }, " ")))
end

local function median(values)
  local sorted = { table.unpack(values) }
  table.sort(sorted)
  return sorted[(#sorted + 1) // 2]
end

-- Calls measure() in each round; it returns two figures. Prints their medians
-- and that of the ratios.
local function compare(title, unit, target, measure)
  local ones, others, ratios = {}, {}, {}
  for i = 1, rounds do
    ones[i], others[i] = measure()
    ratios[i] = ones[i] / others[i]
  end
  print(("%-34s %8.1f %8.1f %-4s %6.2f x   (%.2f to %.2f; %s)"):format(title,
    median(ones), median(others), unit, median(ratios), math.min(
      table.unpack(ratios)), math.max(table.unpack(ratios)), target))
end

print(("%d rounds; medians\n"):format(rounds))
print("a reply of 256 embeddings of 1536     cjson  vectors")
for _, spelling in ipairs(SPELLINGS) do
  local file = folder .. "/reply.json"
  lua("lua5.4", "reply.lua", file, spelling.digits)
  for _, interpreter in ipairs(LUAS) do
    local name = spelling.title .. ", " .. interpreter
    compare("time, " .. name, "ms", "wanted: at least 4", function()
      local times = lua(interpreter, "decode_time.lua", file)
      return tonumber(times[1]), tonumber(times[2])
    end)
    local ours, theirs, ratios = {}, {}, {}
    for i = 1, rounds do
      theirs[i] = tonumber(words(("build/tools/plain_parse %s")
        :format(file))[1])
      ours[i] = tonumber(lua(interpreter, "decode_time.lua", file)[2])
      ratios[i] = ours[i] / theirs[i]
    end
    print(("%-34s %8.1f %8.1f %-4s %6.2f x"):format("the same beside C, "
      .. name, median(ours), median(theirs), "ms", median(ratios)))
    rows.add { work = "embeddings 256 × 1,536, " .. spelling.title,
      on = interpreter, ours = median(ours), unit = "ms",
      peer = "a fast parser in C", theirs = median(theirs),
      ratio = median(ratios), most = 1.1 }
    compare("peak memory, " .. name, "MiB", LESS_MEMORY[interpreter], function()
      return tonumber(lua(interpreter, "decode_peak.lua", file, "tables")[1]),
        tonumber(lua(interpreter, "decode_peak.lua", file, "vectors")[1])
    end)
  end
end

print(("\nthe %d nearest of %d vectors of %d  top_k  plain C"):format(K,
  VECTORS, DIMENSIONS))
local file = folder .. "/vectors.f32"
words(("build/tools/plain_search write %s %d %d"):format(file, VECTORS,
  DIMENSIONS))
for _, by in ipairs { "cosine", "dot" } do
  for _, interpreter in ipairs(LUAS) do
    for _, kind in ipairs { "matrix", "list" } do
      compare(("%s, %s, %s"):format(by, kind, interpreter), "ms",
        "wanted: at most 1.5", function()
          local plain = words(("build/tools/plain_search %s %s %d %d")
            :format(by, file, DIMENSIONS, K))
          local ours = lua(interpreter, "search.lua", by, file, DIMENSIONS, K,
            kind)
          for i = 2, K + 1 do
            assert(plain[i] == ours[i], "they found other vectors")
          end
          return tonumber(ours[1]), tonumber(plain[1])
        end)
    end
  end
end
