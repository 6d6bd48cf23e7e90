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

return measure
