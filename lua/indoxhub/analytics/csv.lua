--- rows:csv(): rows for other programs, quoted as RFC 4180 has it.
--
-- Lines end in a line feed, which every reader takes, unless another end is
-- asked for. A text that a spreadsheet would calculate gets an apostrophe in
-- front: names of sessions, and texts, come from whoever uses the program.

local cells = require "indoxhub.analytics.cells"
local number = require "indoxhub.base.number"
local options_of = require "indoxhub.api.params.options"

local OPTIONS = { columns = "any", raw = "boolean",
  newline = { "\n", "\r\n" } }

local function quote(text)
  if text:find('[",\r\n]') or text:find("^ ") or text:find(" $") then
    return '"' .. text:gsub('"', '""') .. '"'
  end
  return text
end

local function cell(value, raw)
  if value == nil then
    return ""
  elseif type(value) == "number" then
    return cells.is_finite(value) and number.text(value) or ""
  end
  local text = cells.text(value)
  if not raw and (text:find("^%s*[=+@-]") or text:find("^[\t\r]")) then
    text = "'" .. text
  end
  return quote(text)
end

-- A line of one empty cell would be no line.
local function line_of(parts)
  return #parts == 1 and parts[1] == "" and '""' or table.concat(parts, ",")
end

local function wrong_columns(rows, columns)
  if columns ~= nil and (type(columns) ~= "table" or columns[1] == nil) then
    return "option columns must be a list of names"
  end
  for _, name in ipairs(columns or {}) do
    local wrong = cells.unknown(rows, name)
    if wrong then
      return wrong
    end
  end
end

--- The rows as comma-separated values: see meta/helpers.lua.
---@param rows indoxhub.Rows
---@param options? indoxhub.CsvOptions
---@return string
return function(rows, options)
  local wrong = cells.wrong_self(rows, "csv")
    or options ~= nil and options_of.check(options, OPTIONS)
    or wrong_columns(rows, (options or {}).columns)
  if wrong then
    error("rows:csv: " .. wrong, 2)
  end
  options = options or {}
  local columns, lines = options.columns or rows.columns, {}
  local first = {}
  for i, name in ipairs(columns) do
    first[i] = cell(name, options.raw)
  end
  lines[1] = line_of(first)
  for _, row in ipairs(rows) do
    local line = {}
    for i, name in ipairs(columns) do
      line[i] = cell(row[name], options.raw)
    end
    lines[#lines + 1] = line_of(line)
  end
  local newline = options.newline or "\n"
  return table.concat(lines, newline) .. newline
end
