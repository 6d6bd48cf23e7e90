--- JSON text to Lua values and back.
--
-- Decoded `null` is absent from objects and stays `json.null` in arrays; whole
-- numbers are integers where Lua has them. Encoding refuses, by field name,
-- what would not arrive as it was meant: numbers that lose digits, functions,
-- tables that are neither list nor object.

local library = require "indoxhub.json.library"

local json = {}

--- The name of the library that reads and writes it.
---@type string
json.library = library.name

-- Named for the message: a value that contains itself ends here, too.
local MOST_NESTED = 100

-- The library writes numbers with this many digits.
local MOST_DIGITS = 14

--- Stands for JSON `null` where a field must be sent as null.
---@type lightuserdata|userdata
json.null = library.null

local array_mt = { __name = "indoxhub.array" }

--- Marks a table as a list, so that it is sent as `[]` even when it is empty.
---@generic T: table
---@param list? T
---@return T
function json.array(list)
  return setmetatable(list or {}, array_mt)
end

local LONGEST_PATH = 60

local function refuse(path, why)
  if #path > LONGEST_PATH then
    path = path:sub(1, LONGEST_PATH) .. "..."
  end
  error(("%s %s"):format(path == "" and "the value" or path, why), 0)
end

local function child_path(path, key)
  if type(key) == "number" then
    return ("%s[%d]"):format(path, key)
  end
  return path == "" and key or path .. "." .. key
end

local function check_number(value, path)
  if value ~= value or value == math.huge or value == -math.huge then
    refuse(path, ("is %s, which JSON cannot carry"):format(tostring(value)))
  end
  if value % 1 == 0 and tonumber(("%.14g"):format(value)) ~= value then
    refuse(path, ("has more than %d digits and would arrive changed; " ..
      "send it as a string"):format(MOST_DIGITS))
  end
  return value
end

-- How many elements a list has; nil for an object; raises for neither.
local function list_length(value, path)
  local count, longest = 0, 0
  for key in pairs(value) do
    if type(key) == "number" and key >= 1 and key % 1 == 0 then
      count, longest = count + 1, math.max(longest, key)
    elseif type(key) ~= "string" then
      refuse(path, ("has a key that is neither a string nor a position: %s")
        :format(tostring(key)))
    elseif longest > 0 then
      refuse(path, "mixes list elements and named fields")
    end
  end
  if longest ~= count then
    refuse(path, ("is a list with holes: %d elements, the last at %d")
      :format(count, longest))
  end
  return count > 0 and count or nil
end

-- What stands for an empty table until it is text.
local function empty(value, marks)
  if getmetatable(value) ~= array_mt then
    return library.empty_object or value
  end
  marks.empty_array = true
  return library.empty_array or value
end

local prepare

-- Copies only what has to be changed below it.
local function prepare_table(value, path, depth, marks)
  if depth > MOST_NESTED then
    refuse(path, "is nested too deeply (does it contain itself?)")
  end
  local length = list_length(value, path)
  if not length and next(value) == nil then
    return empty(value, marks)
  end
  local copy
  for key, item in pairs(value) do
    if length and type(key) == "string" then
      refuse(path, "mixes list elements and named fields")
    end
    local ready = prepare(item, child_path(path, key), depth + 1, marks)
    if ready ~= item and not copy then
      copy = {}
      for k, v in pairs(value) do
        copy[k] = v
      end
    end
    if copy then
      copy[key] = ready
    end
  end
  return copy or value
end

-- The library counts bytes in an int and reserves six for each, and ends the
-- program when that is not enough.
local MOST_BYTES = 256 * 1024 * 1024

local function check_string(value, path, _, marks)
  marks.bytes = (marks.bytes or 0) + #value
  if marks.bytes > MOST_BYTES then
    refuse(path, "is too much for JSON: at most 256 MiB can be sent in all")
  end
  return value
end

local by_type = {
  string = check_string,
  boolean = function(value) return value end,
  number = check_number,
  table = prepare_table,
}

function prepare(value, path, depth, marks)
  if value == json.null then
    return value
  end
  local way = by_type[type(value)]
  if not way then
    refuse(path, ("is a %s, which JSON cannot carry"):format(type(value)))
  end
  return way(value, path, depth, marks)
end

--- Encodes a value. Raises a message that names the field when it cannot.
---@param value any
---@return string
function json.encode(value)
  local marks = {}
  local ready = prepare(value, "", 0, marks)
  return library.encode(ready, marks.empty_array)
end

--- Decodes a text; never raises.
---@type fun(text: string): any, string?
json.decode = library.decode

json.decode_piece = library.decode
function json.raw() end
function json.with_raw(t) return t end

return json
