-- The classes of the annotations, and whether a value is of one.
local null = require("indoxhub.base.json").null
local output = require("spec.support.files").output
local read = require("spec.support.files").read

local classes = {}

-- Name -> { parents, fields = { name = {type, optional} }, keys = { key type =
-- type } }, and names of aliases -> type. A type is text that was parsed:
-- { how, ... }.
local known

---------------------------------------------------------------------------
-- parsing

local parse_union

-- Each of these takes the text and a position, and returns the type that stands
-- there and the position behind it; nil where there is none.
local function parse_fields(text, at)
  local fields, keys = {}, {}
  while not text:find("^%s*}", at) do
    local name, optional, rest = text:match("^[%s,]*([%w_]+)(%??):()", at)
    local key, key_rest = text:match("^[%s,]*%[(.-)%]:()", at)
    local kind
    kind, at = parse_union(text, assert(rest or key_rest, text))
    if name then
      fields[name] = { kind, optional == "?" }
    elseif key:find('^"') then
      fields[key:sub(2, -2)] = { kind, false }
    else
      keys[key] = kind
    end
  end
  return { "fields", { fields = fields, keys = keys, parents = {} } },
    text:match("^%s*}()", at)
end

local function parse_atom(text, at)
  local inner, rest = text:match('^%s*"([^"]*)"()', at)
  if inner then
    return { "literal", inner }, rest
  elseif text:find("^%s*{", at) then
    return parse_fields(text, text:match("^%s*{()", at))
  elseif text:find("^%s*%(", at) then
    local kind
    kind, at = parse_union(text, text:match("^%s*%(()", at))
    return kind, text:match("^%s*%)()", at)
  end
  inner, rest = text:match("^%s*([%w_.]+)()", at)
  if inner == "table" and text:find("^<", rest) then
    local key, value
    key, rest = parse_union(text, rest + 1)
    value, rest = parse_union(text, text:match("^%s*,()", rest))
    return { "map", key, value }, text:match("^%s*>()", rest)
  elseif inner == "fun" then
    return { "name", "function" }, #text + 1 -- what it takes is not checked
  end
  return inner and { "name", inner }, rest
end

function parse_union(text, at)
  local union = { "union" }
  repeat
    local kind
    kind, at = parse_atom(text, at)
    assert(kind, text)
    while text:find("^%[%]", at) do
      kind, at = { "list", kind }, at + 2
    end
    if text:find("^%?", at) then
      kind, at = { "union", kind, { "name", "nil" } }, at + 1
    end
    union[#union + 1] = kind
    local again = text:match("^|()", at)
    at = again or at
  until not again
  return union, at
end

local function add_field(class, rest)
  local key, after = rest:match("^%[(.-)%]%s+(.*)$")
  if key then
    class.keys[key] = parse_union(after, 1)
    return
  end
  local name, optional
  name, optional, after = rest:match("^([%w_]+)(%??)%s+(.*)$")
  class.fields[assert(name, rest)] = { parse_union(after, 1), optional == "?" }
end

local function add_file(text)
  local class, alias
  for line in text:gmatch("[^\n]+") do
    local tag, rest = line:match("^%-%-%-@(%l+)%s+(.*)$")
    local choice = line:match('^%-%-%-|%s*(".-")')
    if tag == "class" then
      local name, parent = rest:match("^([%w_.]+):%s*([%w_.]+)")
      name = name or rest:match("^[%w_.]+")
      class = known[name] or { fields = {}, keys = {}, parents = {} }
      known[name] = class
      table.insert(class.parents, parent)
    elseif tag == "field" then
      add_field(class, rest)
    elseif tag == "alias" then
      local name, kind = rest:match("^([%w_.]+)%s*(.*)$")
      alias = kind ~= "" and parse_union(kind, 1) or { "union" }
      known[name] = { alias = alias }
    elseif choice then
      table.insert(alias, (parse_atom(choice, 1)))
    end
  end
end

local function all()
  if not known then
    known = {}
    for name in output("find lua/indoxhub -name '*.lua'"):gmatch("[^\n]+") do
      add_file(read(name))
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
  check(parse_union(kind, 1), value, found)
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
