--- Lists and facts as text for people.

local json = require "indoxhub.json"

local tables = {}

-- Columns a text takes.
local function width(text)
  return #text:gsub("[\128-\191]", "")
end

-- A value in one line.
local function shown(value)
  if value == nil or value == json.null then
    return ""
  elseif type(value) == "table" then
    return json.encode(value)
  elseif type(value) == "number" and value % 1 ~= 0 then
    return ("%.10g"):format(value)
  end
  return (tostring(value):gsub("%s+", " "))
end

local function pad(text, columns, to_the_right)
  local blanks = (" "):rep(columns - width(text))
  return to_the_right and blanks .. text or text .. blanks
end

--- A table with a heading. Numbers stand to the right.
---@param columns {[1]: string, [2]: string}[] field and heading
---@param rows table[]
---@return string
function tables.text(columns, rows)
  local lines = {}
  for i = 0, #rows do
    lines[i] = {}
  end
  for _, column in ipairs(columns) do
    local field, heading = column[1], column[2]
    local columns_wide, is_number = width(heading), rows[1] ~= nil
    for _, row in ipairs(rows) do
      local value = row[field]
      columns_wide = math.max(columns_wide, width(shown(value)))
      is_number = is_number and type(value) == "number"
    end
    table.insert(lines[0], pad(heading, columns_wide, is_number))
    for i, row in ipairs(rows) do
      table.insert(lines[i], pad(shown(row[field]), columns_wide, is_number))
    end
  end
  for i = 0, #rows do
    lines[i] = table.concat(lines[i], "  "):gsub("%s+$", "")
  end
  return table.concat(lines, "\n", 0) .. "\n"
end

--- What is known of one thing, a line for each field.
---@param thing table
---@return string
function tables.facts(thing)
  local names, widest = {}, 0
  for name in pairs(thing) do
    names[#names + 1] = tostring(name)
    widest = math.max(widest, width(tostring(name)))
  end
  table.sort(names)
  local lines = {}
  for i, name in ipairs(names) do
    lines[i] = pad(name, widest) .. "  " .. shown(thing[name]) .. "\n"
  end
  return table.concat(lines)
end

return tables
