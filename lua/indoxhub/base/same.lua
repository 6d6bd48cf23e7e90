local json = require "indoxhub.base.json"

local ARRAY = getmetatable(json.array())

local same = {}

--- Whether a table is a list. An empty one is when it was decoded from one.
---@param value table
---@return boolean
function same.is_list(value)
  return value[1] ~= nil or getmetatable(value) == ARRAY
end

local function same_tables(a, b)
  if same.is_list(a) ~= same.is_list(b) then
    return false
  end
  for name, value in pairs(a) do
    if not same.values(value, b[name]) then
      return false
    end
  end
  for name in pairs(b) do
    if a[name] == nil then
      return false
    end
  end
  return true
end

--- Whether two values are the same as JSON: 1 is 1.0, and false is not 0.
---@param a any
---@param b any
---@return boolean
function same.values(a, b)
  if type(a) == "table" and type(b) == "table" then
    return same_tables(a, b)
  elseif json.is_null(a) or json.is_null(b) then
    return json.is_null(a) and json.is_null(b)
  end
  return a == b
end

return same
