--- What fields of an answer may be instead of what they should be.

local json = require "indoxhub.base.json"

local values = {}

-- Every event has many fields that are absent: one table stands for all.
local EMPTY = {}

---@param value any
---@return table value it is not to be changed where it may be absent
function values.table_or_empty(value)
  return type(value) == "table" and value or EMPTY
end

---@param value any
---@return string? text that is not empty
function values.text_or_nil(value)
  return type(value) == "string" and value ~= "" and value or nil
end

--- A list; of one object where a server left the brackets out.
---@param value any
---@return table[]
function values.list(value)
  if type(value) ~= "table" then
    return EMPTY
  end
  return value[1] == nil and next(value) ~= nil and { value } or value
end

--- What should be a text: a number becomes its digits, anything else nothing.
---@param value any
---@return string? text that is not empty
function values.digits_or_text(value)
  if type(value) == "number" and value == value and math.abs(value) < 1e300 then
    -- Whole numbers without a fraction, whatever their type is.
    return value % 1 == 0 and math.abs(value) < 2 ^ 53
      and ("%.0f"):format(value) or json.encode(value)
  end
  return values.text_or_nil(value)
end

--- A number, also one that was written as a text.
---@param value any
---@return number?
function values.number_or_nil(value)
  if type(value) == "string" and value:find("^%s*%-?%d+%.?%d*[eE]?[+-]?%d*%s*$")
  then
    value = json.decode(value) -- it knows no locale
  end
  return type(value) == "number" and value or nil
end

--- Whether a field says anything: servers send placeholders.
---@param value any
---@return boolean
function values.says_something(value)
  if type(value) == "table" then
    return next(value) ~= nil
  end
  return value ~= nil and value ~= json.null and value ~= "" and value ~= 0
    and value ~= false
end

return values
