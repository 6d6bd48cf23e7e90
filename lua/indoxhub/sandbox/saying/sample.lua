--- A value that fits a JSON Schema, made of what a question says: names,
--- numbers and words of it where they fit, else the least that is right.

local json = require "indoxhub.base.json"
local number = require "indoxhub.base.number"
local sums = require "indoxhub.sandbox.saying.sums"
local words = require "indoxhub.sandbox.saying.words"

local sample = {}

---@class indoxhub.sandbox.Hints what values are made of
---@field question string
---@field answer string what the sandbox would say
---@field names string[]
---@field numbers number[]
---@field name_at integer the next of the names
---@field number_at integer
---@field root table the whole schema, for references

-- Schemas that contain themselves end there, and sooner where null will do.
local DEEPEST, DEEPEST_CHOICE = 12, 6

local MOST_ITEMS = 100

local FORMATS = {
  ["date"] = "2030-01-15", ["date-time"] = "2030-01-15T12:00:00Z",
  time = "12:00:00Z", duration = "PT1H", email = "ada@example.com",
  ["idn-email"] = "ada@example.com", hostname = "example.com",
  ipv4 = "192.0.2.1", ipv6 = "2001:db8::1", uri = "https://example.com/",
  url = "https://example.com/", ["uri-reference"] = "/",
  uuid = "5a4d4b0c-0000-4000-8000-000000000001",
}

local NAMED_AFTER_FORMATS = { date = "date", email = "email", url = "url",
  uri = "uri", time = "time", uuid = "uuid" }

local function set(text)
  local names = {}
  for name in text:gmatch "%S+" do
    names[name] = true
  end
  return names
end

-- Names of fields that hold what is asked, an answer, or a sum.
local ASKS = set "query question q prompt search input"
local ANSWERS = set [[answer text content summary description reply response
  message explanation body reason reasoning result conclusion comment]]
local SUMS = set "expression formula equation sum calculation term"

local function is_list(value)
  return type(value) == "table" and value[1] ~= nil
end

local function null_type(schema)
  return type(schema) == "table" and schema.type == "null"
end

-- The one of several schemas to go on with: null ends what contains itself.
local function choose(schemas, depth)
  local chosen = schemas[1]
  if null_type(chosen) and schemas[2] then
    chosen = schemas[2]
  end
  for _, schema in ipairs(depth >= DEEPEST_CHOICE and schemas or {}) do
    chosen = null_type(schema) and schema or chosen
  end
  return chosen
end

-- The definition that "#/$defs/order" names.
local function follow(root, reference)
  if reference == "#" then
    return root
  end
  local value = root
  for part in (reference:match "^#/(.*)$" or ""):gmatch "[^/]+" do
    local name = part:gsub("~1", "/"):gsub("~0", "~")
    value = type(value) == "table"
      and (value[name] or value[(tonumber(name) or -1) + 1])
  end
  return type(value) == "table" and value or {}
end

local function merge(into, schema)
  for name, value in pairs(schema) do
    if name == "properties" and type(into.properties) == "table" then
      for property, inner in pairs(value) do
        into.properties[property] = inner
      end
    elseif name == "required" and is_list(into.required) then
      for _, property in ipairs(value) do
        table.insert(into.required, property)
      end
    else
      into[name] = type(value) == "table" and name ~= "const"
        and merge({}, value) or value
    end
  end
  return into
end

-- Keyword -> what its value must be to be looked at.
local TYPES = { properties = "table", required = "table", enum = "table",
  prefixItems = "table", anyOf = "table", oneOf = "table", allOf = "table",
  minItems = "number", maxItems = "number", minProperties = "number",
  contains = "table", minLength = "number",
  maxLength = "number", minimum = "number", maximum = "number",
  exclusiveMinimum = "number", exclusiveMaximum = "number",
  multipleOf = "number", format = "string", ["$ref"] = "string" }

-- A schema without what makes no sense in it.
local function clean(schema)
  local cleaned = {}
  for name, value in pairs(type(schema) == "table" and schema or {}) do
    if not TYPES[name] or type(value) == TYPES[name] then
      cleaned[name] = value
    end
  end
  return cleaned
end

-- One schema without references and choices.
local function resolve(schema, hints, depth)
  schema = clean(schema)
  local reference = schema["$ref"]
  if reference and depth < DEEPEST then
    return resolve(follow(hints.root, reference), hints, depth + 1)
  end
  for _, name in ipairs { "anyOf", "oneOf" } do
    if is_list(schema[name]) then
      local chosen = choose(schema[name], depth)
      local merged = merge({}, schema)
      merged[name] = nil
      return resolve(merge(merged, resolve(chosen, hints, depth + 1)), hints,
        depth + 1)
    end
  end
  if is_list(schema.allOf) then
    local merged = merge({}, schema)
    merged.allOf = nil
    for _, part in ipairs(schema.allOf) do
      merge(merged, resolve(part, hints, depth + 1))
    end
    return merged
  end
  return schema
end

local function type_of(schema, depth)
  local kind = schema.type
  if is_list(kind) then
    local may_end = (depth or 0) >= DEEPEST_CHOICE
    for _, one in ipairs(may_end and kind or {}) do
      kind = one == "null" and one or kind
    end
    kind = kind == "null" and kind or kind[1] == "null" and kind[2] or kind[1]
  end
  return kind or schema.properties and "object"
    or (schema.items or schema.prefixItems) and "array" or "string"
end

---------------------------------------------------------------------------
-- texts and numbers

local function next_name(hints)
  local name = hints.names[hints.name_at]
  hints.name_at = hints.name_at + (name and 1 or 0)
  return name
end

-- A text of the length that is asked for, cut between characters.
local function fit(text, schema)
  local least, most = schema.minLength or 0, schema.maxLength or math.huge
  local characters = {}
  for character in text:gmatch "[%z\1-\127\192-\255][\128-\191]*" do
    if #characters < most then
      characters[#characters + 1] = character
    end
  end
  while #characters < least do
    characters[#characters + 1] = "x"
  end
  return table.concat(characters)
end

local function text_of(schema, name, hints)
  local format = FORMATS[schema.format or NAMED_AFTER_FORMATS[name] or ""]
  if format then
    local is_date = schema.format == "date" or name == "date"
    return is_date and hints.question:match "%d%d%d%d%-%d%d%-%d%d" or format
  end
  local text
  if SUMS[name] then
    text = sums.find(hints.question)
  elseif ASKS[name] then
    text = hints.question
  elseif ANSWERS[name] then
    text = hints.answer
  end
  return fit(text or next_name(hints) or words.topic(hints.question), schema)
end

-- Where nothing else is said, the middle of what is open on both sides.
local function least_of(schema, step)
  local above, below = schema.exclusiveMinimum, schema.exclusiveMaximum
  if not above then
    return schema.minimum
  end
  local inner = step and math.floor(above / step) * step + step
    or below and (above + below) / 2 or above + 1
  return math.max(inner, schema.minimum or inner)
end

local function most_of(schema, step, least)
  local below = schema.exclusiveMaximum
  if not below then
    return schema.maximum
  end
  local inner = step and math.ceil(below / step) * step - step
    or least and (least + below) / 2 or below - 1
  return math.min(inner, schema.maximum or inner)
end

local function number_of(schema, hints, is_whole)
  local step = schema.multipleOf or is_whole and 1 or nil
  local given = hints.numbers[hints.number_at]
  if given then
    hints.number_at = hints.number_at + 1
  end
  local least = least_of(schema, step)
  local most = most_of(schema, step, least)
  local value = given or type(schema.default) == "number" and schema.default
    or least or math.min(1, most or 1)
  value = math.max(value, least or value)
  value = math.min(value, most or value)
  if step then
    local below = math.floor(value / step) * step
    value = least and below < least and below + step or below
  end
  return value
end

---------------------------------------------------------------------------
-- writing

-- Values are written as they are made: JSON keeps the order of the schema.
local write

-- An item that is none of those before it: a number that is a step away, a text
-- with its number.
local function other_than(seen, piece, step, nth)
  local value = number.read(piece)
  if value then
    while seen[piece] do
      value = value + step
      piece = json.encode(value)
    end
  elseif seen[piece] then
    piece = piece:gsub('"$', (" %d\""):format(nth))
  end
  seen[piece] = true
  return piece
end

local function write_list(schema, hints, depth, only_needed)
  local pieces = {}
  for _, inner in ipairs(schema.prefixItems or {}) do
    pieces[#pieces + 1] = write(inner, nil, hints, depth + 1, only_needed)
  end
  local items = type(schema.items) == "table" and schema.items
    or type(schema.contains) == "table" and schema.contains or {}
  local wanted, seen = math.max(schema.minItems or 1, #pieces), {}
  if type(items.enum) ~= "table" and items.type == "string" then
    wanted = math.max(wanted, #hints.names - hints.name_at + 1)
  end
  if depth >= DEEPEST or schema.items == false or schema.maxItems == 0 then
    wanted = schema.minItems or 0
  end
  wanted = math.min(wanted, schema.maxItems or wanted, MOST_ITEMS)
  while #pieces < wanted do
    local nth = #pieces + 1
    local item = items
    -- Equal items are made different where they must be.
    if schema.uniqueItems and type(items.enum) == "table" then
      item = { const = items.enum[nth] }
    end
    pieces[nth] = write(item, nil, hints, depth + 1, only_needed)
    if schema.uniqueItems then
      pieces[nth] = other_than(seen, pieces[nth], items.multipleOf or 1, nth)
    end
  end
  return "[" .. table.concat(pieces, ",") .. "]"
end

-- The fields of an object: those that must be there first, as they are listed.
local function fields_of(schema, only_needed)
  local names, known = {}, {}
  for _, name in ipairs(schema.required or {}) do
    if type(name) == "string" and not known[name] then
      names[#names + 1], known[name] = name, true
    end
  end
  local needed = #names
  local others = {}
  for name in pairs(schema.properties or {}) do
    if not known[name] then
      others[#others + 1] = name
    end
  end
  table.sort(others)
  for _, name in ipairs(only_needed and {} or others) do
    names[#names + 1] = name
  end
  return names, needed, others
end

-- Arguments that may be left out are given when the question has a number or a
-- word for them.
local function is_told(inner, name, hints)
  local kind = type_of(inner)
  if kind == "integer" or kind == "number" then
    return hints.numbers[hints.number_at] ~= nil
  elseif type(inner.enum) == "table" then
    for _, value in ipairs(inner.enum) do
      if type(value) == "string" and words.set(hints.question)[value:lower()]
      then
        return true
      end
    end
  end
  return kind == "string" and words.set(hints.question)[name:lower()] ~= nil
end

local function write_object(schema, hints, depth, only_needed)
  local names, needed, others = fields_of(schema, only_needed)
  local pieces, any = {}, schema.additionalProperties
  local function add(name)
    local inner = (schema.properties or {})[name]
      or type(any) == "table" and any or nil
    pieces[#pieces + 1] = json.encode(name) .. ":"
      .. write(inner, name, hints, depth + 1, only_needed)
  end
  for i, name in ipairs(names) do
    if i <= needed or depth < DEEPEST then
      add(name)
    end
  end
  for _, name in ipairs(only_needed and others or {}) do
    if is_told(resolve(schema.properties[name], hints, depth), name, hints) then
      add(name)
    end
  end
  for i = #pieces + 1, math.min(schema.minProperties or 0, MOST_ITEMS) do
    add("field_" .. i)
  end
  return "{" .. table.concat(pieces, ",") .. "}"
end

local function write_enum(values, hints)
  local asked = hints.question:lower()
  for _, value in ipairs(values) do
    if type(value) == "string" and value ~= ""
      and asked:find(value:lower(), 1, true) then
      return json.encode(value)
    end
  end
  return json.encode(values[1])
end

function write(schema, name, hints, depth, only_needed)
  schema = resolve(schema, hints, depth)
  if schema.const ~= nil then
    return json.encode(schema.const)
  elseif is_list(schema.enum) then
    return write_enum(schema.enum, hints)
  end
  local kind = type_of(schema, depth)
  if kind == "object" then
    return write_object(schema, hints, depth, only_needed)
  elseif kind == "array" then
    return write_list(schema, hints, depth, only_needed)
  elseif kind == "integer" or kind == "number" then
    return json.encode(number_of(schema, hints, kind == "integer"))
  elseif kind == "boolean" then
    return schema.default == false and "false" or "true"
  elseif kind == "null" then
    return "null"
  end
  return json.encode(text_of(schema, name, hints))
end

--- JSON that fits a schema.
---@param schema table decoded
---@param question string
---@param answer string what the sandbox would say to the question
---@param only_needed? boolean leaves out what need not be there and was not
--- asked for
---@param names? string[] default: those of the question
---@return string
function sample.json(schema, question, answer, only_needed, names)
  local hints = { question = question, answer = answer, root = schema,
    names = names or words.names(question), name_at = 1,
    numbers = words.numbers(question), number_at = 1 }
  return write(schema, nil, hints, 0, only_needed)
end

--- The fields that an object must have: name -> its schema.
---@param schema table
---@return string[] names, table<string, table> schemas
function sample.needed(schema)
  local hints = { root = schema }
  local object = resolve(schema, hints, 0)
  local names, schemas = {}, {}
  for _, name in ipairs(fields_of(object, true)) do
    names[#names + 1] = name
    schemas[name] = resolve((object.properties or {})[name], hints, 0)
  end
  return names, schemas
end

return sample
