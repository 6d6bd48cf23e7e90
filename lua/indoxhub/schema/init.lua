--- Checks values against a JSON Schema, draft 2020-12: those keywords that
--- schema/keywords.lua has. A schema with any other is refused by name, since a
--- check that looks at half of it would be worse than none.
--
-- References lead within the schema ("#/$defs/order"). Values are those that
-- base/json.lua decodes, with null kept.

local keywords = require "indoxhub.schema.keywords"
local json = require "indoxhub.base.json"
local same = require "indoxhub.base.same"
local values = require "indoxhub.schema.values"

local schemas = {}

---------------------------------------------------------------------------
-- misfits

---@class indoxhub.schema.Misfit
---@field path (string|integer)[] the keys that lead to the value
---@field reason string such as "must be a number, and is a text"

---@class indoxhub.schema.Found: indoxhub.schema.Misfit[]
local found_methods = {}
local found_mt = { __index = found_methods }

-- More of them tell nobody more.
local MOST_MISFITS = 8

local function path_of(place)
  local path, count = {}, 0
  while place and place.key ~= nil do
    count = count + 1
    path[count], place = place.key, place.up
  end
  for i = 1, math.floor(count / 2) do
    path[i], path[count + 1 - i] = path[count + 1 - i], path[i]
  end
  return path
end

function found_methods:add(place, reason)
  if #self < MOST_MISFITS then
    self[#self + 1] = { path = path_of(place), reason = reason }
  end
end

function found_methods:take(others)
  for _, misfit in ipairs(others) do
    if #self < MOST_MISFITS then
      self[#self + 1] = misfit
    end
  end
end

-- What a check finds by itself.
function found_methods:try(check, value, place) -- luacheck: ignore 212
  local tried = setmetatable({}, found_mt)
  check(value, place, tried)
  return tried
end

---------------------------------------------------------------------------
-- compiling

---@class indoxhub.schema.Compiler
---@field root table|boolean
---@field known_only? boolean other keywords are left out
---@field done table<table, function> checks by schema

local compile

local function refuse(path, message, ...)
  error({ path = path, reason = message:format(...) }, 0)
end

local function accept() end

local function reject(_, place, found)
  found:add(place, "is not allowed")
end

-- What a reference leads to.
local function follow(self, reference, path)
  if reference ~= "#" and not reference:find "^#/" then
    refuse(path, "leads to %s, and only what begins with #/ can be followed",
      values.show(reference))
  end
  local value = self.root
  for part in reference:sub(2):gmatch "/([^/]*)" do
    local name = part:gsub("%%(%x%x)", function(hex)
      return string.char(tonumber(hex, 16))
    end):gsub("~1", "/"):gsub("~0", "~")
    local inner
    if type(value) == "table" then
      inner = value[name]
      if inner == nil and tonumber(name) then
        inner = value[tonumber(name) + 1]
      end
    end
    if inner == nil then
      refuse(path, "leads to %s, which is not there", values.show(reference))
    end
    value = inner
  end
  return value
end

local function compile_all(self, value, path)
  if type(value) ~= "table" or json.is_null(value) then
    refuse(path, "must hold schemas")
  end
  local compiled = {}
  for name, inner in pairs(value) do
    compiled[name] = compile(self, inner, path .. "." .. tostring(name))
  end
  return compiled
end

local function compile_inner(self, name, value, holds, path)
  local shape = keywords.shapes[name]
  if shape and not shape[1](value) then
    refuse(path, "must be %s", shape[2])
  elseif holds == "reference" then
    if self.known_only then
      refuse(path, "is not followed")
    end
    return compile(self, follow(self, value, path), path)
  elseif holds == "schema" then
    return compile(self, value, path)
  elseif holds == "schemas" then
    local compiled = compile_all(self, value, path)
    if not same.is_list(value) then
      refuse(path, "must be a list of schemas")
    end
    return compiled
  elseif holds == "named" then
    return compile_all(self, value, path)
  end
end

-- Other dialects give keywords other meanings, and a name of its own would
-- change where the references of a part lead.
local function check_identity(self, schema, path)
  local dialect = schema["$schema"]
  if dialect ~= nil and not (type(dialect) == "string"
    and dialect:find "^https?://json%-schema%.org/") then
    refuse(path .. ".$schema", "must name a draft of json-schema.org")
  elseif schema["$id"] ~= nil and schema ~= self.root then
    refuse(path .. ".$id", "may stand only at the top of the schema")
  end
end

-- The keywords of a schema, as a list of { check, type }, in one order.
local function checks_of(self, schema, path)
  local names, list = {}, {}
  check_identity(self, schema, path)
  for name in pairs(schema) do
    if type(name) ~= "string" then
      refuse(path, "must be an object with keywords of JSON Schema")
    end
    names[#names + 1] = name
  end
  table.sort(names)
  for _, name in ipairs(names) do
    local inside = path .. "." .. name
    local known, part = keywords.known[name], keywords.parts[name]
    if known then
      local function compile_part(inner, key)
        return compile(self, inner, path .. "." .. key)
      end
      local inner = compile_inner(self, name, schema[name], known.holds,
        inside)
      local check = known.make(schema[name], schema, inner, compile_part)
      list[#list + 1] = check and { check, known.of } or nil
    elseif part then
      compile_inner(self, name, schema[name], part, inside)
    elseif not keywords.annotations[name] and not self.known_only then
      refuse(inside, "is a keyword that is not checked here; leave it out " ..
        "of the schema")
    end
  end
  return list
end

local function is_for(of, value)
  return of == "any" or values.has_type(value, of)
end

function compile(self, schema, path)
  if schema == true then
    return accept
  elseif schema == false then
    return reject
  elseif type(schema) ~= "table" or same.is_list(schema) then
    refuse(path, "must be a JSON Schema: a table of its keywords")
  elseif self.done[schema] then
    return self.done[schema]
  end
  local list, open
  -- A schema may lead to itself. With one value it has nothing more to say.
  local function check(value, place, found)
    if open == place then
      return
    end
    local before = open
    open = place
    for _, one in ipairs(list) do
      if is_for(one[2], value) then
        one[1](value, place, found)
      end
    end
    open = before
  end
  self.done[schema] = check
  list = checks_of(self, schema, path)
  return check
end

---------------------------------------------------------------------------
-- sending

-- Keywords that hold lists, which an empty table of Lua does not show.
local LISTS = { required = true, enum = true, allOf = true, anyOf = true,
  oneOf = true, prefixItems = true, examples = true }

local NAMED = { properties = true, ["$defs"] = true, definitions = true,
  dependentSchemas = true }

--- A copy of a schema that is sent as it is meant: empty lists as lists.
---@param schema any
---@param is_named? boolean whether its fields are names and no keywords
---@return any
function schemas.to_send(schema, is_named)
  if type(schema) ~= "table" then
    return schema
  end
  local copy = {}
  for name, value in pairs(schema) do
    if not is_named and LISTS[name] and type(value) == "table"
      and next(value) == nil then
      copy[name] = json.array()
    elseif not is_named and (name == "const" or name == "default") then
      copy[name] = value
    else
      copy[name] = schemas.to_send(value, not is_named and NAMED[name])
    end
  end
  return setmetatable(copy, getmetatable(schema))
end

---------------------------------------------------------------------------
-- a compiled schema

---@class indoxhub.schema.Checker
local checker_methods = {}
local checker_mt = { __name = "indoxhub.schema", __index = checker_methods }

-- The schema that the items of a list have, which keys lead to; true when
-- nothing is said of it.
local function items_of(self, schema, keys, path)
  for i = 1, #keys + 1 do
    for _ = 1, 100 do -- references may lead in a circle
      local reference = type(schema) == "table" and schema["$ref"]
      if not reference then
        break
      end
      schema = follow(self, reference, path)
    end
    local inner = type(schema) == "table" and schema or {}
    local fields = type(inner.properties) == "table" and inner.properties or {}
    if i > #keys then
      schema = inner.items
    else
      schema = fields[keys[i]]
    end
    if schema == nil then
      return true
    end
  end
  return schema
end

-- What came of compiling.
local function finish(ok, result)
  if ok then
    return setmetatable({ _check = result }, checker_mt)
  elseif type(result) == "table" and result.reason then
    return nil, result.path .. " " .. result.reason
  end
  error(result, 0)
end

--- Compiles a schema, or that of the items of a list in it; nil and what is
--- wrong with it, by the name of its part.
---@param schema table|boolean
---@param name? string what to call it in messages; default "schema"
---@param keys? string[] fields that lead to the list whose items are meant
---@return indoxhub.schema.Checker? checker, string? message
function schemas.compile(schema, name, keys)
  local self = { root = schema, done = {} }
  name = name or "schema"
  return finish(pcall(function()
    return compile(self, keys and items_of(self, schema, keys, name) or schema,
      name)
  end))
end

--- Compiles a schema that a stranger gave: what it has of keywords that are
--- known here. Nil when those are not used as they are here; and when it has
--- references, by which a small schema may mean endless work.
---@param schema table
---@return indoxhub.schema.Checker?
function schemas.compile_known(schema)
  local self = { root = schema, done = {}, known_only = true }
  return (finish(pcall(compile, self, schema, "schema")))
end

--- Checks a value; what is wrong with it, or nil.
---@param value any
---@return indoxhub.schema.Misfit[]?
function checker_methods:misfits(value)
  local found = setmetatable({}, found_mt)
  self._check(value, {}, found)
  if found[1] then
    return setmetatable(found, nil)
  end
end

---------------------------------------------------------------------------
-- paths

--- A path as Lua would write it: "orders[2].unit"; "" for the whole.
---@param path (string|integer)[]
---@return string
function schemas.path(path)
  local text = ""
  for _, key in ipairs(path) do
    if type(key) == "number" then
      text = ("%s[%d]"):format(text, key)
    elseif key:find "^[%a_][%w_]*$" then
      text = text == "" and key or text .. "." .. key
    else
      text = ("%s[%q]"):format(text, key)
    end
  end
  return text
end

--- A path as JSON has it, a JSON Pointer: "/orders/1/unit".
---@param path (string|integer)[]
---@return string
function schemas.pointer(path)
  local parts = {}
  for i, key in ipairs(path) do
    parts[i] = "/" .. (type(key) == "number" and ("%d"):format(key - 1)
      or key:gsub("~", "~0"):gsub("/", "~1"))
  end
  return table.concat(parts)
end

--- Misfits as a model is told of them: "/orders/0/unit is missing; ...".
---@param misfits indoxhub.schema.Misfit[]
---@param whole string what to call the value itself
---@return string
function schemas.describe(misfits, whole)
  local lines = {}
  for i, misfit in ipairs(misfits) do
    local pointer = schemas.pointer(misfit.path)
    lines[i] = (pointer == "" and whole or pointer) .. " " .. misfit.reason
  end
  return table.concat(lines, "; ")
end

return schemas
