-- Makes lua/indoxhub/meta/endpoints.lua, the annotations of the methods that
-- the endpoint table makes. Prints it, or with --write writes it.
local endpoints = require "indoxhub.api.endpoints"

local TYPES = {
  messages = "indoxhub.Message[]", object = "table", date = "string",
  strings = "string[]", texts = "string|string[]",
  file = "string|indoxhub.File", media = "string|indoxhub.File",
  media_list = "(string|indoxhub.File)[]",
}

-- What any call may return; a call may be refused for more.
local ERRORS = "authentication, permission, not_found, rate_limit, server, " ..
  "unavailable, server_timeout, network, timeout, protocol, limit, cancelled"

local lines = {}

local function add(...)
  lines[#lines + 1] = table.concat { ... }
end

local function title(name)
  return (name:gsub("^%l", string.upper))
end

-- Where a resource would have the name of what one of its calls returns.
local RESOURCES = { user = "UserCalls" }

local function resource_class(resource)
  return "indoxhub." .. (RESOURCES[resource] or title(resource))
end

local function class_of(row)
  return ("indoxhub.%s.%sFields"):format(title(row.resource), title(row.name))
end

local function type_of(param)
  if param.one_of and param[2] == "string" then
    return '"' .. table.concat(param.one_of, '"|"') .. '"'
  elseif param.one_of then
    return tostring(param.one_of[1])
  end
  return TYPES[param[2]] or param[2]
end

local function about(param)
  local text = param.about
  if param.range then
    text = ("%s; %g to %g"):format(text, param.range[1], param.range[2])
  end
  return text
end

-- The kinds of errors of a row besides those of any.
local function errors_of(row)
  local kinds = ERRORS
  if row.params or row.path:find("{") then
    kinds = "invalid_request, validation, " .. kinds
  end
  if row.http == "POST" and row.params then
    kinds = kinds .. ", insufficient_credits"
  end
  for _, param in ipairs(row.params or {}) do
    if param[2] == "file" or param[2] == "media" then
      return kinds .. ", file"
    end
  end
  return kinds
end

-- Options of calls whose reply a helper goes on with.
local HELPED = { ["videos.generate"] = "indoxhub.VideoOptions" }

local function describe_fields(row)
  add("---@class ", class_of(row))
  for _, param in ipairs(row.params) do
    add("---@field ", param[1], param.required and " " or "? ",
      type_of(param), " " .. about(param))
  end
  if row.extra then
    add("---@field [string] any goes into ", row.extra)
  end
  add()
end

local function describe_method(row, name, fields, options, returns, summary)
  add("--- ", summary)
  add("--- ", row.http, " ", row.path, "; see the vendor's ", row.source, ".")
  local arguments = {}
  if fields then
    arguments[1] = "fields"
    add("---@param fields", fields[1].required and " " or "? ", class_of(row))
  end
  for argument in row.path:gmatch("{(.-)}") do
    arguments[#arguments + 1] = argument
    add("---@param ", argument, row.argument == "integer" and " integer"
      or " string|integer")
  end
  arguments[#arguments + 1] = "options"
  add("---@param options? ", options)
  add("---@return ", returns, "? reply, indoxhub.Error? err of kind ",
    errors_of(row))
  add(("function %s:%s(%s) end"):format(row.resource, name,
    table.concat(arguments, ", ")))
  add()
end

add("---@meta")
add()
add("-- Made from lua/indoxhub/api/endpoints by spec/support/annotations.lua.")
add()

local order, by_resource = {}, {}
for _, row in ipairs(endpoints.rows) do
  if not by_resource[row.resource] then
    by_resource[row.resource] = {}
    order[#order + 1] = row.resource
  end
  table.insert(by_resource[row.resource], row)
end

for _, resource in ipairs(order) do
  for _, row in ipairs(by_resource[resource]) do
    if row.params then
      describe_fields(row)
    end
  end
  add("---@class ", resource_class(resource))
  add("local ", resource, " = {}")
  add()
  for _, row in ipairs(by_resource[resource]) do
    describe_method(row, row.name, row.params,
      HELPED[row.resource .. "." .. row.name] or row.place == "form"
      and "indoxhub.UploadOptions" or row.as and "indoxhub.EmbeddingOptions"
      or "indoxhub.CallOptions", row.returns, row.summary)
    if row.streams then
      describe_method(row, "stream", row.params, "indoxhub.StreamOptions",
        "indoxhub.Stream", row.summary .. " Streams the answer.")
    end
  end
end

add("---@class indoxhub.Client")
for _, resource in ipairs(order) do
  add("---@field ", resource, " ", resource_class(resource))
end

local text = table.concat(lines, "\n") .. "\n"
if arg[1] == "--write" then
  local file = assert(io.open("lua/indoxhub/meta/endpoints.lua", "w"))
  file:write(text)
  file:close()
else
  io.write(text)
end
