--- The values of a column as a person reads them: amounts with the decimals
--- that the smallest of them needs, counts in groups of three digits.

local json = require "indoxhub.base.json"
local number = require "indoxhub.base.number"
local spelling = require "indoxhub.base.spelling"
local utf8 = require "indoxhub.base.utf8"

local cells = {}

-- Decimals of a column: at least, at most, and the digits its smallest value
-- should show.
local LEAST, MOST, DIGITS = 2, 6, 3

-- From here on digits are shown as a power of ten.
local HUGE = 1e15

local MISSING, NO_GROUP = "-", "(none)"

local NUMERIC = { integer = true, money = true, number = true }

--- Whether a value is a number that can be measured.
---@param value any
---@return boolean
function cells.is_finite(value)
  return type(value) == "number" and value == value
    and math.abs(value) < math.huge
end

--- A value that is no number, as text; a table as JSON.
---@param value any
---@return string
function cells.text(value)
  if type(value) == "table" then
    local ok, text = pcall(json.encode, utf8.copy(value))
    return ok and text or "(table)"
  end
  return tostring(value)
end

--- Whether a column's values stand at the right.
---@param rows indoxhub.Rows
---@param name string
---@return boolean
function cells.is_numeric(rows, name)
  return NUMERIC[rows.types[name]] == true
end

-- Decimals that show all values of a column.
local function decimals_of(rows, name)
  local smallest, values = math.huge, {}
  for _, row in ipairs(rows) do
    local value = row[name]
    if cells.is_finite(value) and value ~= 0 then
      smallest = math.min(smallest, math.abs(value))
      values[#values + 1] = value
    end
  end
  if not values[1] then
    return LEAST
  end
  local most = DIGITS - 1 - math.floor(math.log(smallest) / math.log(10))
  most = math.max(LEAST, math.min(MOST, most))
  for decimals = LEAST, most - 1 do
    local enough, short, long = true, "%." .. decimals .. "f",
      "%." .. most .. "f"
    for _, value in ipairs(values) do
      enough = enough and number.read(number.format(short, value))
        == number.read(number.format(long, value))
    end
    if enough then
      return decimals
    end
  end
  return most
end

-- "1234567" as "1,234,567".
local function in_groups(digits)
  local groups = digits:reverse():gsub("(%d%d%d)", "%1,"):reverse()
  return (groups:gsub("^(%-?),", "%1"))
end

local function number_writer(format, before)
  return function(value)
    if not cells.is_finite(value) then
      return value == nil and MISSING or number.format("%g", value)
    elseif math.abs(value) >= HUGE then
      return (value < 0 and "-" or "") .. before
        .. number.format("%g", math.abs(value))
    end
    local whole, rest = number.format(format, math.abs(value))
      :match("^(%d+)(.*)$")
    return (value < 0 and "-" or "") .. before .. in_groups(whole) .. rest
  end
end

--- What writes the values of a column.
---@param rows indoxhub.Rows
---@param name string
---@return fun(value: any): string
function cells.writer(rows, name)
  local kind = rows.types[name]
  if kind == "integer" then
    return number_writer("%.0f", "")
  elseif kind == "money" then
    return number_writer(("%%.%df"):format(decimals_of(rows, name)), "$")
  elseif kind == "number" then
    return number_writer(("%%.%df"):format(decimals_of(rows, name)), "")
  end
  local missing = name == rows.columns[1] and NO_GROUP or MISSING
  return function(value)
    return value == nil and missing or cells.text(value)
  end
end

--- What is wrong with what a method of rows was called on; nil when it is rows.
---@param rows any
---@param method string
---@return string?
function cells.wrong_self(rows, method)
  if type(rows) ~= "table" or type(rows.columns) ~= "table" then
    return ("call it with a colon, as rows:%s(...)"):format(method)
  end
end

--- What is wrong with the name of a column; nil when it is one.
---@param rows indoxhub.Rows
---@param name any
---@return string?
function cells.unknown(rows, name)
  if rows.types[name] then
    return nil
  end
  local near = type(name) == "string"
    and spelling.nearest(name, rows.columns)
  return ("there is no column %s%s"):format(tostring(name), near
    and ": did you mean " .. near .. "?"
    or "; there are " .. table.concat(rows.columns, ", "))
end

return cells
