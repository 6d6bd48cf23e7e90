--- The file of a conversation: JSON that only its owner can read, written
--- beside its place and moved there when it is complete.
--
-- What JSON libraries do not tell apart when they read, the file writes out: an
-- object with the field "$indoxhub" stands for null, for an empty list, or for
-- an object that has that very field.

local core = require "indoxhub.core"
local errors = require "indoxhub.base.errors"
local json = require "indoxhub.base.json"
local target = require "indoxhub.base.atomic_file"
local utf8 = require "indoxhub.base.utf8"

local store = {}

local FORMAT, VERSION = "indoxhub-conversation", 1

local MARK = "$indoxhub"
local ARRAY = getmetatable(json.array())

-- Fields of messages that keep the bytes of the server that signed them.
local SIGNED = { reasoning_content = true, reasoning = true, thinking = true,
  reasoning_details = true, signature = true, extra_content = true }

-- Settings have none.
local UNSIGNED = {}

-- A value as it can be read again.
local function pack(value, signed)
  if json.is_null(value) then
    return { [MARK] = "null" }
  elseif type(value) ~= "table" then
    return value
  elseif next(value) == nil then
    return getmetatable(value) == ARRAY and { [MARK] = "list" } or value
  end
  local packed = {}
  for name, item in pairs(value) do
    packed[name] = signed[name] and item or pack(item, signed)
  end
  return value[MARK] ~= nil and { [MARK] = "object", fields = packed }
    or packed
end

local unpack_fields

local function unpack_value(value, signed)
  if type(value) ~= "table" then
    return value
  elseif value[MARK] == "null" then
    return json.null
  elseif value[MARK] == "list" then
    return json.array()
  elseif value[MARK] == "object" and type(value.fields) == "table" then
    value = value.fields
  end
  return unpack_fields(value, signed)
end

function unpack_fields(value, signed)
  local fields = {}
  for name, item in pairs(value) do
    local raw = signed[name] and type(item) == "table" and json.raw(item)
    fields[name] = raw and json.with_raw(item, raw)
      or unpack_value(item, signed)
  end
  return fields
end

--- Saves what a conversation is made of.
---@param path string
---@param parts {settings: table, messages: table[], totals: table}
---@return true? ok, indoxhub.Error? err
function store.save(path, parts)
  local ok, text = pcall(json.encode, { format = FORMAT, version = VERSION,
    settings = pack(parts.settings, UNSIGNED),
    messages = pack(parts.messages, SIGNED), totals = parts.totals })
  if not ok then
    return nil, errors.new("file", ("cannot write %s: %s"):format(path, text),
      { code = "unwritable" })
  end
  return target.put(path, function(file)
    return target.write(file, text .. "\n")
  end)
end

--- The error of a file that holds something else.
---@param path string
---@param code "damaged"|"foreign"|"version"
---@param why string
---@return nil, indoxhub.Error
function store.refuse(path, code, why)
  return nil, errors.new("file", ("cannot load %s: %s"):format(path, why),
    { code = code })
end

-- What is wrong with a decoded file, and the code of that.
local function check(document)
  local version = document.version
  if document.format ~= FORMAT then
    return "foreign", "it is no saved conversation"
  elseif type(version) ~= "number" then
    return "damaged", "it has no version"
  elseif version ~= VERSION then
    return "version", ("its version is %g, and this program knows %d; it " ..
      "was saved by a newer one"):format(version, VERSION)
  end
  for _, name in ipairs { "settings", "messages", "totals" } do
    if type(document[name]) ~= "table" then
      return "damaged", name .. " is missing"
    end
  end
  if document.messages[1] == nil and next(document.messages) ~= nil then
    return "damaged", "messages is no list"
  end
end

--- Reads what was saved; nil and an error when the file holds something else.
---@param path string
---@return {settings: table, messages: table[], totals: table}? parts
---@return indoxhub.Error? err
function store.load(path)
  local text, why = core.read_file(path)
  if not text then
    return nil, errors.new("file", ("cannot read %s: %s"):format(path, why),
      { code = "unreadable" })
  end
  local document
  document, why = json.decode(utf8.without_mark(text))
  if document == nil then
    return store.refuse(path, "damaged", "it is not valid JSON: " .. why)
  elseif type(document) ~= "table" then
    return store.refuse(path, "foreign", "it is no saved conversation")
  end
  local code
  code, why = check(document)
  if code then
    return store.refuse(path, code, why)
  end
  return { settings = unpack_value(document.settings, UNSIGNED),
    messages = unpack_value(document.messages, SIGNED),
    totals = document.totals }
end

return store
