--- From a call to the HTTP request that carries it: address, headers, key.

local address = require "indoxhub.address"
local core = require "indoxhub.core"
local errors = require "indoxhub.errors"
local params = require "indoxhub.params"
local redact = require "indoxhub.redact"
local version = require "indoxhub.version"

local request = {}

local MAX_RESPONSE = 256 * 1024 * 1024

---@class indoxhub.Settings what a client was made with
---@field options table as given
---@field base indoxhub.Base
---@field timeouts table by phase
---@field key? string|fun(): string
---@field ca_file? string

---@class indoxhub.Call what is asked for
---@field operation string for messages, such as "chat.create"
---@field method string
---@field path string relative to the base URL
---@field query? table
---@field body? string JSON text
---@field key "required"|"optional"
---@field streams? boolean
---@field secrets? string[] besides the key

local function no_key(message, code)
  return nil, errors.new("authentication", message,
    { code = code or "no_key" })
end

-- The key of the moment, nil when there is none; or nil and an error.
local function find_key(settings)
  local key = settings.key
  if type(key) == "function" then
    local ok, value = pcall(key)
    if not ok or type(value) ~= "string" then
      -- What it raised may hold a key.
      return no_key("the api_key function "
        .. (ok and "returned no string" or "raised an error"))
    end
    key = value
  end
  if key and key:find("[%c%s]") then
    return no_key("the API key contains blanks or control characters",
      "bad_key")
  end
  return key ~= "" and key or nil
end

-- The key to send, false for none, or nil and an error.
local function authorise(settings, call)
  local key, err = find_key(settings)
  local base = settings.base
  if err then
    return nil, err
  elseif not key then
    if call.key == "required" then
      return no_key("no API key is set")
    end
    return false
  elseif base.secure and not (base.plain and settings.options.proxy)
    or settings.options.allow_http then
    return key
  elseif call.key == "optional" then
    return false
  end
  return nil, errors.new("authentication",
    "the API key is not sent over http:// "
      .. (base.secure and "through a proxy" or "to " .. base.host),
    { code = "insecure" })
end

local function user_agent(options)
  local jit = rawget(_G, "jit")
  return options.user_agent or ("indoxhub-lua/%s (%s; %s)")
    :format(version, jit and jit.version or _VERSION, core.curl_version())
end

-- Later tables replace headers of earlier ones, whatever their case.
local function header_lines(...)
  local by_name, order, lines = {}, {}, {}
  for _, headers in ipairs { ... } do
    for name, value in pairs(headers) do
      local lower = name:lower()
      if not by_name[lower] then
        order[#order + 1] = lower
      end
      by_name[lower] = name .. ": " .. tostring(value)
    end
  end
  table.sort(order)
  for i, lower in ipairs(order) do
    lines[i] = by_name[lower]
  end
  return lines
end

local function own_headers(settings, call, key)
  return {
    ["User-Agent"] = user_agent(settings.options),
    Accept = call.streams and "text/event-stream, application/json"
      or "application/json",
    ["Content-Type"] = call.body and "application/json" or nil,
    Authorization = key and "Bearer " .. key or nil,
  }
end

-- Headers whose values nobody else may read.
local SECRET_HEADERS = { authorization = true, ["proxy-authorization"] = true,
  ["x-api-key"] = true, ["api-key"] = true, cookie = true }

local function add_header_secrets(secrets, headers)
  for name, value in pairs(headers or {}) do
    if SECRET_HEADERS[name:lower()] then
      value = tostring(value)
      table.insert(secrets, value)
      table.insert(secrets, value:match("^%S+%s+(%S+)$")) -- without "Bearer"
    end
  end
end

-- What takes out of texts all that only the server may know.
local function hide_secrets(settings, call, options, key)
  local secrets = { key or nil }
  for _, secret in ipairs(call.secrets or {}) do
    table.insert(secrets, secret)
  end
  table.insert(secrets, (settings.options.proxy or "")
    :match("^[^/]*//[^/@]*:([^/@]+)@"))
  add_header_secrets(secrets, settings.options.headers)
  add_header_secrets(secrets, options.headers)
  return redact.new(secrets)
end

--- The exchange that carries a call, or nil and an error.
---@param settings indoxhub.Settings
---@param call indoxhub.Call
---@param options {timeout?: any, headers?: table} of this call, checked
---@return indoxhub.Exchange? exchange, indoxhub.Error? err
function request.build(settings, call, options)
  local key, err = authorise(settings, call)
  if key == nil then
    return nil, err
  end
  local given, base = settings.options, settings.base
  return {
    method = call.method,
    url = base.url .. "/" .. call.path .. address.query(call.query),
    headers = header_lines(own_headers(settings, call, key),
      given.headers or {}, options.headers or {}),
    -- A POST without a body still has to say that it has none.
    body = call.body or (call.method == "POST" and "" or nil),
    timeouts = params.timeout(options.timeout, settings.timeouts),
    hide = hide_secrets(settings, call, options, key), paced = call.streams,
    -- The proxies of the environment are not for this machine itself.
    proxy = given.proxy or (base.loopback and "" or nil),
    ca_file = settings.ca_file,
    http1 = given.http_version == "1.1",
    max_bytes = given.max_response_bytes or MAX_RESPONSE,
    max_event_bytes = given.max_event_bytes,
  }
end

return request
