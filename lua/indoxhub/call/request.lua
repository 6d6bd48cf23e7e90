--- From an operation to the HTTP request that carries it: headers, timeouts,
--- secrets.

local address = require "indoxhub.base.address"
local core = require "indoxhub.core"
local options_of = require "indoxhub.api.params.options"
local redact = require "indoxhub.base.redact"
local version = require "indoxhub.version"

local request = {}

local FIRST_BYTE = 120 -- seconds

local MAX_RESPONSE = 256 * 1024 * 1024

local NONE = {}

---@class indoxhub.Settings what a client was made with
---@field options table as given
---@field base indoxhub.Base
---@field base_url string what base was made of
---@field base_from string "base_url", the name of a variable, or "default"
---@field timeouts table<string, number|false> the phases that were changed
---@field key? string|fun(): string
---@field tokens table<string, table> see auth.lua; derived clients share it
---@field ca_file? string
---@field spending indoxhub.Spending what its calls have used
---@field gate? indoxhub.core.Gate of max_connections; derived clients share it
---@field recording? indoxhub.RecordingPlace

---@class indoxhub.Operation what a call asks the API to do
---@field name string for messages, such as "chat.create"
---@field method string
---@field path string relative to the base URL, as documented
---@field query? table
---@field body? indoxhub.Body
---@field key "required"|"optional"|"none" none: it is never sent
---@field headers? table<string, string>
---@field first_byte? number seconds, in place of the default
---@field model? string who is asked, with the provider where that is told
---@field costs? "call"|"job"|"told"|"raw" what is paid for it: see
--- api/endpoints; "raw": whatever has no row and may cost something
---@field count? integer texts that are sent, of embeddings
---@field format? any the response_format that was asked for
---@field streams? boolean
---@field ["private"] boolean? its bodies are never logged
---@field url? string what an answer said where it is
---@field foreign? boolean goes to another host, without the program's headers

local function user_agent(options)
  local jit = rawget(_G, "jit")
  return options.user_agent or ("indoxhub-lua/%s (%s; %s)")
    :format(version, jit and jit.version or _VERSION, core.curl_version())
end

-- Later tables replace headers of earlier ones, whatever their case.
local function header_lines(...)
  local by_name, lines = {}, {}
  for _, headers in ipairs { ... } do
    for name, value in pairs(headers) do
      local lower = name:lower()
      if not by_name[lower] then
        lines[#lines + 1] = lower
      end
      by_name[lower] = name .. ": " .. tostring(value)
    end
  end
  table.sort(lines)
  for i, lower in ipairs(lines) do
    lines[i] = by_name[lower]
  end
  return lines
end

local function own_headers(settings, operation, bearer)
  return {
    ["User-Agent"] = user_agent(settings.options),
    Accept = operation.streams and "text/event-stream, application/json"
      or "application/json",
    ["Content-Type"] = operation.body and operation.body.text
      and "application/json" or nil,
    Authorization = bearer and "Bearer " .. bearer or nil,
  }
end

-- Settings -> the lines of calls without headers of the program's own, as long
-- as what they are made of is the same, by whether the call streams and whether
-- it sends JSON.
local kept_lines = setmetatable({}, { __mode = "k" })

local function lines_of(settings, operation, options, bearer)
  local given, ours = settings.options, not operation.foreign
  if given.headers or options.headers or operation.headers
    or operation.foreign then
    return header_lines(own_headers(settings, operation, bearer),
      ours and given.headers or NONE, ours and options.headers or NONE,
      operation.headers or NONE)
  end
  local kept = kept_lines[settings]
  if not kept or kept.bearer ~= bearer or kept.agent ~= given.user_agent then
    kept = { bearer = bearer, agent = given.user_agent }
    kept_lines[settings] = kept
  end
  local kind = (operation.streams and 1 or 0)
    + (operation.body and operation.body.text and 2 or 0)
  kept[kind] = kept[kind]
    or header_lines(own_headers(settings, operation, bearer))
  return kept[kind]
end

-- Headers whose values nobody else may read, whatever those are.
local SECRET_HEADERS = { authorization = true, ["proxy-authorization"] = true,
  ["x-api-key"] = true, ["api-key"] = true, cookie = true,
  ["mcp-session-id"] = true }

-- The value of another header whose name sounds secret may be a plain word, of
-- which texts are full.
local SHORTEST_GUESSED, SHORTEST_WORD = 8, 16

local function is_secret(name, value)
  return SECRET_HEADERS[name] or redact.sounds_secret(name)
    and #value >= (value:find("^%a*$") and SHORTEST_WORD or SHORTEST_GUESSED)
end

local function add_header_secrets(secrets, headers)
  for name, value in pairs(headers or {}) do
    name, value = name:lower(), tostring(value)
    if is_secret(name, value) then
      table.insert(secrets, value)
      table.insert(secrets, value:match("^%S+%s+(%S+)$")) -- without "Bearer"
    end
    if name == "cookie" then
      for one in value:gmatch("=([^;%s]*)") do
        table.insert(secrets, #one >= SHORTEST_GUESSED and one or nil)
      end
    end
  end
end

--- All of a call that only the server may know.
---@param settings indoxhub.Settings
---@param operation indoxhub.Operation
---@param options {headers?: table} of this call
---@param bearer string|false|nil
---@return string[]
function request.secrets(settings, operation, options, bearer)
  local secrets = { bearer or nil }
  if type(settings.key) == "string" then
    table.insert(secrets, settings.key) -- which a token may stand for
  end
  for _, secret in ipairs(operation.body and operation.body.secrets or {}) do
    table.insert(secrets, secret)
  end
  table.insert(secrets, (settings.options.proxy or ""):gsub("^.*//", "")
    :match("^[^/@]*:([^/@]+)@"))
  add_header_secrets(secrets, settings.options.headers)
  add_header_secrets(secrets, options.headers)
  add_header_secrets(secrets, operation.headers)
  return secrets
end

-- What takes them out of texts.
local function make_hide(...)
  return redact.new(request.secrets(...))
end

-- Settings -> {hide, bearer} of calls without secrets of their own, so that a
-- thousand streams share one.
local shared = setmetatable({}, { __mode = "k" })

local function hide_secrets(settings, operation, options, bearer)
  if options.headers or operation.headers
    or operation.body and next(operation.body.secrets) then
    return make_hide(settings, operation, options, bearer)
  end
  local known = shared[settings]
  if not known or known.bearer ~= bearer then
    known = { hide = make_hide(settings, operation, options, bearer),
      bearer = bearer }
    shared[settings] = known
  end
  return known.hide
end

--- The timeouts of a call by phase, `false` for none: the defaults, with what
--- the endpoint, the client and the call change.
---@param settings indoxhub.Settings
---@param operation indoxhub.Operation
---@param options {timeout?: any}
---@return table<string, number|false>
function request.timeouts(settings, operation, options)
  local timeouts = { connect = 10,
    first_byte = operation.first_byte or FIRST_BYTE, idle = 120, total = false }
  for phase, seconds in pairs(settings.timeouts) do
    timeouts[phase] = seconds
  end
  for phase, seconds in pairs(options_of.timeout(options.timeout)) do
    timeouts[phase] = seconds
  end
  return timeouts
end

--- The HTTP request that carries an operation.
---@param settings indoxhub.Settings
---@param operation indoxhub.Operation
---@param options {timeout?: any, headers?: table} of this call, checked
---@param bearer string|false the key or token to send
---@param url string
---@return indoxhub.HttpRequest
function request.build(settings, operation, options, bearer, url)
  local given, body = settings.options, operation.body or NONE
  local timeouts = request.timeouts(settings, operation, options)
  return {
    method = operation.method, url = url, operation = operation.name,
    headers = lines_of(settings, operation, options, bearer),
    -- A POST without a body still has to say that it has none.
    body = body.text
      or (not body.form and operation.method == "POST" and "" or nil),
    form = body.form, sent = body.source and body,
    on_progress = options.on_progress,
    connect = timeouts.connect or nil, first_byte = timeouts.first_byte or nil,
    idle = timeouts.idle or nil, total = timeouts.total or nil,
    hide = hide_secrets(settings, operation, options, bearer),
    paced = operation.streams,
    -- The proxies of the environment are not for this machine itself.
    proxy = given.proxy or (address.is_local(url) and "" or nil),
    ca_file = settings.ca_file,
    unverified = given.insecure_skip_verify,
    http1 = given.http_version == "1.1",
    max_bytes = given.max_response_bytes or MAX_RESPONSE,
    max_event_bytes = given.max_event_bytes, gate = settings.gate,
  }
end

return request
