--- Checks the options of clients and calls.
--
-- Every function returns its result, or nil and a message for the caller to
-- raise at the user's line.

local files = require "indoxhub.api.params.files"
local spelling = require "indoxhub.base.spelling"
local types = require "indoxhub.api.params.types"
local utf8 = require "indoxhub.base.utf8"

local options = {}

local show = types.show

-- Phases of a timeout, and the fields of its table.
local PHASES = { "connect", "first_byte", "idle", "total" }

local function check_seconds(value)
  return value == false or type(value) == "number" and value > 0
end

--- The phases that a timeout option changes, `false` for none: a number is the
--- total, a table changes the phases it names.
---@param value any
---@return table<string, number|false>? phases, string? message
function options.timeout(value)
  if value == nil then
    return {}
  elseif check_seconds(value) then
    return { total = value }
  elseif type(value) ~= "table" then
    return nil, ("timeout must be seconds, false, or a table of %s; it is %s")
      :format(table.concat(PHASES, ", "), show(value))
  end
  local phases = {}
  for phase, seconds in pairs(value) do
    if types.one_of(PHASES, phase) then
      return nil, ("timeout.%s is unknown; known: %s")
        :format(tostring(phase), table.concat(PHASES, ", "))
    elseif not check_seconds(seconds) then
      return nil, ("timeout.%s must be seconds above 0, or false; it is %s")
        :format(phase, show(seconds))
    end
    phases[phase] = seconds
  end
  return phases
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
      return ("has the field %s, which is no header; write names and values, "
        .. "as { [\"X-Name\"] = \"value\" }"):format(show(name)), true
    end
  end
end

local function is_size(value)
  return not (types.is_integer(value) and value > 0)
    and "must be a number of bytes above 0"
end

local function is_count(value)
  return not (types.is_integer(value) and value >= 0)
    and "must be a whole number, 0 or more"
end

local function is_whole(value)
  return not (types.is_integer(value) and value > 0)
    and "must be a whole number above 0"
end

local function is_callback(value)
  return type(value) ~= "function" and "must be a function"
end

local function is_duration(value)
  return (type(value) ~= "number" or not (value > 0 and value < math.huge))
    and "must be seconds above 0"
end

local function is_limit(value)
  return value ~= false and is_duration(value)
    and "must be seconds above 0, or false for no limit"
end

-- What is wrong with a name in a list of models.
local function not_model(value)
  if type(value) ~= "string" or not value:find("%S") then
    return ("must be the name of a model, such as \"provider/model\", not %s")
      :format(show(value))
  end
  return value:find("%c") and "must not contain control characters"
    or utf8.wrong(value)
end

local function check_models(value)
  if value == false then
    return nil
  elseif type(value) ~= "table" then
    return "must be a list of models, as { \"provider/model\" }, or false"
  end
  local count, seen = 0, {}
  for place, name in pairs(value) do
    count = count + 1
    if value[count] == nil then
      return "must be a list of models without holes, and without names", true
    end
    local wrong = not_model(name)
    if wrong then
      return ("[%s] %s"):format(tostring(place), wrong), true
    elseif seen[name] then
      return ("names %s twice"):format(show(name)), true
    end
    seen[name] = true
  end
end

local function is_amount(value)
  return type(value) == "number" and value >= 0 and value < math.huge
end

local function is_patience(value)
  return not is_amount(value) and "must be seconds, 0 or more"
end

-- What a budget may limit, in the order of messages.
local LIMITS = { "cost", "tokens" }

local function check_budget(value)
  if type(value) ~= "table" then
    return "must be a table of limits, as { cost = 5 }"
  end
  for name, limit in pairs(value) do
    if types.one_of(LIMITS, name) then
      return ("has %s, which is no limit; known: %s"):format(show(name),
        table.concat(LIMITS, ", ")), true
    elseif not is_amount(limit) then
      return (".%s must be a number, 0 or more, not %s"):format(name,
        show(limit)), true
    end
  end
end

local TEXT_TYPES = { string = true, number = true, boolean = true }

-- Whether a value stands in a query or a form as text.
local function has_text(value)
  return TEXT_TYPES[type(value)] or types.is_wide(value)
end

local function check_query(value)
  if type(value) ~= "table" then
    return "must be a table of names and values"
  end
  for name, item in pairs(value) do
    if type(name) ~= "string" or not has_text(item) then
      return ("has %s = %s; values are strings, numbers or booleans")
        :format(tostring(name), show(item)), true
    end
  end
end

local function check_fields(value)
  if type(value) ~= "table" then
    return "must be a table of names and values"
  end
  for name, item in pairs(value) do
    if type(name) ~= "string" or name == "" or name:find("%c")
      or not (has_text(item) or files.is(item)) then
      return ("has %s = %s; values are strings, numbers, booleans or files")
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

local function is_folder(value)
  return value ~= false and (type(value) ~= "string" or value == ""
    or value:find("%z") ~= nil)
    and "must be the path of a folder, or false"
end

local function is_factor(value)
  return (type(value) ~= "number" or not (value >= 0 and value < math.huge))
    and "must be a number, 0 or more"
end

local function is_fine()
end

-- What is wrong with an option, by its type in a table of options.
local option_checks = {
  string = types.checks.string, boolean = types.checks.boolean,
  line = check_line,
  any = is_fine,
  headers = check_headers, query = check_query, fields = check_fields,
  bytes = is_size,
  count = is_count, size = is_whole, callback = is_callback,
  seconds = is_duration, limit = is_limit, folder = is_folder,
  factor = is_factor, models = check_models, patience = is_patience,
  budget = check_budget,
  key = function(value) -- a secret, and so not shown
    return type(value) ~= "string" and type(value) ~= "function"
      and "must be a string or a function that returns one", true
  end,
}

local function check(name, kind, value)
  local wrong, said
  if kind == "timeout" then
    return select(2, options.timeout(value))
  elseif type(kind) == "table" then
    wrong = types.one_of(kind, value)
  else
    wrong, said = option_checks[kind](value)
  end
  return wrong and ("option %s%s%s%s"):format(name,
    wrong:find("^[.[]") and "" or " ", wrong,
    said and "" or ", not " .. show(value))
end

-- Options of other calls, or of clients, that people look for in any call.
local ELSEWHERE = {
  fallback = "is for calls that another model can answer: chat, " ..
    "completions, embeddings:create and images",
  budget = "is one of a client: give it to indoxhub.new or client:with",
}
ELSEWHERE.fallback_after = ELSEWHERE.fallback

local function unknown(name, known, aliases)
  return ELSEWHERE[name] and ("option %s %s"):format(name, ELSEWHERE[name])
    or spelling.unknown(name, known, aliases)
end

--- Checks a table of options against { name = type }.
---@param given any
---@param known table<string, string|any[]> a list is a closed list of values
---@param aliases? table<string, string> what people call them elsewhere
---@return string? message
function options.check(given, known, aliases)
  if type(given) ~= "table" then
    return "options must be a table, not a " .. type(given)
  end
  for name, value in pairs(given) do
    local wrong = known[name] and check(name, known[name], value)
      or not known[name] and unknown(name, known, aliases)
    if wrong then
      return wrong
    end
  end
end

---------------------------------------------------------------------------
-- the options of calls

--- Two tables of names and values as one; the second goes first.
---@param one? table
---@param other? table
---@return table
function options.merge(one, other)
  local merged = {}
  for _, from in ipairs { one or {}, other or {} } do
    for name, value in pairs(from) do
      merged[name] = value
    end
  end
  return merged
end

--- What the second table of every call may hold, and more for some.
options.CALL = { timeout = "timeout", headers = "headers",
  max_retries = "count", retry_unsafe = "boolean" }
options.STREAM = options.merge(options.CALL, { reasoning = "boolean" })
options.UPLOAD = options.merge(options.CALL, { on_progress = "callback" })

--- What calls may hold besides that another model can answer.
options.FALLBACK = { fallback = "models", fallback_after = "patience" }

--- Options of videos:wait, and of `wait` in those of videos:generate.
options.WAIT = { interval = "seconds", max_interval = "seconds",
  timeout = "limit", on_progress = "callback", cancel_job = "boolean",
  headers = "headers", max_retries = "count" }

function option_checks.wait(value)
  if type(value) == "boolean" then
    return nil
  elseif type(value) ~= "table" then
    return "must be true, or a table of options of videos:wait"
  end
  local wrong = options.check(value, options.WAIT)
  return wrong and "is wrong: " .. wrong, true
end

return options
