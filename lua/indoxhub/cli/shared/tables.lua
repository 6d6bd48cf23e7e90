--- Lists and facts as text for people.

local json = require "indoxhub.base.json"
local number = require "indoxhub.base.number"
local utf8 = require "indoxhub.base.utf8"
local width = require "indoxhub.base.width"

local tables = {}

local GAP = "  "

-- A value in one line.
local function shown(value)
  if value == nil or value == json.null then
    return ""
  elseif type(value) == "table" then
    return json.encode(utf8.copy(value))
  elseif type(value) == "number" and value % 1 ~= 0 then
    return number.format("%.10g", value)
  end
  return tostring(value)
end

-- The cells of a column below its heading, padded to one width. Numbers stand
-- to the right.
local function column_of(rows, field, heading)
  local texts, widest, is_number = {}, 0, rows[1] ~= nil
  for i = 0, #rows do
    local taken
    texts[i], taken = width.fit(i == 0 and heading or shown(rows[i][field]))
    widest = math.max(widest, taken)
    is_number = is_number and (i == 0 or type(rows[i][field]) == "number")
  end
  for i = 0, #rows do
    texts[i] = width.pad(texts[i], widest, is_number)
  end
  return texts
end

--- What of a server's list can be shown in lines: its objects.
---@param list any
---@return table[]
function tables.objects(list)
  local objects = {}
  for _, item in ipairs(type(list) == "table" and list or {}) do
    if type(item) == "table" then
      objects[#objects + 1] = item
    end
  end
  return objects
end

--- The items of a list that comes in pages, all or the first.
---@param pages indoxhub.Pages
---@param limit? integer
---@return table[]? items, indoxhub.Error? err
function tables.items(pages, limit)
  local items = {}
  while not limit or #items < limit do
    local item, err = pages:next()
    if not item then
      return not err and items or nil, err
    end
    items[#items + 1] = item
  end
  return items
end

--- A table with a heading.
---@param columns {[1]: string, [2]: string}[] field and heading
---@param rows table[]
---@return string
function tables.text(columns, rows)
  local cells, lines = {}, {}
  for i, column in ipairs(columns) do
    cells[i] = column_of(rows, column[1], column[2])
  end
  for i = 0, #rows do
    local line = {}
    for j, texts in ipairs(cells) do
      line[j] = texts[i]
    end
    lines[i + 1] = table.concat(line, GAP):gsub(" +$", "") .. "\n"
  end
  return table.concat(lines)
end

--- What is known of one thing, a line for each field.
---@param thing table
---@return string
function tables.facts(thing)
  local names, widest = {}, 0
  for name in pairs(thing) do
    names[#names + 1] = tostring(name)
    widest = math.max(widest, #tostring(name))
  end
  table.sort(names)
  local lines = {}
  for i, name in ipairs(names) do
    local text = width.fit(shown(thing[name]))
    lines[i] = width.pad(name, widest) .. GAP .. text .. "\n"
  end
  return table.concat(lines)
end

return tables
