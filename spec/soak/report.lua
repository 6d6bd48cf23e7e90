-- What a soak test tells people.
local level = require "spec.soak.level"

local report = {}

local UNITS = { rss = " kB", malloc = " kB", lua = " kB", descriptors = "" }

-- "name count" of a table, the most first.
local function list(counts)
  local names = {}
  for name in pairs(counts) do
    names[#names + 1] = name
  end
  table.sort(names, function(a, b)
    return counts[a] > counts[b] or counts[a] == counts[b] and a < b
  end)
  for i, name in ipairs(names) do
    names[i] = ("%s %d"):format(name, counts[name])
  end
  return table.concat(names, ", ")
end

--- One line while it runs.
function report.progress(run, seconds)
  local last = run.sample
  print(("%7d calls, %4.0f s, %3.0f a second, %.0f kB, %.0f descriptors, "
    .. "%d wrong"):format(run.tally.calls, seconds,
    run.tally.calls / seconds, last.rss, last.descriptors, #run.wrong))
  io.stdout:flush()
end

--- What was counted.
function report.counts(run)
  local tally = run.tally
  print(("calls: %d, requests: %d, doubled: %d, on a connection that had just "
    .. "ended: %d, stops: %d"):format(tally.calls, tally.requests,
    tally.doubled, tally.late, tally.stops))
  print("outcomes: " .. list(tally.outcomes))
  print("faults: " .. list(tally.faults))
end

-- Tells how some of the samples went. Returns that when they grow.
local function level_of(values, name)
  local middles, grows = level.verdict(name, values)
  if not middles then
    print(name .. ": too few samples to say anything")
    return
  end
  for i, value in ipairs(middles) do
    middles[i] = ("%.0f"):format(value)
  end
  local text = ("%s by quarter: %s%s"):format(name,
    table.concat(middles, ", "), UNITS[name])
  print(text)
  return grows and text or nil
end

--- All figures. Returns what grows.
---@return string[]
function report.all(run, seconds)
  report.counts(run)
  print(("%.0f s, %.0f calls a second"):format(seconds,
    run.tally.calls / seconds))
  local growing, values = {}, level.read(run.samples)
  for _, name in ipairs(level.NAMES) do
    growing[#growing + 1] = level_of(values[name], name)
  end
  return growing
end

return report
