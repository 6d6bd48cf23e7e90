-- Makes lua/indoxhub/meta/endpoints.lua, the annotations of the methods that
-- the endpoint table makes. Prints it, or with --write writes it.
local endpoints = require "indoxhub.endpoints"

local TYPES = { messages = "indoxhub.Message[]", object = "table" }

local lines = {}

local function add(...)
  lines[#lines + 1] = table.concat { ... }
end

local function title(name)
  return (name:gsub("^%l", string.upper))
end

local function class_of(row)
  return ("indoxhub.%s.%sFields"):format(title(row.resource), title(row.name))
end

local function type_of(param)
  if param.one_of then
    return '"' .. table.concat(param.one_of, '"|"') .. '"'
  end
  return TYPES[param[2]] or param[2]
end

local function describe_fields(row)
  add("---@class ", class_of(row))
  for _, param in ipairs(row.params) do
    add("---@field ", param[1], param.required and " " or "? ",
      type_of(param), param.about and " " .. param.about or "")
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
    add("---@param fields ", class_of(row))
  end
  for argument in row.path:gmatch("{(.-)}") do
    arguments[#arguments + 1] = argument
    add("---@param ", argument, " string|integer")
  end
  arguments[#arguments + 1] = "options"
  add("---@param options? ", options)
  add("---@return ", returns, "? reply, indoxhub.Error? err")
  add(("function %s:%s(%s) end"):format(row.resource, name,
    table.concat(arguments, ", ")))
  add()
end

add("---@meta")
add()
add("-- Made from lua/indoxhub/endpoints.lua by spec/support/annotations.lua.")
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
  add("---@class indoxhub.", title(resource))
  add("local ", resource, " = {}")
  add()
  for _, row in ipairs(by_resource[resource]) do
    describe_method(row, row.name, row.params, "indoxhub.CallOptions",
      row.returns, row.summary)
    if row.streams then
      describe_method(row, "stream", row.params, "indoxhub.StreamOptions",
        "indoxhub.Stream", row.summary .. " Streams the answer.")
    end
  end
end

add("---@class indoxhub.Client")
for _, resource in ipairs(order) do
  add("---@field ", resource, " indoxhub.", title(resource))
end

local text = table.concat(lines, "\n") .. "\n"
if arg[1] == "--write" then
  local file = assert(io.open("lua/indoxhub/meta/endpoints.lua", "w"))
  file:write(text)
  file:close()
else
  io.write(text)
end
