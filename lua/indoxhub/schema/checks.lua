--- What the keywords of JSON Schema (draft 2020-12) demand of a value.
--
-- Each is a maker: given what the keyword says, the schema it stands in and the
-- compiled schemas it holds, it returns a check, or false when it demands
-- nothing. A check is called with the value, the place where it stands and the
-- list of misfits, to which it adds. Checks of a keyword that is for objects,
-- say, are called for objects only.

local same = require "indoxhub.base.same"
local values = require "indoxhub.schema.values"

---@class indoxhub.schema.Place where a value stands
---@field up? indoxhub.schema.Place of the value that it stands in
---@field key? string|integer

local function at(place, key)
  return { up = place, key = key }
end

---------------------------------------------------------------------------
-- any value

local any = {}

local function list_of(names)
  local shown = {}
  for i, name in ipairs(names) do
    shown[i] = values.show(name)
  end
  return table.concat(shown, ", ")
end

local ARTICLES = { array = "a list", integer = "a whole number",
  object = "an object", null = "null", boolean = "true or false",
  number = "a number", string = "a text" }

any["type"] = function(wanted)
  local names = type(wanted) == "table" and wanted or { wanted }
  local shown = {}
  for i, name in ipairs(names) do
    shown[i] = ARTICLES[name]
  end
  shown = table.concat(shown, " or ")
  return function(value, place, found)
    for _, name in ipairs(names) do
      if values.has_type(value, name) then
        return
      end
    end
    found:add(place, ("must be %s, and is %s"):format(shown,
      ARTICLES[values.type_of(value)] or type(value)))
  end
end

any.enum = function(choices)
  return function(value, place, found)
    for _, choice in ipairs(choices) do
      if same.values(value, choice) then
        return
      end
    end
    found:add(place, ("must be one of %s, and is %s"):format(list_of(choices),
      values.show(value)))
  end
end

any.const = function(constant)
  return function(value, place, found)
    if not same.values(value, constant) then
      found:add(place, ("must be %s, and is %s"):format(values.show(constant),
        values.show(value)))
    end
  end
end

any.allOf = function(_, _, compiled)
  return function(value, place, found)
    for _, check in ipairs(compiled) do
      check(value, place, found)
    end
  end
end

any.anyOf = function(_, _, compiled)
  return function(value, place, found)
    local nearest
    for _, check in ipairs(compiled) do
      local tried = found:try(check, value, place)
      if not tried[1] then
        return
      end
      nearest = nearest or tried
    end
    if #compiled == 1 then
      found:take(nearest)
    else
      found:add(place, "fits none of the schemas of anyOf")
    end
  end
end

any.oneOf = function(_, _, compiled)
  return function(value, place, found)
    local fits = 0
    for _, check in ipairs(compiled) do
      fits = fits + (found:try(check, value, place)[1] and 0 or 1)
    end
    if fits ~= 1 then
      found:add(place, fits == 0 and "fits none of the schemas of oneOf"
        or ("fits %d of the schemas of oneOf, and may fit one"):format(fits))
    end
  end
end

any["not"] = function(_, _, compiled)
  return function(value, place, found)
    if not found:try(compiled, value, place)[1] then
      found:add(place, "fits what it must not be")
    end
  end
end

any["if"] = function(_, schema, compiled, compile)
  local on_yes = schema["then"] ~= nil and compile(schema["then"], "then")
  local on_no = schema["else"] ~= nil and compile(schema["else"], "else")
  return function(value, place, found)
    local fits = not found:try(compiled, value, place)[1]
    local check = fits and on_yes or not fits and on_no
    if check then
      check(value, place, found)
    end
  end
end

any["$ref"] = function(_, _, compiled)
  return function(value, place, found)
    compiled(value, place, found)
  end
end

---------------------------------------------------------------------------
-- texts

local text = {}

local function plural(count, noun)
  return ("%d %s%s"):format(count, noun, count == 1 and "" or "s")
end

-- A check that something counted is not below or above a bound.
local function least(measure, noun)
  return function(bound)
    return function(value, place, found)
      if measure(value) < bound then
        found:add(place, ("must have at least %s, and has %d"):format(
          plural(bound, noun), measure(value)))
      end
    end
  end
end

local function most(measure, noun)
  return function(bound)
    return function(value, place, found)
      if measure(value) > bound then
        found:add(place, ("must have at most %s, and has %d"):format(
          plural(bound, noun), measure(value)))
      end
    end
  end
end

text.minLength = least(values.length, "character")
text.maxLength = most(values.length, "character")

---------------------------------------------------------------------------
-- numbers

local number = {}

local function bound(fits, words)
  return function(limit)
    return function(value, place, found)
      if not fits(value, limit) then
        found:add(place, ("must be %s %s, and is %s"):format(words,
          values.show(limit), values.show(value)))
      end
    end
  end
end

number.minimum = bound(function(a, b) return a >= b end, "at least")
number.maximum = bound(function(a, b) return a <= b end, "at most")
number.exclusiveMinimum = bound(function(a, b) return a > b end, "more than")
number.exclusiveMaximum = bound(function(a, b) return a < b end, "less than")

-- Steps such as 0.01 have no exact form, so a few units in the last place are
-- let through.
local ROUNDING = 1e-12

number.multipleOf = bound(function(value, step)
  local times = tonumber(value) / tonumber(step)
  if times - times ~= 0 then
    return value % step == 0
  end
  local nearest = math.floor(times + 0.5)
  return math.abs(times - nearest) <= ROUNDING * math.max(1, math.abs(nearest))
end, "a multiple of")

---------------------------------------------------------------------------
-- lists

local list = {}

local function size(value)
  return #value
end

list.minItems = least(size, "item")
list.maxItems = most(size, "item")

list.prefixItems = function(_, _, compiled)
  return function(value, place, found)
    for i, check in ipairs(compiled) do
      if value[i] == nil then
        return
      end
      check(value[i], at(place, i), found)
    end
  end
end

list.items = function(_, schema, compiled)
  local first = type(schema.prefixItems) == "table"
    and #schema.prefixItems + 1 or 1
  return function(value, place, found)
    for i = first, #value do
      compiled(value[i], at(place, i), found)
    end
  end
end

-- Where the same item stood before; `seen` knows those that are no tables.
local function same_before(value, i, seen)
  local item = value[i]
  if type(item) ~= "table" then
    local before = seen[item]
    seen[item] = before or i
    return before
  end
  for j = 1, i - 1 do
    if type(value[j]) == "table" and same.values(item, value[j]) then
      return j
    end
  end
end

list.uniqueItems = function(wanted)
  return wanted and function(value, place, found)
    local seen = {}
    for i = 1, #value do
      local before = same_before(value, i, seen)
      if before then
        return found:add(at(place, i), ("is the same as item %d, and all " ..
          "must be different"):format(before))
      end
    end
  end
end

list.contains = function(_, schema, compiled)
  local fewest, greatest = schema.minContains or 1, schema.maxContains
  return function(value, place, found)
    local count = 0
    for i = 1, #value do
      local fits = not found:try(compiled, value[i], place)[1]
      count = count + (fits and 1 or 0)
    end
    if count < fewest or greatest and count > greatest then
      found:add(place, ("must have %s%s that fit `contains`, and has %d")
        :format(plural(fewest, "item"), greatest
          and (" to %d"):format(greatest) or " or more", count))
    end
  end
end

---------------------------------------------------------------------------
-- objects

local object = {}

local function count_fields(value)
  local count = 0
  for _ in pairs(value) do
    count = count + 1
  end
  return count
end

object.minProperties = least(count_fields, "field")
object.maxProperties = most(count_fields, "field")

object.properties = function(_, _, compiled)
  return function(value, place, found)
    for name, check in pairs(compiled) do
      if value[name] ~= nil then
        check(value[name], at(place, name), found)
      end
    end
  end
end

object.required = function(names)
  return function(value, place, found)
    for _, name in ipairs(names) do
      if value[name] == nil then
        found:add(at(place, name), "is missing")
      end
    end
  end
end

object.additionalProperties = function(wanted, schema, compiled)
  local known = type(schema.properties) == "table" and schema.properties or {}
  return wanted ~= true and function(value, place, found)
    for name, inner in pairs(value) do
      if known[name] == nil and wanted == false then
        found:add(at(place, name), "is not a field of the schema")
      elseif known[name] == nil then
        compiled(inner, at(place, name), found)
      end
    end
  end
end

object.propertyNames = function(_, _, compiled)
  return function(value, place, found)
    for name in pairs(value) do
      local tried = found:try(compiled, name, place)
      if tried[1] then
        found:add(at(place, name), "has a name that " .. tried[1].reason)
      end
    end
  end
end

object.dependentRequired = function(names)
  return function(value, place, found)
    for name, needed in pairs(names) do
      for _, other in ipairs(value[name] ~= nil and needed or {}) do
        if value[other] == nil then
          found:add(at(place, other), "is missing beside " .. name)
        end
      end
    end
  end
end

object.dependentSchemas = function(_, _, compiled)
  return function(value, place, found)
    for name, check in pairs(compiled) do
      if value[name] ~= nil then
        check(value, place, found)
      end
    end
  end
end

--- The makers by the type of the values they are for, and those for any value.
return { any = any, string = text, number = number, array = list,
  object = object }
