--- JSON in which equal values are equal texts: the fields of an object stand in
--- the order of their bytes. Lua itself has another order in each process.

local json = require "indoxhub.base.json"

local sorted_json = {}

-- What `<` says of texts depends on the locale.
local function is_before(a, b)
  for i = 1, math.min(#a, #b) do
    local one, other = a:byte(i), b:byte(i)
    if one ~= other then
      return one < other
    end
  end
  return #a < #b
end

--- The names of an object's fields in the order of their bytes.
---@param object table<string, any>
---@return string[]
function sorted_json.names(object)
  local names = {}
  for name in pairs(object) do
    names[#names + 1] = name
  end
  table.sort(names, is_before)
  return names
end

local ARRAY = getmetatable(json.array())

--- Whether a value that JSON can carry is a list, and no object.
---@param value table
---@return boolean
function sorted_json.is_list(value)
  return value[1] ~= nil or getmetatable(value) == ARRAY
end

local function text_of(value)
  local marked = type(value) == "table" and getmetatable(value)
  if type(value) ~= "table" or marked and marked ~= ARRAY then
    return json.encode(value) -- such as a text that is JSON already
  end
  local pieces = {}
  if sorted_json.is_list(value) then
    for i = 1, #value do
      pieces[i] = text_of(value[i])
    end
    return "[" .. table.concat(pieces, ",") .. "]"
  end
  for i, name in ipairs(sorted_json.names(value)) do
    pieces[i] = json.encode(name) .. ":" .. text_of(value[name])
  end
  return "{" .. table.concat(pieces, ",") .. "}"
end

--- Encodes a value. Raises as `json.encode` does when it cannot.
---@param value any
---@return string
function sorted_json.encode(value)
  json.encode(value) -- names the field of what JSON cannot carry
  return text_of(value)
end

return sorted_json
