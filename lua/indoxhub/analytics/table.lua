--- rows:table(): rows as text in columns, for a terminal.

local cells = require "indoxhub.analytics.cells"
local options_of = require "indoxhub.api.params.options"
local width = require "indoxhub.base.width"

-- What is shown unless columns are chosen.
local USUAL = { "timestamp", "provider", "model", "count", "total_tokens",
  "tokens_total", "total_cost", "cost", "avg_latency", "latency" }

local GAP = "  "

local NOTHING = "(no rows)"

-- A column of text is not made narrower than that.
local NARROWEST = 8

local OPTIONS = { columns = "any", width = "count" }

local function usual_columns(rows)
  local names = { rows.columns[1] }
  for _, name in ipairs(USUAL) do
    if rows.types[name] and name ~= names[1] then
      names[#names + 1] = name
    end
  end
  return names
end

-- The names of the columns to show; nil and what is wrong.
local function choose(rows, columns)
  if columns == nil then
    return usual_columns(rows)
  elseif columns == "all" then
    return rows.columns
  elseif type(columns) ~= "table" or columns[1] == nil then
    return nil, 'option columns must be "all" or a list of names'
  end
  for _, name in ipairs(columns) do
    local wrong = cells.unknown(rows, name)
    if wrong then
      return nil, wrong
    end
  end
  return columns
end

-- A column: its cells as text, and how many cells of the terminal it takes.
local function column_of(rows, name, room)
  local write, is_numeric = cells.writer(rows, name),
    cells.is_numeric(rows, name)
  local most = not is_numeric and room and math.max(room, NARROWEST) or nil
  local first, widest = width.fit(name, most)
  local texts, widths = { first }, { widest }
  for i, row in ipairs(rows) do
    local text, taken = width.fit(write(row[name]), most)
    texts[i + 1], widths[i + 1] = text, taken
    widest = math.max(widest, taken)
  end
  return { texts = texts, widths = widths, width = widest,
    is_numeric = is_numeric }
end

-- A cell with blanks to fill its column, or cut to it.
local function cell_of(column, i)
  local text, blanks = column.texts[i], column.width - column.widths[i]
  if blanks < 0 then
    text, blanks = width.fit(text, column.width)
    blanks = column.width - blanks
  end
  return column.is_numeric and (" "):rep(blanks) .. text
    or text .. (" "):rep(blanks)
end

-- Takes cells from the widest texts until all fits, or nothing is left to take.
local function squeeze(columns, room)
  local taken = -#GAP
  for _, column in ipairs(columns) do
    taken = taken + column.width + #GAP
  end
  while taken > room do
    local widest
    for _, column in ipairs(columns) do
      if not column.is_numeric and column.width > NARROWEST
        and (not widest or column.width > widest.width) then
        widest = column
      end
    end
    if not widest then
      return
    end
    widest.width, taken = widest.width - 1, taken - 1
  end
end

local function line_of(columns, text_of)
  local parts = {}
  for i, column in ipairs(columns) do
    parts[i] = text_of(column)
  end
  return table.concat(parts, GAP):match("^.*%S") or ""
end

--- The rows as text: see meta/helpers.lua.
---@param rows indoxhub.Rows
---@param options? indoxhub.TableOptions
---@return string
return function(rows, options)
  local wrong = cells.wrong_self(rows, "table")
    or options ~= nil and options_of.check(options, OPTIONS)
  local names
  if not wrong then
    names, wrong = choose(rows, (options or {}).columns)
  end
  if wrong then
    error("rows:table: " .. wrong, 2)
  end
  local columns, room = {}, (options or {}).width
  for i, name in ipairs(names) do
    columns[i] = column_of(rows, name, room)
  end
  if room then
    squeeze(columns, room)
  end
  local lines = {}
  for i = 1, #rows + 1 do
    lines[#lines + 1] = line_of(columns, function(column)
      return cell_of(column, i)
    end)
    if i == 1 then
      lines[2] = line_of(columns, function(column)
        return ("-"):rep(column.width)
      end)
    end
  end
  lines[3] = lines[3] or NOTHING
  return table.concat(lines, "\n")
end
