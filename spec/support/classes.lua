-- The classes of the annotations, and whether a value is of one.
local annotations = require "doc.generate.annotations"
local null = require("indoxhub.base.json").null
local output = require("spec.support.files").output
local types = require "doc.generate.types"

local classes = {}

-- Name -> { parents, fields = { name = {type, optional} }, keys = { key type =
-- type } }, and names of aliases -> type. A type is what doc/generate/types.lua
-- makes of its text.
local known

-- Fields by name, those that are hidden from users included.
local function fields_of(class)
  local fields = {}
  for _, field in ipairs(class.fields) do
    fields[field.name] = { field.type, field.optional }
  end
  for name, field in pairs(class.hidden) do
    fields[name] = { field.type, field.optional }
  end
  return fields
end

local function keys_of(class)
  local keys = {}
  for _, field in ipairs(class.keys) do
    keys[field.key] = field.type
  end
  return keys
end

local function alias_of(alias)
  local union = alias.type or { "union" }
  for _, choice in ipairs(alias.choices) do
    union[#union + 1] = { "literal", choice.value }
  end
  return union
end

local function all()
  if not known then
    local names = {}
    for name in output("find lua/indoxhub -name '*.lua'"):gmatch("[^\n]+") do
      names[#names + 1] = name
    end
    local model = annotations.read(names)
    known = {}
    for name, class in pairs(model.classes) do
      known[name] = { parents = class.parents, fields = fields_of(class),
        keys = keys_of(class) }
    end
    for name, alias in pairs(model.aliases) do
      known[name] = { alias = alias_of(alias) }
    end
  end
  return known
end

---------------------------------------------------------------------------
-- checking

local check

-- The field of a class or of its parents; and the type of any other, by key.
local function find_field(class, name)
  local found, other = class.fields[name],
    class.keys[type(name) == "number" and "integer" or "string"]
  for _, parent in ipairs(class.parents) do
    local inherited, inherited_other = find_field(all()[parent], name)
    found, other = found or inherited, other or inherited_other
  end
  return found, other
end

local function check_required(class, value, found)
  for name, field in pairs(class.fields) do
    if not field[2] and value[name] == nil then
      found.wrong[#found.wrong + 1] = ("%s.%s is missing"):format(found.path,
        name)
    end
  end
  for _, parent in ipairs(class.parents) do
    check_required(all()[parent], value, found)
  end
end

local function check_class(class, value, found)
  if type(value) ~= "table" then
    return type(value) == "userdata" -- vectors
  end
  local path = found.path
  for name, item in pairs(value) do
    local field, other = find_field(class, name)
    found.path = ("%s.%s"):format(path, tostring(name))
    local kind = field and field[1]
      or (type(name) == "number" or not found.strict) and other
    if kind then
      check(kind, item, found)
    elseif not (found.beside or {})[name] then
      found.wrong[#found.wrong + 1] = found.path .. " is not known"
    end
  end
  found.path = path
  if found.strict then
    check_required(class, value, found)
  end
  return true
end

local function is_integer(value)
  return type(value) == "number" and value % 1 == 0
end

local ways = {}

function ways.literal(kind, value)
  return value == kind[2]
end

function ways.fun(_, value)
  return type(value) == "function"
end

function ways.fields(kind, value, found)
  return check_class(kind[2], value, found)
end

function ways.list(kind, value, found)
  if type(value) ~= "table" then
    return false
  end
  local path = found.path
  for i, item in ipairs(value) do
    found.path = ("%s[%d]"):format(path, i)
    if item ~= null then -- which stays in lists
      check(kind[2], item, found)
    end
  end
  found.path = path
  return next(value) == nil or value[1] ~= nil
end

function ways.map(kind, value, found)
  if type(value) ~= "table" then
    return false
  end
  local path = found.path
  for name, item in pairs(value) do
    found.path = ("%s[%s]"):format(path, tostring(name))
    check(kind[2], name, found)
    check(kind[3], item, found)
  end
  found.path = path
  return true
end

-- One of several: what is wrong with the last one is told.
function ways.union(kind, value, found)
  local before = #found.wrong
  for i = 2, #kind do
    for j = #found.wrong, before + 1, -1 do
      found.wrong[j] = nil
    end
    check(kind[i], value, found)
    if #found.wrong == before then
      return true
    end
  end
  return true
end

function ways.name(kind, value, found)
  local name = kind[2]
  local class = all()[name]
  if class and class.alias then
    return ways.union(class.alias, value, found)
  elseif class then
    return check_class(class, value, found)
  elseif name == "integer" then
    return is_integer(value)
  elseif name == "true" or name == "false" then
    return tostring(value) == name
  end
  assert(not name:find("%.") or name == "any", name .. " is no class")
  return name == "any" or type(value) == name
end

-- Adds to found.wrong what is wrong with a value at found.path.
function check(kind, value, found)
  local path = found.path
  if not ways[kind[1]](kind, value, found) then
    found.wrong[#found.wrong + 1] = ("%s is %s"):format(path, tostring(value))
  end
  found.path = path
end

--- What is wrong with a value that is to be of a type; "" if nothing is.
--- Strict: a class knows every field, also where it takes others, and none is
--- missing.
---@param kind string as an annotation writes it
---@param value any
---@param strict? boolean
---@param beside? table<string, true> fields that may be there all the same
---@return string
function classes.wrong(kind, value, strict, beside)
  local found = { path = "it", wrong = {}, strict = strict, beside = beside }
  check((types.parse(kind)), value, found)
  table.sort(found.wrong)
  return table.concat(found.wrong, "\n")
end

--- Whether there is a class or an alias of a name.
---@param name string
---@return boolean
function classes.has(name)
  return all()[name] ~= nil
end

--- The texts that an alias stands for.
---@param name string
---@return table<string, true>
function classes.texts(name)
  local texts = {}
  for i, kind in ipairs(all()[name].alias) do
    if i > 1 then
      texts[kind[2]] = true
    end
  end
  return texts
end

return classes
