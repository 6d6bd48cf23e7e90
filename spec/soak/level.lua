-- Whether something grows without end: samples of a run, the first fifth of
-- which is warming up, compared quarter by quarter with themselves.
local files = require "spec.support.files"
local process = require "spec_process"

local level = {}

-- Of a status file of Linux.
local function field(name)
  local text = files.read("/proc/self/status") or ""
  return tonumber(text:match(name .. ":%s*(%d+)"))
end

level.pid = tonumber((files.read("/proc/self/stat") or ""):match("^%d+"))

--- What is measured.
level.NAMES = { "rss", "malloc", "lua", "descriptors" }

--- Measures kilobytes of memory in use, of those that malloc has given out, and
--- of those that Lua has, and how many descriptors are open. Appends that to a
--- file: in memory it would grow.
---@param path string
---@return table<string, number>
function level.measure(path)
  collectgarbage()
  collectgarbage()
  local descriptors = files.output(("ls /proc/%d/fd | wc -l")
    :format(level.pid))
  local allocated = process.allocated() / 1024 -- first: it gives back the rest
  local sample = { rss = field "VmRSS", malloc = allocated,
    lua = collectgarbage("count"), descriptors = tonumber(descriptors) }
  local file = assert(io.open(path, "a"))
  for i, name in ipairs(level.NAMES) do
    file:write(("%.0f"):format(sample[name] * 1000), i < 4 and " " or "\n")
  end
  file:close()
  return sample
end

--- All that was measured: a list for each name.
---@param path string
---@return table<string, number[]>
function level.read(path)
  local lists = { {}, {}, {}, {} }
  for line in io.lines(path) do
    local at = 0
    for number in line:gmatch("%d+") do
      at = at + 1
      table.insert(lists[at], tonumber(number) / 1000)
    end
  end
  return { rss = lists[1], malloc = lists[2], lua = lists[3],
    descriptors = lists[4] }
end

--- Descriptors that are no connection, as text: what they lead to.
---@return string
function level.files()
  return files.output(("ls -l /proc/%d/fd 2>/dev/null | sed -n 's/.* -> //p' | "
    .. "grep -v -e socket: -e pipe: | sort"):format(level.pid))
end

--- The ids of processes that this one has started.
---@return string
function level.children()
  return files.read(("/proc/%d/task/%d/children"):format(level.pid, level.pid))
    or ""
end

-- How many samples a quarter must have. What is free between things in use
-- stays with the process, whose size tells something in long runs only.
local FEWEST = { rss = 20, malloc = 3, lua = 3, descriptors = 3 }

-- The middle value of some, and how far they are apart.
local function middle(values)
  local sorted = {}
  for i, value in ipairs(values) do
    sorted[i] = value
  end
  table.sort(sorted)
  return sorted[math.ceil(#sorted / 2)], sorted[#sorted] - sorted[1]
end

--- The middle of each quarter after the warm-up, and whether they grow evenly:
--- from each to the next by more than half of what one quarter's samples are
--- apart, and at the end not less than at the beginning by more than half. What
--- settles grows less and less. Nil when there are no four quarters, and no
--- verdict when they have too few samples.
---@param name string
---@param values number[]
---@return number[]? middles, boolean? grows
function level.verdict(name, values)
  local first = math.ceil(#values / 5)
  local size = math.floor((#values - first) / 4)
  if size < 1 then
    return nil
  end
  local middles, apart = {}, 0
  for quarter = 0, 3 do
    local part = {}
    for i = 1, size do
      part[i] = values[first + quarter * size + i]
    end
    local distance
    middles[quarter + 1], distance = middle(part)
    apart = math.max(apart, distance)
  end
  local growth = {}
  for i = 1, 3 do
    growth[i] = middles[i + 1] - middles[i]
  end
  return middles, size >= FEWEST[name]
    and math.min(growth[1], growth[2], growth[3]) > apart / 2
    and growth[3] * 2 >= growth[1]
end

return level
