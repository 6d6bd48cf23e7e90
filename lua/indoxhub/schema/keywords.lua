--- The keywords of JSON Schema that are known here, and what each may hold.

local checks = require "indoxhub.schema.checks"
local json = require "indoxhub.base.json"
local same = require "indoxhub.base.same"

local keywords = {}

--- Keyword -> its maker of checks; which values it is for, "any" or a type;
--- what it holds: a "schema", a list of "schemas", "named" ones, a "reference"
--- to one, or a "value".
---@type table<string, {make: function, of: string, holds: string}>
keywords.known = {}

local SCHEMAS = { allOf = "schemas", anyOf = "schemas", oneOf = "schemas",
  ["not"] = "schema", ["if"] = "schema", prefixItems = "schemas",
  items = "schema", contains = "schema", properties = "named",
  additionalProperties = "schema", propertyNames = "schema",
  dependentSchemas = "named", ["$ref"] = "reference" }

for of, makers in pairs(checks) do
  for name, make in pairs(makers) do
    keywords.known[name] = { make = make, of = of,
      holds = SCHEMAS[name] or "value" }
  end
end

--- Keywords that others look at.
keywords.parts = { ["then"] = "schema", ["else"] = "schema",
  minContains = "value", maxContains = "value", ["$defs"] = "named",
  definitions = "named" }

--- Keywords that say something and demand nothing.
keywords.annotations = {}
for name in ([[$schema $id $comment title description default examples format
  deprecated readOnly writeOnly contentEncoding contentMediaType
  contentSchema]]):gmatch "%S+" do
  keywords.annotations[name] = true
end

---------------------------------------------------------------------------
-- what keywords may hold

local function is_text(value)
  return type(value) == "string"
end

local function is_number(value)
  return type(value) == "number" or type(value) == "cdata"
end

local function is_count(value)
  return type(value) == "number" and value >= 0 and value % 1 == 0
end

local function is_list(value)
  return type(value) == "table"
    and (same.is_list(value) or next(value) == nil)
end

local function is_list_of_texts(value)
  if not is_list(value) then
    return false
  end
  for _, item in ipairs(value) do
    if type(item) ~= "string" then
      return false
    end
  end
  return true
end

local TYPES = { array = true, boolean = true, integer = true, null = true,
  number = true, object = true, string = true }

local function are_types(value)
  if type(value) == "string" then
    return TYPES[value] == true
  elseif not is_list_of_texts(value) or value[1] == nil then
    return false
  end
  for _, name in ipairs(value) do
    if not TYPES[name] then
      return false
    end
  end
  return true
end

local function is_object_of_lists(value)
  if type(value) ~= "table" or json.is_null(value) then
    return false
  end
  for _, names in pairs(value) do
    if not is_list_of_texts(names) then
      return false
    end
  end
  return true
end

local COUNT = { is_count, "a whole number from 0 on" }
local NUMBER = { is_number, "a number" }

--- Keyword -> whether it may hold a value, and what is said when not.
keywords.shapes = {
  type = { are_types, "array, boolean, integer, null, number, object, " ..
    "string or a list of these" },
  enum = { is_list, "a list" },
  required = { is_list_of_texts, "a list of names" },
  dependentRequired = { is_object_of_lists, "an object of lists of names" },
  ["$ref"] = { is_text, "a text" },
  uniqueItems = { function(value)
    return type(value) == "boolean"
  end, "true or false" },
  multipleOf = { function(value)
    return is_number(value) and value > 0
  end, "a number above 0" },
  minimum = NUMBER, maximum = NUMBER, exclusiveMinimum = NUMBER,
  exclusiveMaximum = NUMBER, minLength = COUNT, maxLength = COUNT,
  minItems = COUNT, maxItems = COUNT, minProperties = COUNT,
  maxProperties = COUNT, minContains = COUNT, maxContains = COUNT,
}

return keywords
