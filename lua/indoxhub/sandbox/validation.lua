--- Checks the fields of a request as the vendor's service does: a list of what
--- is wrong, each with its place. The rules come from the endpoint table; a few
--- ranges that only the server knows stand here.

local json = require "indoxhub.base.json"
local number = require "indoxhub.base.number"
local utf8 = require "indoxhub.base.utf8"

local validation = {}

-- Field -> the least and the greatest number that the server takes.
local RANGES = {
  limit = { 1, 100 }, offset = { 0 }, skip = { 0 }, days = { 1, 365 },
  n = { 1, 10 }, duration = { 1, 60 }, expiration_time = { 0 },
  output_compression = { 0, 100 },
}

-- The argument of paths that is a number.
local NUMBERED = "api_key_id"

-- What a query or a form can only write as text.
local BOOLEANS = { ["true"] = true, ["1"] = true, ["false"] = false,
  ["0"] = false }

local function is_integer(value)
  return type(value) == "number" and value % 1 == 0
end

local function is_list(value)
  return type(value) == "table" and (value[1] ~= nil or next(value) == nil)
end

local function is_list_of_strings(value)
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

-- Whether a value is a list with something in it, of which `is_one` is true for
-- all.
local function is_list_of(value, is_one)
  if not is_list(value) or value[1] == nil then
    return false
  end
  for _, item in ipairs(value) do
    if not is_one(item) then
      return false
    end
  end
  return true
end

-- Tokens, as popular clients send texts that they have counted.
local function is_tokens(value)
  return is_list_of(value, is_integer)
end

local function is_date(value)
  local month, day = tostring(value):match("^%d%d%d%d%-(%d%d)%-(%d%d)$")
  month, day = tonumber(month), tonumber(day)
  return month ~= nil and month >= 1 and month <= 12 and day >= 1 and day <= 31
end

-- Type -> whether a value has it, what is said when not, and that as a name.
local TYPES = {
  string = { function(value)
    return type(value) == "string"
  end, "must be a string", "string_type" },
  number = { function(value)
    return type(value) == "number"
  end, "must be a number", "float_type" },
  integer = { is_integer, "must be a whole number", "int_type" },
  boolean = { function(value)
    return type(value) == "boolean"
  end, "must be true or false", "bool_type" },
  object = { function(value)
    return type(value) == "table" and value[1] == nil
  end, "must be an object", "dict_type" },
  strings = { is_list_of_strings, "must be a list", "list_type" },
  texts = { function(value)
    return type(value) == "string" or is_list_of_strings(value)
  end, "must be a text or a list of texts", "string_type" },
  inputs = { function(value)
    return type(value) == "string" or is_tokens(value)
      or is_list_of(value, function(item)
        return type(item) == "string"
      end) or is_list_of(value, is_tokens)
  end, "must be a text, tokens, or a list of either, with something in it",
    "string_type" },
  date = { is_date, "must be a date, YYYY-MM-DD",
    "date_parsing" },
}
TYPES.file = { function(value)
  return type(value) == "table"
end, "must be a file", "value_error" }
TYPES.media = TYPES.string
TYPES.media_list = TYPES.strings

local function problem(place, name, message, what)
  local loc = { place }
  for _, part in ipairs(type(name) == "table" and name or { name }) do
    loc[#loc + 1] = part
  end
  return { loc = loc, msg = message, type = what }
end

-- Messages have a check of their own: what is wrong may stand deep inside.
local function check_messages(value, place, name)
  if not is_list(value) then
    return problem(place, name, "must be a list", "list_type")
  elseif value[1] == nil then
    return problem(place, name, "must hold a message or more", "too_short")
  end
  for i, message in ipairs(value) do
    if type(message) ~= "table" or message == json.null then
      return problem(place, { name, i - 1 },
        "must be an object", "model_type")
    elseif type(message.role) ~= "string" then
      return problem(place, { name, i - 1, "role" }, message.role == nil
        and "is required" or "must be a string",
        message.role == nil and "missing" or "string_type")
    end
  end
end

local function check_range(range, value, place, name)
  local least, most = range[1], range[2]
  if least and value < least then
    return problem(place, name, ("must be at least %s")
      :format(least), "greater_than_equal")
  elseif most and value > most then
    return problem(place, name, ("must be at most %s")
      :format(most), "less_than_equal")
  end
end

local function check_one_of(allowed, value, place, name)
  local shown = {}
  for i, choice in ipairs(allowed) do
    if value == choice then
      return nil
    end
    shown[i] = ("'%s'"):format(tostring(choice))
  end
  local last = table.remove(shown)
  return problem(place, name, "must be " .. (shown[1]
    and table.concat(shown, ", ") .. " or " or "") .. last, "enum")
end

local function check_value(param, value, place, name)
  local kind = TYPES[param[2]]
  if param[2] == "messages" then
    return check_messages(value, place, name)
  elseif kind and not kind[1](value) then
    return problem(place, name, kind[2], kind[3])
  end
  local range = param.range or RANGES[param[1]]
  return range and type(value) == "number"
      and check_range(range, value, place, name)
    or param.one_of and check_one_of(param.one_of, value, place, name) or nil
end

-- The value that a text of a query or a form stands for.
local function from_text(kind, text)
  if kind == "integer" or kind == "number" then
    return number.read(text) or text
  elseif kind == "boolean" and BOOLEANS[text:lower()] ~= nil then
    return BOOLEANS[text:lower()]
  elseif kind == "strings" then
    return json.decode(text) or text
  end
  return text
end

-- The one field more that calls that can stream know.
local STREAM = { "stream", "boolean" }
-- A number of tokens that is no number gets an answer of its own.
local TOKENS = { "max_tokens", "integer", range = { 1 } }
-- What OpenAI's clients send in place of a text.
local INPUTS = { "input", "inputs", required = true }

local function params_of(row, compatible)
  local known = {}
  for _, param in ipairs(row.params or {}) do
    if not param.unsent then
      local name = compatible and param.compatible or param[1]
      known[name] = name == "max_tokens" and TOKENS
        or name == "input" and param[2] == "texts" and INPUTS or param
    end
  end
  if row.streams then
    known.stream = STREAM
  end
  return known
end

--- Checks fields against a row.
---@param fields table<string, any> texts are replaced by what they stand for
---@param place "query"|"body"
---@param options {texts: boolean, compatible: boolean, open: boolean}
---@return table[]? problems nil when all is well
function validation.fields(row, fields, place, options)
  local known, problems = params_of(row, options.compatible), {}
  for name, param in pairs(known) do
    local value = fields[name]
    if options.texts and type(value) == "string" and param[2] ~= "file" then
      value = from_text(param[2], value)
      fields[name] = value
    end
    if value ~= nil then
      problems[#problems + 1] = check_value(param, value, place, name)
    elseif param.required then
      problems[#problems + 1] = problem(place, name, "is required",
        "missing")
    end
  end
  for name in pairs(fields) do
    if not known[name] and not options.open then
      problems[#problems + 1] = problem(place, name,
        "is not known here", "extra_forbidden")
    end
  end
  table.sort(problems, function(a, b)
    return tostring(a.loc[2]) < tostring(b.loc[2])
  end)
  return problems[1] and problems or nil
end

--- Checks the arguments of a path, and makes numbers of those that are.
---@param arguments table<string, any>
---@return table[]? problems
function validation.arguments(arguments)
  local text = arguments[NUMBERED]
  if text and not text:find("^%-?%d+$") then
    return { problem("path", NUMBERED, "must be a whole number, " ..
      "and this text is none", "int_parsing") }
  end
  arguments[NUMBERED] = text and tonumber(text)
end

--- What is wrong with a body that is no JSON object.
---@return table[]
function validation.no_object(text)
  if text == "" then
    return { { loc = { "body" }, msg = "is required", type = "missing" } }
  end
  local value, message = json.decode(text)
  if value == nil and message or utf8.wrong(text) then
    return { { loc = { "body" }, msg = "is no JSON",
      type = "json_invalid" } }
  end
  return { { loc = { "body" }, type = "model_attributes_type",
    msg = "must be an object with the fields of the " ..
      "request" } }
end

return validation
