--- Checks what a caller passes, before anything is sent.
--
-- Every function returns its result, or nil and a message for the caller to
-- raise at the user's line. A message names the field, what was given and what
-- is allowed.

local json = require "indoxhub.json"
local endpoints = require "indoxhub.endpoints"

local params = {}

-- One insertion, deletion, change or swap of neighbours turns a into b.
local function one_edit_apart(a, b)
  if #a > #b then
    a, b = b, a
  end
  if #b - #a > 1 then
    return false
  end
  local i = 1
  while i <= #a and a:byte(i) == b:byte(i) do
    i = i + 1
  end
  if #a < #b then
    return a:sub(i) == b:sub(i + 1)
  end
  return a:sub(i + 1) == b:sub(i + 1)
    or a:sub(i, i + 1) == b:sub(i, i + 1):reverse()
      and a:sub(i + 2) == b:sub(i + 2)
end

--- The known name that `name` probably stands for.
---@param name string
---@param known string[]
---@return string?
function params.nearest(name, known)
  local lower = name:lower():gsub("%-", "_")
  for _, candidate in ipairs(known) do
    if lower == candidate or one_edit_apart(lower, candidate) then
      return candidate
    end
  end
end

local function is_integer(value)
  return type(value) == "number" and value % 1 == 0
    and math.abs(value) < 2 ^ 53
end

local function show(value)
  if type(value) == "string" then
    return ("%q"):format(#value > 40 and value:sub(1, 37) .. "..." or value)
  elseif type(value) == "number" or type(value) == "boolean"
    or value == nil then
    return tostring(value)
  end
  return "a " .. type(value)
end

-- Roles whose messages are nothing without a content; an assistant's may hold
-- calls of tools instead.
local NEEDS_CONTENT = { user = true, system = true }

local function check_messages(value)
  if type(value) ~= "table" then
    return "must be a list of messages"
  elseif value[1] == nil then
    return value.role and "must be a list: put the message in braces"
      or "must not be empty", true
  end
  for i, message in ipairs(value) do
    if type(message) ~= "table" then
      return ("[%d] must be a table like { role = \"user\", content = ... }")
        :format(i), true
    elseif type(message.role) ~= "string" then
      return ("[%d].role must be a string, such as \"user\"; it is %s")
        :format(i, show(message.role)), true
    elseif message.content == nil and NEEDS_CONTENT[message.role] then
      return ("[%d].content is required: a text, or a list of parts")
        :format(i), true
    end
  end
end

-- Type -> a function that returns what is wrong, or nil; and whether that says
-- all there is to say, so that the value itself need not be shown.
local checks = {
  string = function(value)
    return type(value) ~= "string" and "must be a string"
  end,
  number = function(value)
    return type(value) ~= "number" and "must be a number"
  end,
  integer = function(value)
    return not is_integer(value) and "must be a whole number"
  end,
  boolean = function(value)
    return type(value) ~= "boolean" and "must be true or false"
  end,
  object = function(value)
    return (type(value) ~= "table" or value[1] ~= nil)
      and "must be a table of named fields"
  end,
  messages = check_messages,
}

local function check_one_of(param, value)
  for _, allowed in ipairs(param.one_of) do
    if value == allowed then
      return nil
    end
  end
  local names = {}
  for i, allowed in ipairs(param.one_of) do
    names[i] = show(allowed)
  end
  return "must be one of " .. table.concat(names, ", ")
end

local function check_value(param, value)
  if value == json.null and not param.required then
    return nil
  end
  local wrong, said = checks[param[2]](value)
  if not wrong and param.one_of then
    wrong = check_one_of(param, value)
  end
  if not wrong then
    return nil
  end
  return param[1] .. (wrong:sub(1, 1) == "[" and "" or " ") .. wrong
    .. (said and "" or ", not " .. show(value))
end

local function names_of(row)
  local names = {}
  for i, param in ipairs(row.params or {}) do
    names[i] = param[1]
  end
  return names
end

local function is_provider_param(name)
  for _, known in ipairs(endpoints.provider_params) do
    if name == known then
      return true
    end
  end
  return false
end

-- Whether a field that no param names may go to the provider.
local function check_extra(row, name)
  if type(name) ~= "string" then
    return ("fields have names; %s is not one"):format(show(name))
  elseif name == "stream" then
    return ("stream is not a field: call %s:stream{...}"):format(row.resource)
  elseif name == "timeout" or name == "headers" then
    return ("%s is no field of the request but an option: " ..
      "put it into a second table"):format(name)
  end
  local near = params.nearest(name, names_of(row))
  if near and not (row.extra and is_provider_param(name)) then
    return ("unknown field %s: did you mean %s? (To send it all the same, " ..
      "put it into additional_params.)"):format(name, near)
  elseif not row.extra then
    return ("unknown field %s; known: %s")
      :format(name, table.concat(names_of(row), ", "))
  end
end

-- Puts the fields that no param names where the server expects them.
local function place_extra(row, body, extra, flat)
  local given = body[row.extra]
  if given == json.null then
    given = nil
  end
  if flat then
    body[row.extra] = nil
    for name, value in pairs(given or {}) do
      if extra[name] ~= nil or body[name] ~= nil then
        return nil, name
      end
      body[name] = value
    end
    for name, value in pairs(extra) do
      body[name] = value
    end
    return body
  end
  if next(extra) == nil then
    return body
  end
  for name, value in pairs(given or {}) do
    if extra[name] ~= nil then
      return nil, name
    end
    extra[name] = value
  end
  body[row.extra] = extra
  return body
end

--- Makes the JSON body of a call from its request fields. On an
--- OpenAI-compatible base (`flat`) the provider's parameters stay at the top.
---@param row table
---@param given any
---@param flat boolean
---@return table? body, string? message
function params.body(row, given, flat)
  if type(given) ~= "table" then
    return nil, "expects a table of request fields, not " .. show(given)
  end
  local body, extra, known = {}, {}, {}
  for _, param in ipairs(row.params) do
    known[param[1]] = true
    body[param[1]] = given[param[1]]
  end
  -- Names first: one that is misspelt may be the one that is missing.
  for name, value in pairs(given) do
    if not known[name] then
      local wrong = check_extra(row, name)
      if wrong then
        return nil, wrong
      end
      extra[name] = value
    end
  end
  for _, param in ipairs(row.params) do
    local value = given[param[1]]
    local wrong = value ~= nil and check_value(param, value)
    if wrong then
      return nil, wrong
    elseif value == nil and param.required then
      return nil, ("%s is required: %s"):format(param[1], param.about)
    end
  end
  if row.extra then
    local twice
    body, twice = place_extra(row, body, extra, flat)
    if not body then
      return nil, ("%s is given twice: as a field and in %s")
        :format(twice, row.extra)
    end
  end
  return body
end

--- Checks the arguments that go into the path.
---@param row table
---@param arguments any[] by position
---@return table<string, string>? values, string? message
function params.path(row, arguments)
  local values, i = {}, 0
  for name in row.path:gmatch("{(.-)}") do
    i = i + 1
    local value = arguments[i]
    if is_integer(value) then
      value = ("%.0f"):format(value)
    end
    if type(value) ~= "string" or value == "" then
      return nil, ("expects %s, a string that is not empty; it is %s")
        :format(name, show(arguments[i]))
    elseif value == "." or value == ".." then
      return nil, ("expects %s, which cannot be %q"):format(name, value)
    end
    values[name] = value
  end
  return values
end

---------------------------------------------------------------------------
-- options

-- Phases of a timeout, and the fields of its table.
local PHASES = { "connect", "first_byte", "idle", "total" }

local function check_seconds(value)
  return value == false or type(value) == "number" and value > 0
end

--- Timeouts by phase, `false` for none: a number is the total, a table changes
--- the phases it names.
---@param value any
---@param defaults table
---@return table? timeouts, string? message
function params.timeout(value, defaults)
  local timeouts = {}
  for _, phase in ipairs(PHASES) do
    timeouts[phase] = defaults[phase]
  end
  if value == nil then
    return timeouts
  elseif check_seconds(value) then
    timeouts.total = value
    return timeouts
  elseif type(value) ~= "table" then
    return nil, ("timeout must be seconds, false, or a table of %s; it is %s")
      :format(table.concat(PHASES, ", "), show(value))
  end
  for phase, seconds in pairs(value) do
    if defaults[phase] == nil then
      return nil, ("timeout.%s is unknown; known: %s")
        :format(tostring(phase), table.concat(PHASES, ", "))
    elseif not check_seconds(seconds) then
      return nil, ("timeout.%s must be seconds above 0, or false; it is %s")
        :format(phase, show(seconds))
    end
    timeouts[phase] = seconds
  end
  return timeouts
end

local function is_header(name, value)
  return type(name) == "string" and name:find("^[%w!#$%%&'*+.^_`|~-]+$")
    and (type(value) == "string" or type(value) == "number")
    and not tostring(value):find("[%z\r\n]")
end

local function check_headers(value)
  if type(value) ~= "table" then
    return "must be a table of names and values"
  end
  for name, text in pairs(value) do
    if not is_header(name, text) then
      return ("has the field %s, which is no header"):format(show(name)), true
    end
  end
end

local function is_size(value)
  return not (is_integer(value) and value > 0)
    and "must be a number of bytes above 0"
end

local QUERY_TYPES = { string = true, number = true, boolean = true }

local function check_query(value)
  if type(value) ~= "table" then
    return "must be a table of names and values"
  end
  for name, item in pairs(value) do
    if type(name) ~= "string" or not QUERY_TYPES[type(item)] then
      return ("has %s = %s; values are strings, numbers or booleans")
        :format(tostring(name), show(item)), true
    end
  end
end

local function check_line(value)
  if type(value) ~= "string" then
    return "must be a string"
  end
  return value:find("%c") and "must not contain control characters", true
end

local function is_fine()
end

-- What is wrong with an option, by its type in a table of options.
local option_checks = {
  string = checks.string, boolean = checks.boolean, line = check_line,
  any = is_fine,
  headers = check_headers, query = check_query, bytes = is_size,
  timeout = is_fine, -- params.timeout checks it
  key = function(value) -- a secret, and so not shown
    return type(value) ~= "string" and type(value) ~= "function"
      and "must be a string or a function that returns one", true
  end,
}

--- Checks a table of options against { name = type }.
---@param options any
---@param known table<string, string>
---@return string? message
function params.options(options, known)
  if type(options) ~= "table" then
    return ("options must be a table, not %s"):format(show(options))
  end
  for name, value in pairs(options) do
    local kind = known[name]
    if not kind then
      local names = {}
      for option in pairs(known) do
        names[#names + 1] = option
      end
      table.sort(names)
      local near = type(name) == "string" and params.nearest(name, names)
      return ("unknown option %s%s"):format(tostring(name), near
        and ": did you mean " .. near .. "?"
        or "; known: " .. table.concat(names, ", "))
    end
    local wrong, said
    if type(kind) == "table" then
      wrong = check_one_of({ one_of = kind }, value)
    else
      wrong, said = option_checks[kind](value)
    end
    if wrong then
      return ("option %s %s%s"):format(name, wrong,
        said and "" or ", not " .. show(value))
    end
  end
end

return params
