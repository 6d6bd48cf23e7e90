-- What the benchmarks of whole processes share.
local measure = {}

--- A program of ours under an interpreter, as a command.
---@param lua string
---@param program string with its arguments
---@return string
function measure.with_lua(lua, program)
  return ("env LUA_PATH='lua/?.lua;lua/?/init.lua;;' " ..
    "LUA_CPATH='build/%s/lib/?.so;;' %s %s"):format(lua, lua, program)
end

--- CPU seconds, wall seconds and peak KiB of a command.
---@param command string
---@return number cpu, number wall, integer kib
function measure.cost(command)
  local pipe = io.popen("build/tools/cpu " .. command)
  local cpu, wall, kib, status = pipe:read("*n", "*n", "*n", "*n")
  pipe:close()
  assert(status == 0, "this failed: " .. command)
  return cpu, wall, kib
end

--- The numbers that a command prints.
---@param command string
---@return number[]
function measure.numbers(command)
  local pipe = io.popen(command)
  local list = {}
  for word in pipe:read "*a":gmatch "%S+" do
    list[#list + 1] = tonumber(word)
  end
  assert(pipe:close(), "this failed: " .. command)
  return list
end

---@param values number[]
---@return number
function measure.median(values)
  local sorted = { table.unpack(values) }
  table.sort(sorted)
  return sorted[(#sorted + 1) // 2]
end

---@param values number[]
---@return string
function measure.spread(values)
  return ("%.1f to %.1f"):format(math.min(table.unpack(values)),
    math.max(table.unpack(values)))
end

--- Has several clients take turns. Returns for each the median of its figure,
--- that of its ratio to the first in the same round, and the ratios.
---@param count integer clients
---@param rounds integer
---@param once fun(client: integer): number
---@return {figure: number, ratio: number, ratios: number[]}[]
function measure.turns(count, rounds, once)
  local figures, found = {}, {}
  for round = 1, rounds do
    figures[round] = {}
    for i = 1, count do
      figures[round][i] = once(i)
    end
  end
  for i = 1, count do
    local list, ratios = {}, {}
    for round = 1, rounds do
      list[round] = figures[round][i]
      ratios[round] = figures[round][i] / figures[round][1]
    end
    found[i] = { figure = measure.median(list), ratio = measure.median(ratios),
      ratios = ratios }
  end
  return found
end

--- The exponent k for which cost grows as size^k: the slope of the line through
--- their logarithms. 1 is proportional, 0 does not grow.
---@param sizes number[]
---@param costs number[]
---@return number
function measure.exponent(sizes, costs)
  local n, x, y, xx, xy = #sizes, 0, 0, 0, 0
  for i, size in ipairs(sizes) do
    local a, b = math.log(size), math.log(costs[i])
    x, y, xx, xy = x + a, y + b, xx + a * a, xy + a * b
  end
  return (n * xy - x * y) / (n * xx - x * x)
end

return measure
