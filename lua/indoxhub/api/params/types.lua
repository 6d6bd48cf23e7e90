--- The types of request fields: what a value must be, and how it is told.

local files = require "indoxhub.api.params.files"
local json = require "indoxhub.base.json"
local redact = require "indoxhub.base.redact"
local spelling = require "indoxhub.base.spelling"
local utf8 = require "indoxhub.base.utf8"

local types = {}

-- A key that was put in the wrong place must not be shown.
local hide = redact.new {}

--- A value as messages show it.
---@param value any
---@return string
function types.show(value)
  if type(value) == "string" then
    value = hide(value)
    return ("%q"):format(#value > 40 and value:sub(1, 37) .. "..." or value)
  elseif type(value) == "number" or type(value) == "boolean"
    or value == nil then
    return tostring(value)
  elseif json.is_null(value) then
    return "null"
  end
  return "a " .. type(value)
end

local show = types.show

--- Whether a value is an integer of 64 bits, which holds more than a float.
---@param value any
---@return boolean
function types.is_wide(value)
  return math.type and math.type(value) == "integer"
    or type(value) == "cdata" and tostring(value):find("^%-?%d+U?LL$") ~= nil
end

local is_wide = types.is_wide

--- Whether a value is a whole number that this Lua and JSON can hold.
---@param value any
---@return boolean
function types.is_integer(value)
  return type(value) == "number" and value % 1 == 0
    and (math.abs(value) < 2 ^ 53 or is_wide(value))
end

--- The text that stands for a value in a form or a query: a number as JSON has
--- it, and a list as JSON.
---@param value any
---@return string
function types.text(value)
  if type(value) == "string" or type(value) == "boolean" then
    return tostring(value)
  end
  return json.encode(value)
end

--- What is wrong with a text that goes into a form, a query or a path: it must
--- be UTF-8. Nil for any other value.
---@param name string
---@param value any
---@return string?
function types.not_text(name, value)
  local wrong = type(value) == "string" and utf8.wrong(value)
  return wrong and name .. " " .. wrong or nil
end

local ROLES = { "system", "user", "assistant", "tool", "function",
  "developer" }

-- The same by name: true where a message is nothing without a content. An
-- assistant's may hold calls of tools instead.
local NEEDS_CONTENT = {}

for _, role in ipairs(ROLES) do
  NEEDS_CONTENT[role] = role == "user" or role == "system"
end

--- What is wrong with the role of a message, to be put behind its name. Servers
--- and models may have roles of their own, so that only what is nearly one of
--- the known ones is refused.
---@param role any
---@return string?
function types.not_role(role)
  if type(role) ~= "string" then
    return ("must be a string, such as \"user\"; it is %s"):format(show(role))
  end
  local near = NEEDS_CONTENT[role] == nil and spelling.nearest(role, ROLES)
  return near and ("%s is misspelt: did you mean %q? Known are %s")
    :format(show(role), near, table.concat(ROLES, ", ")) or nil
end

-- What is wrong with an element of a list of messages, to be put behind its
-- place.
local function not_message(message)
  if type(message) ~= "table" then
    return " must be a table like { role = \"user\", content = ... }"
  end
  local wrong = types.not_role(message.role)
  if wrong then
    return ".role " .. wrong
  elseif message.content == nil and NEEDS_CONTENT[message.role] then
    return ".content is required: a text, or a list of parts"
  end
end

local function check_messages(value)
  if type(value) ~= "table" then
    return "must be a list of messages"
  elseif value[1] == nil then
    return value.role and "must be a list: put the message in braces"
      or "must not be empty", true
  end
  -- There may be thousands, so no function is called for one that is fine at
  -- first sight.
  local i, message = 1, value[1]
  repeat
    local needs_content
    if type(message) == "table" then
      needs_content = NEEDS_CONTENT[message.role or ""]
    end
    if needs_content == nil or needs_content and message.content == nil then
      local wrong = not_message(message)
      if wrong then
        return ("[%d]%s"):format(i, wrong), true
      end
    end
    i = i + 1
    message = value[i]
  until message == nil
end

-- A check of lists whose elements pass another check.
local function list_of(check, what)
  return function(value)
    if type(value) ~= "table" or files.is(value) then
      return "must be a list of " .. what
    elseif value[1] == nil then
      return "must not be empty", true
    end
    for i, item in ipairs(value) do
      local wrong = check(item)
      if wrong then
        return ("[%d] %s, not %s"):format(i, wrong, show(item)), true
      end
    end
  end
end

local function check_string(value)
  return type(value) ~= "string" and "must be a string"
end

local function check_media(value)
  if not files.is(value) and (type(value) ~= "string" or value == "") then
    return "must be a URL, a data URI, or what indoxhub.file or bytes gave"
  end
end

local check_texts = list_of(check_string, "texts")

-- Days of a month, in a leap year.
local LONGEST = { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 }

local function is_date(value)
  local month, day = tostring(value):match("^%d%d%d%d%-(%d%d)%-(%d%d)$")
  local last = LONGEST[tonumber(month)]
  return last ~= nil and tonumber(day) >= 1 and tonumber(day) <= last
end

-- Type -> a function that returns what is wrong, or nil; and whether that says
-- all there is to say, so that the value itself need not be shown.
types.checks = {
  string = check_string,
  number = function(value)
    return (type(value) ~= "number" or value ~= value
      or math.abs(value) == math.huge) and not is_wide(value)
      and "must be a number"
  end,
  integer = function(value)
    return not types.is_integer(value) and not is_wide(value)
      and "must be a whole number"
  end,
  boolean = function(value)
    return type(value) ~= "boolean" and "must be true or false"
  end,
  object = function(value)
    return (type(value) ~= "table" or value[1] ~= nil)
      and "must be a table of named fields"
  end,
  date = function(value)
    return not is_date(value) and "must be a date such as \"2026-01-31\""
  end,
  file = function(value)
    return not files.is(value) and (type(value) ~= "string" or value == "")
      and "must be the path of a file, or what indoxhub.file, bytes or " ..
        "reader gave"
  end,
  messages = check_messages,
  strings = list_of(check_string, "strings"),
  texts = function(value)
    if type(value) ~= "string" then
      return check_texts(value)
    end
  end,
  media = check_media,
  media_list = list_of(check_media, "pictures"),
}

--- What is wrong with a value that must be one of a closed list; nil if fine.
---@param allowed any[]
---@param value any
---@return string?
function types.one_of(allowed, value)
  local names = {}
  for i, one in ipairs(allowed) do
    if value == one then
      return nil
    end
    names[i] = show(one)
  end
  return (names[2] and "must be one of " or "must be ")
    .. table.concat(names, ", ")
end

local function out_of_range(range, value)
  return (value < range[1] or value > range[2])
    and ("must be from %g to %g"):format(range[1], range[2])
end

--- What is wrong with the value of a param; nil if it is fine.
---@param param table
---@param value any
---@return string?
function types.check(param, value)
  if json.is_null(value) and not param.required then
    return nil
  end
  local wrong, said = types.checks[param[2]](value)
  if not wrong and param.one_of then
    wrong = types.one_of(param.one_of, value)
  end
  if not wrong and param.range then
    wrong = out_of_range(param.range, value)
  end
  if not wrong then
    return nil
  end
  return param[1] .. (wrong:sub(1, 1) == "[" and "" or " ") .. wrong
    .. (said and "" or ", not " .. show(value))
end

return types
