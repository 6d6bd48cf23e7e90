--- What the annotations of the library say: classes, aliases and functions.
--
-- Annotations are those of the Lua language server. Lines of text behind a tag
-- go on with what the tag says. A class belongs to the variable that is made in
-- the line behind its annotation: functions of that variable are its methods.

local types = require "doc.generate.types"

local annotations = {}

---@class generate.Field
---@field name string
---@field type table
---@field optional boolean
---@field text string
---@field goes_on? boolean whether its text has more than one line

---@class generate.Class
---@field name string
---@field parents string[]
---@field text string
---@field fields generate.Field[] those for users, in order
---@field keys {key: string, type: table, text: string}[] of fields by type
---@field hidden table<string, {type: table, optional: boolean}>

---@class generate.Alias
---@field name string
---@field type? table
---@field text string
---@field choices {text: string, about: string}[]

---@class generate.Function
---@field name string
---@field owner? string the variable it is a field of
---@field colon boolean
---@field arguments string
---@field class? string of the owner
---@field text string
---@field params generate.Field[]
---@field returns {name?: string, type: table}[]
---@field returned string what is said behind the returns
---@field file string
---@field line integer

local readers = {}

-- Adds a line to a text: behind an empty line a new paragraph begins.
local function join(text, line)
  if line == "" then
    return text == "" and "" or text .. "\n\n"
  elseif text == "" or text:sub(-1) == "\n" then
    return text .. line
  end
  -- What is indented stays a line of its own.
  return text .. (line:find("^  ") and "\n" or " ") .. line
end

local VISIBILITY = { private = true, package = true, protected = true }

local function field_of(text)
  local first, rest = text:match("^(%l+)%s+(.*)$")
  local hidden = VISIBILITY[first]
  text = hidden and rest or text
  local key, key_rest = text:match("^%[(.-)%]%s+(.*)$")
  local name, optional, name_rest = text:match("^([%w_.]+)(%??)%s*(.*)$")
  local kind, about = types.parse(assert(key_rest or name_rest, text))
  return { name = name, key = key, type = kind, optional = optional == "?",
    text = (about:gsub("^%s+", "")), hidden = hidden }
end

function readers.class(block, text)
  local name, rest = text:match("^%(?e?x?a?c?t?%)?%s*([%w_.]+)(.*)$")
  local class = { name = name, parents = {}, fields = {}, keys = {},
    hidden = {}, text = block.text }
  local list = rest:match("^:%s*([%w_., ]+)")
  for parent in (list or ""):gmatch("[%w_.]+") do
    table.insert(class.parents, parent)
    if not rest:find(parent .. ",", 1, true) then
      break
    end
  end
  class.text = join(class.text, not list and rest:match("^%s*(.-)$") or "")
  block.class, block.text = class, ""
  return class
end

function readers.field(block, text)
  local field = field_of(text)
  local class = assert(block.class, text)
  if field.hidden then
    class.hidden[field.name] = field
  else
    table.insert(field.key and class.keys or class.fields, field)
  end
  return field
end

function readers.alias(block, text)
  local name, rest = text:match("^([%w_.]+)%s*(.*)$")
  block.alias = { name = name, text = block.text, choices = {},
    type = rest ~= "" and types.parse(rest) or nil }
  block.text = ""
  return block.alias
end

function readers.param(block, text)
  local field = field_of(text)
  table.insert(block.params, field)
  return field
end

readers["return"] = function(block, text)
  local returned = { text = "" }
  repeat
    local kind, rest = types.parse(text)
    local name, behind = rest:match("^%s+([%w_]+)(.*)$")
    if not name then
      name, behind = rest:match("^%s+(%.%.%.)(.*)$")
    end
    table.insert(block.returns, { type = kind, name = name })
    behind = behind or rest
    text = behind:match("^%s*,%s*(.*)$")
    returned.text = behind:gsub("^%s+", "")
  until not text
  if returned.text ~= "" then
    block.returned = returned
  end
  return returned
end

function readers.overload(block, text)
  block.overload = types.parse(text)
end

local function new_block()
  return { text = "", params = {}, returns = {} }
end

-- Takes a line of a comment. `block.open` is what its text goes on with.
local function read_comment(block, line)
  local tag, rest = line:match("^@(%l+)%s*(.*)$")
  local choice, about = line:match('^|%s*"([^"]*)"%s*#?%s*(.*)$')
  if tag then
    block.open = readers[tag] and readers[tag](block, rest)
  elseif choice then
    block.open = { text = about }
    table.insert(block.alias.choices, { value = choice, about = block.open })
  elseif block.open then
    block.open.text = join(block.open.text, (line:gsub("^%s", "")))
    block.open.goes_on = true
  else
    block.text = join(block.text, (line:gsub("^%s", "")))
  end
end

-- A block stands above a line of code.
local function end_block(model, file, block, code, at)
  local owner, colon, name, arguments =
    code:match("^function ([%w_]+)([.:])([%w_]+)(%b())")
  local variable = code:match("^local ([%w_]+) =")
  if block.class and variable then
    file.bound[variable] = block.class.name
  elseif name then
    table.insert(model.functions, { name = name, owner = owner,
      colon = colon == ":", arguments = arguments:sub(2, -2),
      class = file.bound[owner], text = block.text, params = block.params,
      returns = block.returns,
      returned = block.returned and block.returned.text or "",
      file = file.name, line = at })
  end
end

-- A class may be told of in several places.
local function add_class(model, class, overload)
  local known = model.classes[class.name]
  if not known then
    model.classes[class.name] = class
    known = class
  else
    known.text = known.text ~= "" and known.text or class.text
    for _, list in ipairs { "parents", "fields", "keys" } do
      for _, one in ipairs(class[list]) do
        table.insert(known[list], one)
      end
    end
    for name, field in pairs(class.hidden) do
      known.hidden[name] = field
    end
  end
  known.overload = known.overload or overload
end

local function settle(model, file, block, code, at)
  if block.class then
    add_class(model, block.class, block.overload)
  end
  if block.alias then
    model.aliases[block.alias.name] = block.alias
  end
  end_block(model, file, block, code, at)
end

local function read_file(model, name, text)
  local file, block, at = { name = name, bound = {} }, new_block(), 0
  for line in (text .. "\n"):gmatch("(.-)\n") do
    at = at + 1
    local comment = line:match("^%s*%-%-%-([^%-].*)$")
      or line:match("^%s*%-%-%-()$") and ""
    if comment then
      read_comment(block, comment)
    else
      settle(model, file, block, line, at)
      block = new_block()
    end
  end
end

--- Reads files of annotations.
---@param names string[]
---@return {classes: table<string, generate.Class>, aliases: table<string,
--- generate.Alias>, functions: generate.Function[]}
function annotations.read(names)
  local model = { classes = {}, aliases = {}, functions = {} }
  for _, name in ipairs(names) do
    local file = assert(io.open(name, "rb"))
    local text = file:read("*a")
    file:close()
    read_file(model, name, text)
  end
  return model
end

return annotations
