-- The table that `make bench` ends with: each benchmark adds its rows to the
-- file that BENCH_ROWS names, and spec/bench/table.lua prints them.
local rows = {}

local ORDER = { "work", "on", "ours", "peer", "theirs", "ratio", "goal",
  "reached" }

local function write_number(value)
  local size = math.abs(value)
  return (size >= 100 and "%.0f" or size >= 10 and "%.1f"
    or size >= 1 and "%.2f" or "%.3f"):format(value)
end

-- A figure with its unit.
local function figure(value, unit)
  return value and write_number(value) .. (unit and " " .. unit or "") or ""
end

---@class bench.Row
---@field work string what was done
---@field on string interpreter or host
---@field ours number
---@field unit? string of both figures
---@field peer? string who does the same
---@field theirs? number
---@field ratio? number default: ours / theirs
---@field most? number goal for the ratio, or without a peer for our figure
---@field most_ours? number goal for our figure, beside a peer

--- Adds a row; does nothing for who runs a benchmark by itself.
---@param row bench.Row
function rows.add(row)
  local name = os.getenv "BENCH_ROWS"
  if not name then
    return
  end
  local ratio = row.ratio or row.theirs and row.ours / row.theirs
  local most, judged = row.most, ratio or row.ours
  local goal = most and ("≤ %s%s"):format(write_number(most), ratio and " ×"
    or row.unit and " " .. row.unit or "")
  if row.most_ours then
    most, judged = row.most_ours, row.ours
    goal = ("≤ %s %s"):format(write_number(most), row.unit or "")
  end
  local fields = { work = row.work, on = row.on,
    ours = figure(row.ours, row.unit), peer = row.peer or "",
    theirs = figure(row.theirs, row.unit),
    ratio = ratio and write_number(ratio) .. " ×" or "", goal = goal or "",
    reached = most and (judged <= most and "yes" or "no") or "" }
  local list = {}
  for i, field in ipairs(ORDER) do
    list[i] = fields[field]
  end
  local file = assert(io.open(name, "a"))
  file:write(table.concat(list, "\t"), "\n")
  file:close()
end

return rows
