--- What a request says: who asks, for what, with which fields.

local json = require "indoxhub.base.json"
local multipart = require "indoxhub.gateway.multipart"

local ngx = rawget(_G, "ngx")

local requests = {}

local MALFORMED = { status = 400, type = "invalid_request_error" }

local function malformed(message)
  return nil, { status = MALFORMED.status, type = MALFORMED.type,
    message = message }
end

-- The only value of a header that may be given once; nil for none, false for
-- several.
local function header(headers, name)
  local value = headers[name]
  if type(value) == "table" then
    return false
  end
  return value
end

local NO_ID = ("0"):rep(32)

--- A traceparent that may be passed on; nil for any other.
---@param text any
---@return string?
function requests.traceparent(text)
  if type(text) ~= "string" or #text ~= 55 or text:find("[^%x-]")
    or text:find("%u") then
    return nil
  end
  local version, trace, parent = text:match(
    "^(%x%x)%-(%x+)%-(%x+)%-%x%x$")
  if version ~= "00" or not trace or #trace ~= 32 or #parent ~= 16
    or trace == NO_ID or parent == NO_ID:sub(1, 16) then
    return nil
  end
  return text
end

-- Seconds that a stream is to go on without a reader; nil where nothing, or
-- nonsense, is said.
local function seconds_of(text)
  local value = type(text) == "string" and text:match("^%d+%.?%d*$")
  return value and tonumber(value)
end

--- What is known of a request from its head, and is good in timers too.
---@param route indoxhub.gateway.Route
---@return table context
function requests.context(route)
  local headers = ngx.req.get_headers(100)
  return {
    operation = route.operation, is_native = route.is_native,
    argument = route.argument, body_kind = route.body,
    method = ngx.req.get_method(), request_id = ngx.var.request_id,
    started = ngx.now(), created = ngx.time(),
    traceparent = requests.traceparent(header(headers, "traceparent")),
    linger = seconds_of(header(headers, "x-stream-linger")),
    cache_asked = seconds_of(header(headers, "x-gateway-cache")),
    last_event_id = headers["last-event-id"], -- a list, where it came twice
    content_type = header(headers, "content-type") or "",
  }
end

--- The key that a request has; nil for none, false for what is no key.
---@return string|false|nil
function requests.token()
  local value = header(ngx.req.get_headers(100), "authorization")
  return value and (value:match("^[Bb]earer +(%S+)$") or false)
end

-- The body, which nginx may have put into a file.
local function read_body()
  ngx.req.read_body()
  local body = ngx.req.get_body_data()
  local name = not body and ngx.req.get_body_file()
  local file = name and io.open(name, "rb")
  if file then
    body = file:read("*a")
    file:close()
  end
  return body or ""
end

local function read_json(body)
  local ok, fields = pcall(json.decode, body)
  if not ok or type(fields) ~= "table" or fields[1] ~= nil then
    return malformed("the body must be a JSON object")
  end
  return fields
end

-- Fields of a form that are no texts.
local NUMBERS = { temperature = true }
local LISTS = { timestamp_granularities = true }
local CHOICES = { stream = { ["true"] = true, ["false"] = false } }

local function read_form(context, body)
  local form, wrong = multipart.read(context.content_type, body)
  if not form then
    return malformed(wrong)
  end
  local file = form.files.file
  if not file then
    return malformed("file is required: the recording")
  end
  local fields = form.fields
  for name, value in pairs(fields) do
    if NUMBERS[name] then
      fields[name] = tonumber(value)
    elseif LISTS[name] and type(value) == "string" then
      fields[name] = { value }
    elseif CHOICES[name] and CHOICES[name][value] ~= nil then
      fields[name] = CHOICES[name][value]
    end
  end
  context.file, fields.file = file, nil
  return fields
end

--- The fields of a request, and its bytes. Nil and a refusal.
---@param context table
---@return table? fields, table|string refusal_or_body
function requests.fields(context)
  local body = read_body()
  local fields, refusal
  if context.body_kind == "form" then
    fields, refusal = read_form(context, body)
  else
    fields, refusal = read_json(body)
  end
  return fields, fields and body or refusal
end

return requests
