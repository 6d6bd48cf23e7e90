--- The resources of a client, such as client.chat, and their methods: those
--- that the endpoint table describes, and those that helpers above the client
--- add.

local address = require "indoxhub.base.address"
local body = require "indoxhub.call.body"
local callers = require "indoxhub.client.callers"
local calls = require "indoxhub.call"
local endpoints = require "indoxhub.api.endpoints"
local fallback = require "indoxhub.call.fallback"
local kinds = require "indoxhub.api.replies.kinds"
local misnamed = require "indoxhub.base.misnamed"
local options_of = require "indoxhub.api.params.options"
local params = require "indoxhub.api.params"
local stream = require "indoxhub.stream"

local merge = options_of.merge

local resources = {}

-- Resource name -> metatable with the methods of its rows.
local metatables = {}

--- What there is, by name.
---@type table<string, table>
resources.all = metatables

--- A resource of a client; nil when there is none of this name.
---@param client indoxhub.Client
---@param name string
---@return table?
function resources.of(client, name)
  local mt = metatables[name]
  return mt and setmetatable({ _client = client }, mt)
end

---------------------------------------------------------------------------
-- misuse: raises at the line that called the method that calls these

local function refuse(row, method, wrong)
  error(("%s.%s: %s"):format(row.resource, method, wrong), 4)
end

local function check_options(row, method, options, known)
  local wrong = options ~= nil and options_of.check(options, known)
  if wrong then
    refuse(row, method, wrong)
  end
  return options or {}
end

-- A method called with a dot gets the fields in place of its resource.
local function check_self(self, row, method)
  if type(self) ~= "table"
    or getmetatable(self) ~= metatables[row.resource] then
    refuse(row, method, ("call it with a colon, as client.%s:%s(...)")
      :format(row.resource, method))
  end
  return callers.of(self._client)
end

---------------------------------------------------------------------------
-- operations

-- How many texts are sent; nil where there is no such field.
local function count_of(texts)
  return type(texts) == "table" and #texts or texts ~= nil and 1 or nil
end

-- The model that is asked, with its provider where that is told.
local function model_of(row, fields)
  local model, provider = (fields or {}).model, (fields or {}).provider
  if not row.costs or type(model) ~= "string" then
    return nil
  elseif type(provider) == "string" and not model:find("/", 1, true) then
    return provider .. "/" .. model
  end
  return model
end

-- The operation of a row, with its fields and the arguments that go into the
-- path; or nil and what is wrong, or nil, nil and an error. The options are
-- those of a call that may ask other models, too.
local function describe(caller, row, method, fields, arguments, options)
  local streams = method == "stream"
  local asks_others = row.fallback
    and fallback.list(caller.settings, options) ~= nil
  local values, wrong = params.path(row, arguments)
  local placed, made, err = {}, nil, nil
  if values and row.params then
    placed, wrong = params.place(row, fields, caller.settings.base.compatible)
  end
  if values and placed then
    made, wrong, err = body.make(placed, streams, asks_others)
  end
  if wrong or err then
    return nil, wrong, err
  end
  return {
    name = row.resource .. "." .. method, method = row.http, body = made,
    path = address.fill(row.path, values), query = placed.query,
    key = row.key, streams = streams, first_byte = row.first_byte,
    model = model_of(row, fields), costs = row.costs,
    count = fields and count_of(fields.text),
    format = fields and fields.response_format,
  }
end

local function describe_or_refuse(caller, row, method, fields, arguments,
  options)
  local operation, wrong, err = describe(caller, row, method, fields, arguments,
    options)
  if wrong then
    refuse(row, method, wrong)
  elseif err then
    err.operation = row.resource .. "." .. method
  end
  return operation, err
end

---------------------------------------------------------------------------
-- methods

-- "resource.name" -> what a helper does with the reply, and the options of a
-- call that it knows.
local continued = {}

-- "resource.name" -> a helper that does in place of a method what some options
-- ask for.
local replaced = {}

-- What a helper gives in place of a method, and true; nothing when the options
-- ask for nothing of it.
local function replace(self, row, method, fields, options)
  local helper = replaced[row.resource .. "." .. method]
  if not helper or not helper.is_asked(options) then
    return false
  end
  local result, err, wrong = helper.call()(self._client, fields, options)
  if wrong then
    refuse(row, method, wrong)
  end
  return true, result, err
end

local function options_with(row, method, known)
  local helper = replaced[row.resource .. "." .. method]
  if not helper then
    return known
  end
  helper.known = helper.known or merge(known, helper.options)
  return helper.known
end

-- Options of calls that a row's methods know, and helpers do not give them.
local function options_of_row(row, known)
  return row.fallback and merge(known, options_of.FALLBACK) or known
end

-- resource:name(fields, options)
local function method_with_fields(row)
  local known = options_of_row(row, merge(row.place == "form"
    and options_of.UPLOAD or options_of.CALL, { as = row.as }))
  return function(self, fields, options)
    local caller = check_self(self, row, row.name)
    local helper = continued[row.resource .. "." .. row.name]
    options = check_options(row, row.name, options, options_with(row, row.name,
      helper and merge(known, helper.options) or known))
    local is_done, reply, err = replace(self, row, row.name, fields, options)
    if is_done then
      return reply, err
    end
    local operation
    operation, err = describe_or_refuse(caller, row, row.name, fields, {},
      options)
    if not operation then
      return nil, err
    end
    reply, err = calls.perform(caller, operation, options,
      kinds[options.as or row.reply])
    if reply and helper then
      return helper.continue()(self._client, reply, options)
    end
    return reply, err
  end
end

-- "provider/model" as two arguments, at the first slash.
local function split_joined(arguments)
  local joined = type(arguments[1]) == "string" and arguments[1] or ""
  local first, second = joined:match("^([^/]+)/(.+)$")
  if first and type(arguments[2]) ~= "string" then
    return { first, second, arguments[2] or arguments[3] }
  end
  return arguments
end

-- resource:name(argument, ..., options)
local function method_with_arguments(row)
  local _, count = row.path:gsub("{", "")
  return function(self, ...)
    local caller = check_self(self, row, row.name)
    local arguments = { ... }
    if row.joined then
      arguments = split_joined(arguments)
    end
    local options = check_options(row, row.name, arguments[count + 1],
      options_of.CALL)
    local operation = describe_or_refuse(caller, row, row.name, nil, arguments)
    return calls.perform(caller, operation, options, kinds[row.reply])
  end
end

-- resource:stream(fields, options)
local function stream_method(row)
  local stop_row = endpoints.find(row.resource, row.streams)
  local known = options_of_row(row, options_of.STREAM)
  return function(self, fields, options)
    local caller = check_self(self, row, "stream")
    options = check_options(row, "stream", options,
      options_with(row, "stream", known))
    local is_done, made, err = replace(self, row, "stream", fields, options)
    if is_done then
      return made, err
    end
    local operation
    operation, err = describe_or_refuse(caller, row, "stream", fields, {},
      options)
    if not operation then
      return nil, err
    end
    local function stop(id)
      -- The id is the server's and may be anything.
      local stopping = describe(caller, stop_row, stop_row.name, nil, { id })
      if stopping then
        calls.fire(caller, stopping)
      end
    end
    return stream.open(caller, operation, options, kinds[row.reply], stop)
  end
end

-- A resource without methods yet.
local function new_metatable(resource)
  local methods = {}
  setmetatable(methods, { __index = function(_, name)
    misnamed.check_resource(resource, name, methods)
  end })
  return { __name = "indoxhub." .. resource, __index = methods,
    __call = function(_, first)
      misnamed.refuse_call(resource, methods, callers.of(first) ~= nil)
    end }
end

for _, row in ipairs(endpoints.rows) do
  local mt = metatables[row.resource] or new_metatable(row.resource)
  metatables[row.resource] = mt
  mt.__index[row.name] = row.params and method_with_fields(row)
    or method_with_arguments(row)
  if row.streams then
    mt.__index.stream = stream_method(row)
  end
end

---------------------------------------------------------------------------
-- helpers, given as functions of base/later.lua that return them

--- Adds a method of a resource that a helper above the client implements with
--- the client's public methods.
---@param resource string
---@param name string
---@param method fun(): fun(client: indoxhub.Client, ...): any, any
function resources.add_method(resource, name, method)
  local mt = metatables[resource]
  mt.__index[name] = function(self, ...)
    if type(self) ~= "table" or getmetatable(self) ~= mt then
      error(("call it with a colon, as client.%s:%s(...)")
        :format(resource, name), 2)
    end
    local result, err = method()(self._client, ...)
    return result, err -- no tail call, so that what it raises has a line
  end
end

--- Lets a helper go on with the reply of a method, by options of its own.
---@param resource string
---@param name string a method that takes fields
---@param options table<string, string|string[]> types of api/params/options.lua
---@param continue fun(): function its result is called with client, reply and
--- options, and returns what the method is to return
function resources.continue(resource, name, options, continue)
  continued[resource .. "." .. name] = { options = options,
    continue = continue }
end

--- Lets a helper do what a method does, when options of its own ask for it.
---@param resource string
---@param name string a method that takes fields, or "stream"
---@param options table<string, string|string[]> types of api/params/options.lua
---@param is_asked fun(options: table): boolean
---@param call fun(): function its result is called with client, fields and
--- options; returns its results, or nil, nil and what is wrong with the call
function resources.replace(resource, name, options, is_asked, call)
  replaced[resource .. "." .. name] = { options = options,
    is_asked = is_asked, call = call }
end

return resources
