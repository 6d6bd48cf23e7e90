-- Refuses circles among C files: includes.lua FILES...
--
-- x.c and x.h are one unit. A unit stands on another one whose header it
-- includes, or whose functions it uses, whichever header declares them.

local texts, edges, definer = {}, {}, {}

local function unit_of(path)
  return (path:gsub("[^/]+/%.%./", ""):gsub("%.[ch]$", ""))
end

for _, path in ipairs(arg) do
  local file = assert(io.open(path))
  texts[path] = file:read("*a"):gsub("/%*.-%*/", "")
  file:close()
  edges[unit_of(path)] = {}
  for line in texts[path]:gmatch("[^\n]+") do
    -- A definition begins its line; one that the line ends only declares.
    local name = line:match("^%a[%w_ *]-%f[%w_](ih_[%w_]+)%(.*[^;]$")
    if name and path:find("%.c$") and not line:find("^static ") then
      definer[name] = unit_of(path)
    end
  end
end

local function add(from, to, how)
  if to and to ~= from and not edges[from][to] then
    table.insert(edges[from], to)
    edges[from][to] = how
  end
end

for _, path in ipairs(arg) do
  local unit = unit_of(path)
  for name in texts[path]:gmatch '#include "([^"]+)"' do
    add(unit, unit_of(path:gsub("[^/]+$", "") .. name), "includes")
  end
  for name in texts[path]:gmatch "%f[%w_]ih_[%w_]+" do
    add(unit, path:find "%.c$" and definer[name], "uses " .. name .. " of")
  end
end

-- Follows the edges: a unit that is met again on its own way closes a circle.
local way, place, circles = {}, {}, 0
local function visit(unit)
  way[#way + 1], place[unit] = unit, #way + 1
  for _, to in ipairs(edges[unit] or {}) do
    if not place[to] then
      visit(to)
    elseif way[place[to]] == to then
      circles = circles + 1
      print(table.concat(way, " -> ", place[to]), edges[unit][to], to)
    end
  end
  way[#way] = nil
end
for _, path in ipairs(arg) do
  if not place[unit_of(path)] then visit(unit_of(path)) end
end
os.exit(circles > 0 and 1 or 0)
