--- JSON values as Lua has them: which type one is, how one is shown.

local json = require "indoxhub.base.json"
local same = require "indoxhub.base.same"

local values = {}

-- Numbers that LuaJIT keeps as cdata are whole.
local function is_cdata(value)
  return type(value) == "cdata"
end

--- The type of a value, as JSON Schema names them; "integer" for whole numbers.
---@param value any
---@return string
function values.type_of(value)
  local kind = type(value)
  if json.is_null(value) or value == nil then
    return "null"
  elseif kind == "number" then
    local is_whole = value % 1 == 0 and value - value == 0
    return is_whole and "integer" or "number"
  elseif kind == "table" then
    return same.is_list(value) and "array" or "object"
  end
  return is_cdata(value) and "integer" or kind
end

--- Whether a value has a type of JSON Schema.
---@param value any
---@param name string
---@return boolean
function values.has_type(value, name)
  local kind = values.type_of(value)
  return kind == name or name == "number" and kind == "integer"
end

--- How many characters a text has.
---@param text string UTF-8
---@return integer
function values.length(text)
  local _, following = text:gsub("[\128-\191]", "")
  return #text - following
end

--- A value without the null that objects hold, which stands for what is not
--- there; lists keep theirs, so that the others keep their places.
---@generic T
---@param value T changed
---@return T
function values.without_nulls(value)
  if type(value) == "table" then
    for name, inner in pairs(value) do
      if type(name) ~= "number" and json.is_null(inner) then
        value[name] = nil
      else
        values.without_nulls(inner)
      end
    end
  end
  return value
end

local LONGEST = 60

--- A value as a message shows it.
---@param value any
---@return string
function values.show(value)
  local ok, text = pcall(json.encode, value)
  text = ok and text or tostring(value)
  if #text > LONGEST then
    text = text:sub(1, LONGEST):gsub("[\192-\255][\128-\191]*$", "") .. "..."
  end
  return text
end

return values
