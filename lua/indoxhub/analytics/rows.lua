--- What a query found: a list of rows whose columns have types, and ways to
--- show it.

local cells = require "indoxhub.analytics.cells"
local chart = require "indoxhub.analytics.chart"
local csv = require "indoxhub.analytics.csv"
local number = require "indoxhub.base.number"
local text_table = require "indoxhub.analytics.table"

local rows = {}

local rows_methods = { table = text_table, chart = chart, csv = csv }
local rows_mt = { __name = "indoxhub.rows", __index = rows_methods,
  __tostring = function(self) return self:table() end }

-- Columns in the order in which they are shown, and their types. Others come
-- behind them; where no type is said it is that of the values.
local KNOWN = {
  { "timestamp", "time" }, { "provider", "text" }, { "model", "text" },
  { "endpoint", "text" }, { "session_id", "text" }, { "count", "integer" },
  { "total_tokens_prompt", "integer" },
  { "total_tokens_completion", "integer" }, { "total_tokens", "integer" },
  { "tokens_prompt", "integer" }, { "tokens_completion", "integer" },
  { "tokens_total", "integer" }, { "total_cost", "money" },
  { "cost", "money" }, { "latency", "number" }, { "avg_latency", "number" },
  { "min_latency", "number" }, { "max_latency", "number" },
  { "first_timestamp", "time" }, { "last_timestamp", "time" },
  { "request" }, { "response" },
}

-- Columns that there are even when there is no row.
local GROUPED = { "count", "total_tokens_prompt", "total_tokens_completion",
  "total_tokens", "total_cost", "avg_latency", "min_latency", "max_latency",
  "first_timestamp", "last_timestamp" }
local SINGLE = { "timestamp", "provider", "model", "endpoint", "session_id",
  "tokens_total", "cost", "latency" }

local NUMERIC = { integer = true, money = true, number = true }

-- The number that a text is, as servers write amounts that must not be rounded.
local function number_of(value)
  if type(value) == "string"
    and value:find("^%s*[+-]?%d+%.?%d*[eE]?[+-]?%d*%s*$") then
    return number.read(value)
  end
  return type(value) == "number" and value or nil
end

local function kind_of(value)
  if type(value) == "number" then
    return value % 1 == 0 and "integer" or "number"
  end
  return type(value) == "string" and "text" or type(value)
end

-- The type that all values of a column have.
local function type_of(list, name)
  local found
  for _, row in ipairs(list) do
    local kind = kind_of(row[name])
    if found and kind ~= found and kind ~= "nil" then
      kind = NUMERIC[found] and NUMERIC[kind] and "number" or "text"
    end
    found = kind ~= "nil" and kind or found
  end
  return found or "text"
end

-- A value as its column has it; nil when it is none.
local function typed(value, kind)
  if NUMERIC[kind] then
    local found = number_of(value)
    if found and kind == "integer" and cells.is_finite(found) then
      return number.read(number.text(found)) -- an integer where Lua has them
    end
    return found and found + 0.0
  elseif kind == "table" or kind == "boolean" or value == nil then
    return value
  end
  return cells.text(value)
end

-- Names of all columns in order, and their types.
local function find_columns(list, expected)
  local present, names, kinds = {}, {}, {}
  for _, name in ipairs(expected) do
    present[name] = true
  end
  for _, row in ipairs(list) do
    for name in pairs(row) do
      present[name] = type(name) == "string" or nil
    end
  end
  for _, column in ipairs(KNOWN) do
    local name, kind = column[1], column[2]
    if present[name] then
      names[#names + 1] = name
      kinds[name] = kind or type_of(list, name)
      present[name] = nil
    end
  end
  local others = {}
  for name in pairs(present) do
    others[#others + 1] = name
  end
  table.sort(others)
  for _, name in ipairs(others) do
    names[#names + 1] = name
    kinds[name] = type_of(list, name)
  end
  return names, kinds
end

-- Copies of the rows, with what they are grouped by under its own name.
local function copy(results, group)
  local list = {}
  for _, result in ipairs(results) do
    if type(result) == "table" then
      local row = {}
      for name, value in pairs(result) do
        row[name] = value
      end
      if group then
        row.group_value = nil
        if result.group_value ~= nil then
          row[group] = result.group_value
        end
      end
      list[#list + 1] = row
    end
  end
  return list
end

-- A list, be it an empty one; nil for anything else.
local function list_or_nil(value)
  return type(value) == "table" and (value[1] ~= nil or next(value) == nil)
    and value or nil
end

--- The rows of a reply; nil when it lists none.
---@param reply table
---@param group? string what they are grouped by; nil: they are single calls
---@return indoxhub.Rows?
function rows.new(reply, group)
  local data = type(reply.data) == "table" and reply.data or {}
  local results = list_or_nil(reply.results) or list_or_nil(data.results)
    or reply.data ~= nil and list_or_nil(reply.data)
    or reply[1] ~= nil and reply
  if not results then
    return nil
  end
  local self = copy(results, group)
  local names, kinds = find_columns(self, group and GROUPED or SINGLE)
  self.columns, self.types, self.reply = {}, {}, reply
  if group then
    self.columns[1] = group
    self.types[group] = group == "date" and "date" or "text"
  end
  for _, name in ipairs(names) do
    if name ~= group then
      self.columns[#self.columns + 1] = name
      self.types[name] = kinds[name]
    end
  end
  for _, row in ipairs(self) do
    for name, kind in pairs(self.types) do
      row[name] = typed(row[name], kind)
    end
  end
  return setmetatable(self, rows_mt)
end

return rows
