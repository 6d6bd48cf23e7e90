--- Checks the request fields of a call, before anything is sent, and puts each
--- at its place.
--
-- Every function returns its result, or nil and a message for the caller to
-- raise at the user's line. A message names the field, what was given and what
-- is allowed.

local endpoints = require "indoxhub.api.endpoints"
local json = require "indoxhub.base.json"
local spelling = require "indoxhub.base.spelling"
local types = require "indoxhub.api.params.types"

local params = {}

local show = types.show

local NONE = {}

local function names_of(row)
  local names = {}
  for i, param in ipairs(row.params) do
    names[i] = param[1]
  end
  return names
end

-- Options of calls that people put among the fields of a request, which would
-- send them to the provider. `reasoning` is also a field of some.
local OPTIONS = { timeout = true, headers = true, fallback = true,
  fallback_after = true, max_retries = true, retry_unsafe = true,
  schema = true, on_progress = true, wait = true }

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
  elseif name == "stream" and row.streams then
    return ("stream is not a field: call %s:stream{...}"):format(row.resource)
  elseif OPTIONS[name] then
    return ("%s is no field of the request but an option: " ..
      "put it into a second table"):format(name)
  end
  for _, param in ipairs(row.params) do
    if param.compatible == name then
      return ("unknown field %s: here it is called %s"):format(name, param[1])
    end
  end
  local near = spelling.nearest(name, names_of(row))
  if near and not (row.extra and is_provider_param(name)) then
    return ("unknown field %s: did you mean %s?%s"):format(name, near,
      row.extra and " (To send it all the same, put it into " ..
        "additional_params.)" or "")
  elseif not row.extra then
    return ("unknown field %s; known: %s")
      :format(name, table.concat(names_of(row), ", "))
  end
end

-- Row -> its params by name, and lists of those that are required, and that
-- have another name for compatible servers.
local known_params = setmetatable({}, { __mode = "k" })

local function known_of(row)
  local known = known_params[row]
  if not known then
    known = { by_name = {}, required = {}, renamed = {} }
    for _, param in ipairs(row.params) do
      known.by_name[param[1]] = param
      if param.required then
        table.insert(known.required, param)
      end
      if param.compatible then
        table.insert(known.renamed, param)
      end
    end
    known_params[row] = known
  end
  return known
end

-- What is wrong with the fields of params, in the order of the row.
local function find_wrong(row, given)
  for _, param in ipairs(row.params) do
    local value = given[param[1]]
    local wrong = value ~= nil and types.check(param, value)
    if wrong then
      return wrong
    elseif value == nil and param.required then
      return ("%s is required: %s"):format(param[1], param.about)
    end
  end
end

local function has_required(known, given)
  for i = 1, #known.required do
    if given[known.required[i][1]] == nil then
      return false
    end
  end
  return true
end

-- The given fields by what they are: those of params, and others; or nil and
-- what is wrong. Names first: one that is misspelt may be the one that is
-- missing.
local function sort_out(row, given)
  local fields, extra, known = {}, {}, known_of(row)
  local is_wrong = not has_required(known, given)
  for name, value in pairs(given) do
    local param = known.by_name[name]
    if param then
      fields[name] = value
      is_wrong = is_wrong or types.check(param, value)
    else
      local wrong = check_extra(row, name)
      if wrong then
        return nil, wrong
      end
      extra[name] = value
    end
  end
  if is_wrong then
    return nil, find_wrong(row, given) or tostring(is_wrong)
  end
  return fields, extra
end

-- Adds fields to a table that has none of them; else returns the name of one.
local function add_all(to, fields)
  for name in pairs(fields) do
    if to[name] ~= nil then
      return name
    end
  end
  for name, value in pairs(fields) do
    to[name] = value
  end
end

-- Puts the fields that no param names where the server expects them. Returns
-- the name of one that is given twice.
local function place_extra(row, body, extra, compatible)
  local given = body[row.extra]
  given = not json.is_null(given) and given or {}
  if compatible then
    body[row.extra] = nil
    return add_all(body, given) or add_all(body, extra)
  elseif next(extra) == nil then
    return nil
  end
  body[row.extra] = extra
  return add_all(extra, given)
end

local function json_body(row, fields, extra, compatible)
  local body, twice = fields, nil
  if row.extra then
    twice = place_extra(row, body, extra, compatible)
  end
  if twice then
    return nil, ("%s is given twice: as a field and in %s")
      :format(twice, row.extra)
  end
  local renamed = {}
  for _, param in ipairs(compatible and known_of(row).renamed or NONE) do
    body[param.compatible], body[param[1]] = body[param[1]], nil
    renamed[param.compatible] = param[1]
  end
  return body, nil, renamed
end

-- What is sent of the fields of a form or a query: {name, value}, in the order
-- of the row. There is no null there; absent means the same.
local function present(row, fields)
  local list, wrong = {}, nil
  for _, param in ipairs(row.params) do
    local value = fields[param[1]]
    if value ~= nil and not json.is_null(value) and not param.unsent then
      list[#list + 1] = { name = param[1], type = param[2],
        value = param[2] == "file" and value or types.text(value) }
      wrong = wrong or types.not_text(param[1], list[#list].value)
    end
  end
  return not wrong and list or nil, wrong
end

local function query_of(row, fields)
  local query = {}
  local list, wrong = present(row, fields)
  for _, field in ipairs(list or {}) do
    query[field.name] = field.value
  end
  return not wrong and query or nil, wrong
end

---@class indoxhub.Placed the fields of a call where they belong; one of these
---@field json? table
---@field renamed? table<string, string> names in it to those that were given
---@field query? table<string, string>
---@field form? {name: string, type: string, value: any}[]

--- Checks the fields of a call and puts them at their places. On an
--- OpenAI-compatible base the provider's parameters stay at the top.
---@param row table
---@param given any
---@param compatible boolean
---@return indoxhub.Placed? placed, string? message
function params.place(row, given, compatible)
  local required = row.params[1].required
  if type(given) ~= "table" and not (given == nil and not required) then
    return nil, "expects a table of request fields, not "
      .. (given == nil and "nil" or "a " .. type(given))
      .. (required and ("; %s is required: %s"):format(row.params[1][1],
        row.params[1].about) or "")
  end
  local fields, extra = sort_out(row, given or {})
  if not fields then
    return nil, extra
  elseif row.place == "query" then
    local query, wrong = query_of(row, fields)
    return query and { query = query }, wrong
  elseif row.place == "form" then
    local form, wrong = present(row, fields)
    return form and { form = form }, wrong
  end
  local body, wrong, renamed = json_body(row, fields, extra, compatible)
  return body and { json = body, renamed = renamed }, wrong
end

local function check_argument(row, name, value)
  if row.argument == "integer" then
    local number = tonumber(value)
    if not types.is_integer(number) or number < 0 then
      return nil, ("expects %s, a whole number; it is %s")
        :format(name, show(value))
    end
    return types.text(number)
  elseif types.is_integer(value) then
    value = types.text(value)
  end
  if type(value) ~= "string" or value == "" then
    return nil, ("expects %s, a string that is not empty; it is %s%s")
      :format(name, show(value), row.joined
        and " (a model is named as \"provider/model\")" or "")
  elseif value == "." or value == ".." then
    return nil, ("expects %s, which cannot be %q"):format(name, value)
  end
  local wrong = types.not_text(name, value)
  return not wrong and value or nil, wrong
end

--- Checks the arguments that go into the path.
---@param row table
---@param arguments any[] by position
---@return table<string, string>? values, string? message
function params.path(row, arguments)
  local values, i = {}, 0
  for name in row.path:gmatch("{(.-)}") do
    i = i + 1
    local value, wrong = check_argument(row, name, arguments[i])
    if not value then
      return nil, wrong
    end
    values[name] = value
  end
  return values
end

return params
