--- Functions that a model may call.
--
-- A tool is what is sent of it, a table in the API's form; what only this side
-- knows, the function and the compiled schema, stands in its metatable. So it
-- can be given wherever a plain table can, and a saved one is a plain table.

local json = require "indoxhub.base.json"
local schemas = require "indoxhub.schema"
local spelling = require "indoxhub.base.spelling"

local tools = {}

local NAME = "indoxhub.tool"

--- How long a name may be: servers refuse others.
tools.LONGEST_NAME = 64

local FIELDS = { "name", "description", "parameters", "run", "strict" }

local function unknown_field(name)
  local near = type(name) == "string" and spelling.nearest(name, FIELDS)
  return ("unknown field %s%s"):format(tostring(name),
    near and (": did you mean %s?"):format(near)
      or "; known: " .. table.concat(FIELDS, ", "))
end

local function check_name(name)
  if type(name) ~= "string" or #name > tools.LONGEST_NAME
    or not name:find "^[%w_-]+$" then
    return ("name must be letters, digits, _ and -, %d at most; it is %s")
      :format(tools.LONGEST_NAME, type(name) == "string" and ("%q"):format(name)
        or tostring(name))
  end
end

-- What is wrong with the fields, but for the schema.
local function check(given)
  if type(given) ~= "table" then
    return "expects a table with name, description, parameters and run, not a "
      .. type(given)
  end
  for name in pairs(given) do
    local is_known = false
    for _, field in ipairs(FIELDS) do
      is_known = is_known or name == field
    end
    if not is_known then
      return unknown_field(name)
    end
  end
  local wrong = check_name(given.name)
  if wrong then
    return wrong
  elseif given.description ~= nil and type(given.description) ~= "string" then
    return "description must be a text"
  elseif given.run ~= nil and type(given.run) ~= "function" then
    return "run must be a function"
  elseif given.strict ~= nil and type(given.strict) ~= "boolean" then
    return "strict must be true or false"
  elseif given.parameters ~= nil and type(given.parameters) ~= "table" then
    return "parameters must be a JSON Schema: a table of its keywords"
  end
end

local function check_parameters(parameters)
  if parameters.type ~= nil and parameters.type ~= "object" then
    return nil, "parameters.type must be \"object\": a model gives a table " ..
      "of arguments"
  end
  local ok, why = pcall(json.encode, parameters)
  if not ok then
    return nil, "parameters cannot be sent: " .. tostring(why)
  end
  return schemas.compile(parameters, "parameters")
end

--- Makes a tool. Raises what is wrong with it.
---@param given indoxhub.ToolOptions
---@return indoxhub.Tool
function tools.new(given)
  local wrong = check(given)
  if wrong then
    error("indoxhub.tool: " .. wrong, 2)
  end
  local parameters = given.parameters
    or { type = "object", properties = {} }
  local checker
  checker, wrong = check_parameters(parameters)
  if not checker then
    error("indoxhub.tool: " .. wrong, 2)
  end
  return setmetatable({ type = "function", ["function"] = {
    name = given.name, description = given.description,
    parameters = schemas.to_send(parameters), strict = given.strict } },
    { __name = NAME, run = given.run, checker = checker })
end

---@class indoxhub.ToldTool
---@field name string
---@field description? string
---@field parameters any what may be a schema
---@field run function

--- Makes a tool of what a server of tools tells of it. Its schema is sent on as
--- it is, and what can be checked of it is: the server looks again.
---@param told indoxhub.ToldTool
---@return indoxhub.Tool
function tools.of_server(told)
  local parameters = told.parameters
  if type(parameters) ~= "table" then
    parameters = { type = "object", properties = {} }
  end
  return setmetatable({ type = "function", ["function"] = {
    name = told.name, description = told.description,
    parameters = parameters } },
    { __name = NAME, run = told.run,
      checker = schemas.compile_known(parameters) })
end

--- Whether a value is a tool that was made here.
---@param value any
---@return boolean
function tools.is(value)
  local mt = type(value) == "table" and getmetatable(value)
  return type(mt) == "table" and mt.__name == NAME
end

---@class indoxhub.ToolEntry what is known of a tool by its name
---@field run? function
---@field checker? indoxhub.schema.Checker

local function entry_of(tool)
  local fn = type(tool["function"]) == "table" and tool["function"] or tool
  local mt = tools.is(tool) and getmetatable(tool) or {}
  return fn.name, { run = mt.run, checker = mt.checker }
end

---@class indoxhub.Toolbox
---@field runs boolean whether there is anything to run
---@field by_name table<string, indoxhub.ToolEntry>

--- The tools of a list by their names.
---@param list? table[]
---@return indoxhub.Toolbox
function tools.box(list)
  local box = { runs = false, by_name = {} }
  for _, tool in ipairs(list or {}) do
    local name, entry = entry_of(tool)
    if name ~= nil then
      box.by_name[name] = entry
      box.runs = box.runs or entry.run ~= nil
    end
  end
  return box
end

-- Whether it is what indoxhub.mcp gave, which this layer does not know.
local function is_server(value)
  local mt = type(value) == "table" and getmetatable(value)
  return type(mt) == "table" and mt.__name == "indoxhub.mcp"
end

--- What is wrong with a list of tools; nil when it is fine.
---@param list any
---@return string?
function tools.check(list)
  if is_server(list) then
    return "tools is an MCP server; give what server:tools() returns"
  elseif type(list) ~= "table" or list[1] == nil and next(list) ~= nil then
    return "tools must be a list of tools"
  end
  local seen = {}
  for i, tool in ipairs(list) do
    if type(tool) ~= "table" then
      return ("tools[%d] is a %s, and no tool"):format(i, type(tool))
    elseif is_server(tool) then
      return ("tools[%d] is an MCP server; give what server:tools() returns")
        :format(i)
    elseif tool.run ~= nil then
      return ("tools[%d] is a plain table; make it with indoxhub.tool{...}")
        :format(i)
    end
    local name = entry_of(tool)
    if name ~= nil and seen[name] then
      return ("tools[%d] and tools[%d] are both called %s"):format(seen[name],
        i, tostring(name))
    end
    seen[name or i] = i
  end
end

return tools
