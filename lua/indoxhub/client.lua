--- The client: its options, and the methods that the endpoint table describes.

local address = require "indoxhub.address"
local call = require "indoxhub.call"
local endpoints = require "indoxhub.endpoints"
local json = require "indoxhub.json"
local kinds = require "indoxhub.resources"
local loop = require "indoxhub.loop"
local params = require "indoxhub.params"

local client = {}

local DEFAULT_BASE = "https://api.indoxhub.com/api/v1"
local DEFAULT_TIMEOUTS = { connect = 10, first_byte = 120, idle = 120,
  total = false }
local KEY_VARIABLES = { "INDOXHUB_API_KEY", "INDOX_HUB_API_KEY",
  "INDOX_ROUTER_API_KEY" }

-- Options by the type that params.options knows.
local OPTIONS = {
  api_key = "key", base_url = "string", timeout = "timeout",
  trailing_slash = { "auto", "on", "off" }, proxy = "line",
  ca_file = "line", http_version = { "1.1", "2" },
  max_response_bytes = "bytes", max_event_bytes = "bytes",
  headers = "headers", user_agent = "line", allow_http = "boolean",
}
local CALL_OPTIONS = { timeout = "timeout", headers = "headers" }
local STREAM_OPTIONS = { timeout = "timeout", headers = "headers",
  reasoning = "boolean" }
local REQUEST_FIELDS = { method = "string", path = "string", query = "query",
  json = "any", stream = "boolean" }

-- Client -> its caller (see call.lua), which holds the key. It is kept out of
-- the client so that nothing that prints a client shows it.
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
      return value
    end
  end
end

-- Settings of checked options, or nil and what is wrong.
local function settings_of(options, timeouts)
  local wrong = params.options(options, OPTIONS)
  if wrong then
    return nil, wrong
  end
  local from_outside = from_environment { "INDOXHUB_BASE_URL" }
  local base, why = address.base(options.base_url or from_outside
    or DEFAULT_BASE)
  if not base then
    return nil, (options.base_url and "base_url " or
      "the variable INDOXHUB_BASE_URL ") .. why
  end
  timeouts, why = params.timeout(options.timeout, timeouts)
  if not timeouts then
    return nil, why
  end
  return {
    options = options, base = base, timeouts = timeouts,
    key = options.api_key or from_environment(KEY_VARIABLES),
    ca_file = options.ca_file or from_environment { "SSL_CERT_FILE" },
  }
end

local function make(settings, engine)
  local self = setmetatable({}, client_mt)
  callers[self] = { settings = settings, engine = engine, closed = false,
    running = setmetatable({}, { __mode = "k" }) }
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
  local settings, wrong = settings_of(options == nil and {} or options,
    DEFAULT_TIMEOUTS)
  if not settings then
    error(wrong, 2)
  end
  return make(settings)
end

-- Raises at the caller of the method that was called with a dot.
local function caller_of(self, how)
  return callers[self]
    or error(("call it with a colon, as client:%s"):format(how), 3)
end

local function merge(one, other)
  local merged = {}
  for _, from in ipairs { one or {}, other or {} } do
    for name, value in pairs(from) do
      merged[name] = value
    end
  end
  return merged
end

--- A client with some options changed; timeouts and headers that are not named
--- stay. It shares this one's connections;
--- closing either does not close the other.
---@param options indoxhub.Options
---@return indoxhub.Client
function client_methods:with(options)
  local caller = caller_of(self, "with{...}")
  local wrong = params.options(options, OPTIONS)
  local settings
  if not wrong then
    local merged = merge(caller.settings.options, options)
    merged.timeout = options.timeout
    merged.headers = merge(caller.settings.options.headers, options.headers)
    settings, wrong = settings_of(merged, caller.settings.timeouts)
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
end

client_mt.__close = client_methods.close

---------------------------------------------------------------------------
-- methods from the endpoint table

-- Raises at the caller of the method that called the caller of this.
local function refuse(row, method, wrong)
  error(("%s.%s: %s"):format(row.resource, method, wrong), 4)
end

local function check_options(row, method, options, known)
  local wrong
  if options ~= nil then
    wrong = params.options(options, known)
    if not wrong then
      local _
      _, wrong = params.timeout(options.timeout, DEFAULT_TIMEOUTS)
    end
  end
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

local SECRET_FIELD = "byok_api_key"

-- Adds the values of secret fields, at any depth.
local function find_secrets(value, found)
  for name, item in pairs(value) do
    if type(item) == "table" then
      find_secrets(item, found)
    elseif name == SECRET_FIELD and type(item) == "string" then
      found[#found + 1] = item
    end
  end
  return found
end

-- The secrets of a body that was encoded, and so does not contain itself.
local function secrets_of(body, text)
  return type(body) == "table" and text:find(SECRET_FIELD, 1, true)
    and find_secrets(body, {}) or {}
end

-- The JSON text of the request's fields and the secrets among them, or nil, nil
-- and what is wrong.
local function encode_body(row, fields, method, base)
  if not row.params then
    return nil
  end
  local body, wrong = params.body(row, fields, base.compatible)
  if not body then
    return nil, nil, wrong
  end
  body.stream = method == "stream" or nil
  local ok, text = pcall(json.encode, body)
  if not ok then
    return nil, nil, text
  end
  return text, secrets_of(body, text)
end

local function path_of(settings, path)
  return address.path(settings.base, path,
    settings.options.trailing_slash or "auto")
end

-- The call of a row, with fields that go into the body and arguments that go
-- into the path; or nil and what is wrong.
local function describe(caller, row, method, fields, arguments)
  local settings = caller.settings
  local values, wrong = params.path(row, arguments)
  local text, secrets
  if values then
    text, secrets, wrong = encode_body(row, fields, method, settings.base)
  end
  if wrong then
    return nil, wrong
  end
  return {
    operation = row.resource .. "." .. method, method = row.http, body = text,
    path = path_of(settings, address.fill(row.path, values)),
    key = row.key, streams = method == "stream",
    secrets = secrets,
  }
end

local function describe_or_refuse(caller, row, method, fields, arguments)
  local what, wrong = describe(caller, row, method, fields, arguments)
  if not what then
    refuse(row, method, wrong)
  end
  return what
end

-- resource:name(fields, options)
local function method_with_fields(row)
  return function(self, fields, options)
    local caller = check_self(self, row, row.name)
    options = check_options(row, row.name, options, CALL_OPTIONS)
    local what = describe_or_refuse(caller, row, row.name, fields, {})
    return call.perform(caller, what, options, kinds[row.reply])
  end
end

-- resource:name(argument, ..., options)
local function method_with_arguments(row)
  local _, count = row.path:gsub("{", "")
  return function(self, ...)
    local caller = check_self(self, row, row.name)
    local arguments = { ... }
    local options = check_options(row, row.name, arguments[count + 1],
      CALL_OPTIONS)
    local what = describe_or_refuse(caller, row, row.name, nil, arguments)
    return call.perform(caller, what, options, kinds[row.reply])
  end
end

-- resource:stream(fields, options)
local function stream_method(row)
  local stop_row = endpoints.find(row.resource, row.streams)
  return function(self, fields, options)
    local caller = check_self(self, row, "stream")
    options = check_options(row, "stream", options, STREAM_OPTIONS)
    local what = describe_or_refuse(caller, row, "stream", fields, {})
    return call.open(caller, what, options, kinds[row.reply], function(id)
      -- The id is the server's and may be anything.
      local stop = describe(caller, stop_row, stop_row.name, nil, { id })
      if stop then
        call.fire(caller, stop)
      end
    end)
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
-- anything else

local function check_request(request)
  local wrong = type(request) ~= "table"
    and "request expects a table with a path"
    or params.options(request, REQUEST_FIELDS)
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
  if request.method and not request.method:find("^%a+$") then
    return "method must be the name of an HTTP method, such as DELETE"
  end
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
  local text
  if not wrong and request.json ~= nil then
    local ok, encoded = pcall(json.encode, request.json)
    text, wrong = ok and encoded or nil, not ok and "json: " .. encoded or nil
  end
  if wrong then
    error("client.request: " .. wrong, 2)
  end
  local checked = check_options(row, "request", options,
    request.stream and STREAM_OPTIONS or CALL_OPTIONS)
  local method = (request.method or (text and "POST" or "GET")):upper()
  local what = {
    operation = method .. " " .. request.path, method = method, body = text,
    path = path_of(caller.settings, (request.path:gsub("^/+", ""))),
    query = request.query, secrets = text and secrets_of(request.json, text),
    key = "optional", streams = request.stream,
  }
  if request.stream then
    return call.open(caller, what, checked, kinds.plain)
  end
  return call.perform(caller, what, checked, kinds.plain)
end

return client
