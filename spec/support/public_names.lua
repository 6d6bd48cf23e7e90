-- The names that an object of the library answers to, found by looking into it.
local public_names = {}

-- Adds the names in a table, and in the tables in it.
local function add_keys(candidates, value, depth)
  if type(value) ~= "table" or depth == 0 then
    return
  end
  for name, item in next, value do
    if type(name) == "string" and not name:find("^_") then
      candidates[name] = true
    end
    add_keys(candidates, item, depth - 1)
  end
end

-- What an __index that is a function may look into is in its upvalues.
local function add_upvalues(candidates, fn)
  local i = 1
  while true do
    local name, value = debug.getupvalue(fn, i)
    if not name then
      return
    end
    add_keys(candidates, value, 2)
    i = i + 1
  end
end

-- Names that an object may have; too many, as not all of them are its own.
local function candidates_of(object)
  local candidates = {}
  add_keys(candidates, type(object) == "table" and object, 1)
  local index = (getmetatable(object) or {}).__index
  if type(index) == "function" then
    add_upvalues(candidates, index)
  else
    add_keys(candidates, index, 1)
  end
  return candidates
end

local function value_of(object, name)
  local ok, value = pcall(function()
    return object[name]
  end)
  return ok and value or nil
end

--- The functions of an object by their names, and its other values.
---@param object any
---@param names? table<string, true> names to try besides those that are found:
--- PUC Lua 5.1 shows nothing of an __index that is a function of C
---@return table<string, function> functions, table<string, any> values
function public_names.of(object, names)
  local functions, values = {}, {}
  local candidates = candidates_of(object)
  for name in pairs(names or {}) do
    candidates[name] = true
  end
  for name in pairs(candidates) do
    local value = value_of(object, name)
    if type(value) == "function" then
      functions[name] = value
    elseif value ~= nil then
      values[name] = value
    end
  end
  return functions, values
end

return public_names
