--- rows:chart(): one column as bars, a row each, or as a line of small columns.

local cells = require "indoxhub.analytics.cells"
local dates = require "indoxhub.analytics.dates"
local options_of = require "indoxhub.api.params.options"
local width = require "indoxhub.base.width"

local OPTIONS = { column = "any", width = "count", ascii = "boolean",
  style = { "bars", "spark" } }

local WIDTH = 80

-- What is shown unless a column is chosen: the first that there is.
local USUAL = { "total_cost", "cost", "count" }

-- The label has this part of the width at most, and a bar some cells at least.
local LABEL_PART, LEAST_BAR = 0.4, 4

-- Eighths of a cell, and what negative bars are made of.
local BLOCKS = { "\226\150\143", "\226\150\142", "\226\150\141",
  "\226\150\140", "\226\150\139", "\226\150\138", "\226\150\137",
  "\226\150\136" }
local SHADE = "\226\150\145"

-- Columns of growing height.
local SPARKS = { "\226\150\129", "\226\150\130", "\226\150\131",
  "\226\150\132", "\226\150\133", "\226\150\134", "\226\150\135",
  "\226\150\136" }
local ASCII_SPARKS = { "_", ".", "-", "~", "=", "+", "*", "#" }

-- What two neighbours are together: counts and costs add up.
local ADDS_UP = { integer = true, money = true }

-- More days than that are no line that can be read.
local MOST_DAYS = 36600

---------------------------------------------------------------------------
-- bars

local function bar(share, room, is_negative, ascii)
  local eighths = math.floor(share * room * 8 + 0.5)
  if eighths == 0 and share > 0 then
    eighths = 1
  end
  if ascii or is_negative then
    return ((ascii and (is_negative and "-" or "#")) or SHADE)
      :rep(math.ceil(eighths / 8))
  end
  return BLOCKS[8]:rep(math.floor(eighths / 8)) .. (BLOCKS[eighths % 8] or "")
end

local function largest(rows, name)
  local found = 0
  for _, row in ipairs(rows) do
    if cells.is_finite(row[name]) then
      found = math.max(found, math.abs(row[name]))
    end
  end
  return found
end

local function bars(rows, name, room, ascii)
  local write, label = cells.writer(rows, name), rows.columns[1]
  local write_label = cells.writer(rows, label)
  local labels, values, label_width, value_width = {}, {}, 0, 0
  for i, row in ipairs(rows) do
    local taken
    labels[i], taken = width.fit(write_label(row[label]),
      math.max(1, math.floor(room * LABEL_PART)))
    label_width = math.max(label_width, taken)
    values[i] = write(row[name])
    value_width = math.max(value_width, #values[i])
  end
  local bar_room = math.max(LEAST_BAR, room - label_width - value_width - 3)
  local most, lines = largest(rows, name), {}
  for i, row in ipairs(rows) do
    local value, drawn = row[name], ""
    if most > 0 and cells.is_finite(value) then
      drawn = bar(math.abs(value) / most, bar_room, value < 0, ascii)
    end
    lines[i] = width.pad(labels[i], label_width) .. "  "
      .. (drawn ~= "" and drawn .. " " or "") .. values[i]
  end
  return table.concat(lines, "\n")
end

---------------------------------------------------------------------------
-- a line of small columns

-- The values in order, of days also those of days without calls; false stands
-- for what is no number.
local function values_of(rows, name)
  local values, by_day, first, last = {}, {}, math.huge, -math.huge
  for i, row in ipairs(rows) do
    values[i] = cells.is_finite(row[name]) and row[name] or false
    local day = rows.types[rows.columns[1]] == "date"
      and dates.day(row[rows.columns[1]])
    if day then
      by_day[day] = values[i]
      first, last = math.min(first, day), math.max(last, day)
    end
  end
  if last - first < 0 or last - first >= MOST_DAYS then
    return values
  end
  values = {}
  for day = first, last do
    values[#values + 1] = by_day[day]
      or by_day[day] == nil and ADDS_UP[rows.types[name]] and 0 or false
  end
  return values
end

-- Neighbours together, so that there are no more than `room`.
local function gather(values, room, adds_up)
  if #values <= room then
    return values
  end
  local gathered = {}
  for i = 1, room do
    local sum, count = 0, 0
    for j = math.floor((i - 1) * #values / room) + 1,
      math.floor(i * #values / room) do
      if values[j] then
        sum, count = sum + values[j], count + 1
      end
    end
    gathered[i] = count > 0 and (adds_up and sum or sum / count) or false
  end
  return gathered
end

local function spark(rows, name, room, ascii)
  local write = cells.writer(rows, name)
  local glyphs = ascii and ASCII_SPARKS or SPARKS
  local all = values_of(rows, name)
  local label = width.fit(name)
  local values = gather(all, math.max(LEAST_BAR, room - #label - 1),
    ADDS_UP[rows.types[name]])
  local least, most = 0, 0
  for _, value in ipairs(values) do
    least, most = math.min(least, value or 0), math.max(most, value or 0)
  end
  local drawn = {}
  for i, value in ipairs(values) do
    local share = value and most > least and (value - least) / (most - least)
    drawn[i] = not value and " "
      or glyphs[math.floor((share or 0) * (#glyphs - 1) + 0.5) + 1]
  end
  return label .. " " .. table.concat(drawn) .. "\n"
    .. ("from %s to %s"):format(write(least), write(most))
end

---------------------------------------------------------------------------

local function choose(rows, column)
  if column ~= nil then
    local wrong = cells.unknown(rows, column)
    if not wrong and not cells.is_numeric(rows, column) then
      wrong = ("column %s has no numbers to draw"):format(column)
    end
    return column, wrong
  end
  for _, name in ipairs(USUAL) do
    if rows.types[name] then
      return name
    end
  end
  return nil, "option column is required: which column to draw"
end

--- One column drawn: see meta/helpers.lua.
---@param rows indoxhub.Rows
---@param options? indoxhub.ChartOptions
---@return string
return function(rows, options)
  local wrong = cells.wrong_self(rows, "chart")
    or options ~= nil and options_of.check(options, OPTIONS)
  local name
  options = options or {}
  if not wrong then
    name, wrong = choose(rows, options.column)
  end
  if wrong then
    error("rows:chart: " .. wrong, 2)
  elseif not rows[1] then
    return "(no rows)"
  end
  local draw = options.style == "spark" and spark or bars
  return draw(rows, name, options.width or WIDTH, options.ascii)
end
