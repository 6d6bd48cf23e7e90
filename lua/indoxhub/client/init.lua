--- The client: its options, and the methods that the endpoint table describes.

local address = require "indoxhub.base.address"
local attempts = require "indoxhub.call.attempt"
local body = require "indoxhub.call.body"
local calls = require "indoxhub.call"
local core = require "indoxhub.core"
local endpoints = require "indoxhub.api.endpoints"
local kinds = require "indoxhub.api.replies.kinds"
local log = require "indoxhub.base.log"
local loop = require "indoxhub.loop"
local options_of = require "indoxhub.api.params.options"
local params = require "indoxhub.api.params"
local stream = require "indoxhub.stream"
local types = require "indoxhub.api.params.types"

local merge = options_of.merge

local client = {}

local DEFAULT_BASE = "https://api.indoxhub.com/api/v1"
local KEY_VARIABLES = { "INDOXHUB_API_KEY", "INDOX_HUB_API_KEY",
  "INDOX_ROUTER_API_KEY" }

-- Options by the type that api/params/options.lua knows.
local OPTIONS = {
  api_key = "key", base_url = "string", timeout = "timeout",
  trailing_slash = { "auto", "on", "off" }, proxy = "line",
  ca_file = "line", http_version = { "1.1", "2" }, max_connections = "size",
  max_response_bytes = "bytes", max_event_bytes = "bytes",
  headers = "headers", user_agent = "line", allow_http = "boolean",
  auth = { "key", "exchange" }, max_retries = "count", log = "callback",
  log_bodies = "boolean", insecure_skip_verify = "boolean",
}
local REQUEST_FIELDS = { method = "string", path = "string", query = "query",
  json = "any", form = "fields", stream = "boolean" }

-- Client -> its caller (see call/init.lua), which holds the key. It is kept out
-- of the client so that nothing that prints a client shows it.
local callers = setmetatable({}, { __mode = "k" })

-- Resource name -> metatable with the methods of its rows.
local resources = {}

---@class indoxhub.Client
local client_methods = {}
local client_mt = { __name = "indoxhub.client" }

function client_mt.__index(self, name)
  if client_methods[name] or not resources[name] then
    return client_methods[name]
  end
  local resource = setmetatable({ _client = self }, resources[name])
  rawset(self, name, resource)
  return resource
end

function client_mt.__tostring(self)
  return ("indoxhub.client (%s)"):format(callers[self].settings.base.url)
end

---------------------------------------------------------------------------
-- construction

local function from_environment(names)
  for _, name in ipairs(names) do
    local value = os.getenv(name)
    if value and value ~= "" then
      return value, name
    end
  end
end

--- The name of the variable that gives clients their key; nil when none does.
---@return string?
function client.key_variable()
  local _, name = from_environment(KEY_VARIABLES)
  return name
end

-- The base URL, and who gave it: the option, a variable, or nobody.
local function base_of(options, parent)
  local url, name = options.base_url, "base_url"
  if not url and parent.base_url then
    return parent.base_url, parent.base_from
  elseif not url then
    url, name = from_environment { "INDOXHUB_BASE_URL" }
  end
  return url or DEFAULT_BASE, url and name or "default"
end

-- Settings of options, or nil and what is wrong. A derived client begins with
-- those of its parent, whatever has become of the environment: in nginx only
-- the master has one.
local function settings_of(options, parent)
  local wrong = options_of.check(options, OPTIONS)
  if wrong then
    return nil, wrong
  end
  local base_url, base_from = base_of(options, parent)
  local base, why = address.base(base_url)
  if not base then
    return nil, (base_from == "base_url" and "base_url " or
      "the variable INDOXHUB_BASE_URL ") .. why
  end
  local most = options.max_connections
  return {
    options = options, base = base, base_url = base_url,
    base_from = base_from,
    gate = most and core.gate(most) or parent.gate,
    timeouts = merge(parent.timeouts, options_of.timeout(options.timeout)),
    tokens = parent.tokens or {},
    key = options.api_key or parent.key or from_environment(KEY_VARIABLES),
    ca_file = options.ca_file or parent.ca_file
      or from_environment { "SSL_CERT_FILE" },
  }
end

local function make(settings, engine)
  local self = setmetatable({}, client_mt)
  callers[self] = { settings = settings, engine = engine, closed = false,
    running = setmetatable({}, { __mode = "k" }), pausing = {} }
  return self
end

--- Makes a client. Nothing is sent, and no connection made, before its first
--- call.
---@param options? indoxhub.Options
---@return indoxhub.Client
function client.new(options)
  if type(options) == "table" and options.new == client.new then
    error("call it with a dot, as indoxhub.new{...}", 2)
  end
  loop.settle_fork()
  local settings, wrong = settings_of(options == nil and {} or options, {})
  if not settings then
    error(wrong, 2)
  end
  if settings.options.insecure_skip_verify then
    log.tell(settings.options, { name = "warning",
      message = "certificates are not verified: anyone in between can read" ..
        " and change everything, the API key included" })
  end
  return make(settings)
end

-- Raises at the caller of the method that was called with a dot.
local function caller_of(self, how)
  return callers[self]
    or error(("call it with a colon, as client:%s"):format(how), 3)
end

--- A client with some options changed; timeouts and headers that are not named
--- stay. It shares this one's connections;
--- closing either does not close the other.
---@param options indoxhub.Options
---@return indoxhub.Client
function client_methods:with(options)
  local caller = caller_of(self, "with{...}")
  local wrong = options_of.check(options, OPTIONS)
  local settings
  if not wrong then
    local merged = merge(caller.settings.options, options)
    merged.timeout = options.timeout
    merged.max_connections = options.max_connections
    merged.headers = merge(caller.settings.options.headers, options.headers)
    settings, wrong = settings_of(merged, caller.settings)
  end
  if not settings then
    error(wrong, 2)
  end
  return make(settings, caller.engine)
end

--- Ends the client's running calls; they and all later ones return nil and an
--- error of kind "cancelled". Closing again does nothing.
function client_methods:close()
  local caller = caller_of(self, "close()")
  caller.closed = true
  for transfer in pairs(caller.running) do
    transfer:cancel()
  end
  for slot in pairs(caller.pausing) do
    loop.wake(slot)
  end
end

client_mt.__close = client_methods.close

--- Adds a method that a helper above the client implements.
---@param name string
---@param method fun(caller: indoxhub.Caller, client: indoxhub.Client, ...):
--- any, indoxhub.Error?
function client.add_method(name, method)
  client_methods[name] = function(self, ...)
    local result, err = method(caller_of(self, name .. "(...)"), self, ...)
    return result, err -- no tail call, so that what it raises has a line
  end
end

---------------------------------------------------------------------------
-- methods from the endpoint table

-- Raises at the caller of the method that called the caller of this.
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
  if type(self) ~= "table" or getmetatable(self) ~= resources[row.resource] then
    refuse(row, method, ("call it with a colon, as client.%s:%s(...)")
      :format(row.resource, method))
  end
  return callers[self._client]
end

-- How many texts are sent; nil where there is no such field.
local function count_of(texts)
  return type(texts) == "table" and #texts or texts ~= nil and 1 or nil
end

-- The operation of a row, with its fields and the arguments that go into the
-- path; or nil and what is wrong, or nil, nil and an error.
local function describe(caller, row, method, fields, arguments)
  local streams = method == "stream"
  local values, wrong = params.path(row, arguments)
  local placed, made, err = {}, nil, nil
  if values and row.params then
    placed, wrong = params.place(row, fields, caller.settings.base.compatible)
  end
  if values and placed then
    made, wrong, err = body.make(placed, streams)
  end
  if wrong or err then
    return nil, wrong, err
  end
  return {
    name = row.resource .. "." .. method, method = row.http, body = made,
    path = address.fill(row.path, values), query = placed.query,
    key = row.key, streams = streams, first_byte = row.first_byte,
    count = fields and count_of(fields.text),
    format = fields and fields.response_format,
  }
end

local function describe_or_refuse(caller, row, method, fields, arguments)
  local operation, wrong, err = describe(caller, row, method, fields, arguments)
  if wrong then
    refuse(row, method, wrong)
  elseif err then
    err.operation = row.resource .. "." .. method
  end
  return operation, err
end

-- "resource.name" -> what a helper does with the reply, and the options of a
-- call that it knows.
local continued = {}

-- resource:name(fields, options)
local function method_with_fields(row)
  local known = merge(row.place == "form" and options_of.UPLOAD
    or options_of.CALL, { as = row.as })
  return function(self, fields, options)
    local caller = check_self(self, row, row.name)
    local helper = continued[row.resource .. "." .. row.name]
    options = check_options(row, row.name, options,
      helper and merge(known, helper.options) or known)
    local operation, err = describe_or_refuse(caller, row, row.name, fields, {})
    if not operation then
      return nil, err
    end
    local reply
    reply, err = calls.perform(caller, operation, options,
      kinds[options.as or row.reply])
    if reply and helper then
      return helper.continue(self._client, reply, options)
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
  return function(self, fields, options)
    local caller = check_self(self, row, "stream")
    options = check_options(row, "stream", options, options_of.STREAM)
    local operation, err = describe_or_refuse(caller, row, "stream", fields, {})
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

for _, row in ipairs(endpoints.rows) do
  local mt = resources[row.resource]
    or { __name = "indoxhub." .. row.resource, __index = {} }
  resources[row.resource] = mt
  mt.__index[row.name] = row.params and method_with_fields(row)
    or method_with_arguments(row)
  if row.streams then
    mt.__index.stream = stream_method(row)
  end
end

---------------------------------------------------------------------------
-- helpers

--- Adds a method of a resource that a helper above the client implements with
--- the client's public methods.
---@param resource string
---@param name string
---@param method fun(client: indoxhub.Client, ...): any, indoxhub.Error?
function client.add_resource_method(resource, name, method)
  local mt = resources[resource]
  mt.__index[name] = function(self, ...)
    if type(self) ~= "table" or getmetatable(self) ~= mt then
      error(("call it with a colon, as client.%s:%s(...)")
        :format(resource, name), 2)
    end
    local result, err = method(self._client, ...)
    return result, err -- no tail call, so that what it raises has a line
  end
end

--- Lets a helper go on with the reply of a method, by options of its own.
---@param resource string
---@param name string a method that takes fields
---@param options table<string, string|string[]> types of api/params/options.lua
---@param continue fun(client: indoxhub.Client, reply: table,
--- options: table): any, indoxhub.Error?
function client.continue(resource, name, options, continue)
  continued[resource .. "." .. name] = { options = options,
    continue = continue }
end

--- For helpers between two calls: waits some seconds. Nil and an error of kind
--- "cancelled" when the task is cancelled or the client closed meanwhile.
---@param self indoxhub.Client
---@param seconds number
---@return true? waited, indoxhub.Error? err
function client.pause(self, seconds)
  return attempts.pause(callers[self], { ready = false }, seconds)
end

---------------------------------------------------------------------------
-- anything else

-- What is wrong with the texts of a query or a form.
local function check_texts(what, fields)
  for name, value in pairs(fields or {}) do
    local wrong = types.not_text("the name of a field in " .. what, name)
      or types.not_text(("%s.%s"):format(what, tostring(name)), value)
    if wrong then
      return wrong
    end
  end
end

local function check_request(request)
  local wrong = type(request) ~= "table"
    and "request expects a table with a path"
    or options_of.check(request, REQUEST_FIELDS)
  if wrong then
    return wrong
  elseif type(request.path) ~= "string" then
    return "path is required: what comes after base_url in the address"
  elseif request.path:find("^%a[%w+.-]*://") or request.path:find("[%s%c]") then
    return "path must be relative to base_url, without blanks"
  elseif request.path:find("[?#]") then
    return "path must not contain ? or #: put the query into query = {...}"
  end
  for segment in request.path:gmatch("[^/]+") do
    if segment == "." or segment == ".." then
      return "path must not contain . or .. as a segment"
    end
  end
  if request.json ~= nil and request.form then
    return "json and form are two bodies: give one"
  end
  if request.method and not request.method:find("^%a+$") then
    return "method must be the name of an HTTP method, such as DELETE"
  end
  return types.not_text("path", request.path)
    or check_texts("query", request.query) or check_texts("form", request.form)
end

--- Calls an endpoint that has no method of its own, with the same errors.
--- Returns the decoded body as it came, or with `stream = true` a stream.
---@param request indoxhub.Request
---@param options? indoxhub.CallOptions
---@return table|indoxhub.Stream? result, indoxhub.Error? err
function client_methods:request(request, options)
  local caller = caller_of(self, "request{...}")
  local row = { resource = "client" }
  local wrong = check_request(request)
  local made, err
  if not wrong and request.json ~= nil then
    made, wrong, err = body.of_json(request.json)
    wrong = wrong and "json: " .. wrong
  elseif not wrong and request.form then
    made, err = body.of_fields(request.form)
  end
  if wrong then
    error("client.request: " .. wrong, 2)
  end
  local known = request.stream and options_of.STREAM
    or request.form and options_of.UPLOAD or options_of.CALL
  local checked = check_options(row, "request", options, known)
  local method = (request.method or (request.json ~= nil or request.form)
    and "POST" or "GET"):upper()
  local name = method .. " " .. request.path
  if err then
    err.operation = name
    return nil, err
  end
  local operation = {
    name = name, method = method, body = made,
    path = (request.path:gsub("^/+", "")), query = request.query,
    key = "optional", streams = request.stream,
  }
  if request.stream then
    return stream.open(caller, operation, checked, kinds.plain)
  end
  return calls.perform(caller, operation, checked, kinds.plain)
end

return client
