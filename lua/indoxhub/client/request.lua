--- client:request, for endpoints that have no method of their own.

local body = require "indoxhub.call.body"
local callers = require "indoxhub.client.callers"
local calls = require "indoxhub.call"
local kinds = require "indoxhub.api.replies.kinds"
local options_of = require "indoxhub.api.params.options"
local stream = require "indoxhub.stream"
local types = require "indoxhub.api.params.types"

local FIELDS = { method = "string", path = "string", query = "query",
  json = "any", form = "fields", stream = "boolean" }

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

local function check_path(path)
  if type(path) ~= "string" then
    return "path is required: what comes after base_url in the address"
  elseif path:find("^%a[%w+.-]*://") or path:find("[%s%c]") then
    return "path must be relative to base_url, such as \"user/health\", and "
      .. "without blanks"
  elseif path:find("[?#]") then
    return "path must not contain ? or #: put the query into query = {...}"
  end
  for segment in path:gmatch("[^/]+") do
    if segment == "." or segment == ".." then
      return "path must not contain . or .. as a segment"
    end
  end
end

local function check(request)
  local wrong = type(request) ~= "table"
    and "request expects a table with a path"
    or options_of.check(request, FIELDS) or check_path(request.path)
  if wrong then
    return wrong
  elseif request.json ~= nil and request.form then
    return "json and form are two bodies: give one"
  elseif request.method and not request.method:find("^%a+$") then
    return "method must be the name of an HTTP method, such as DELETE"
  end
  return types.not_text("path", request.path)
    or check_texts("query", request.query) or check_texts("form", request.form)
end

-- The body of a request, which may have none; or nil and what is wrong, or nil,
-- nil and an error.
local function body_of(request)
  if request.json ~= nil then
    local made, wrong, err = body.of_json(request.json)
    return made, wrong and "json: " .. wrong, err
  elseif request.form then
    local made, err = body.of_fields(request.form)
    return made, nil, err
  end
end

local function check_options(request, options)
  local known = request.stream and options_of.STREAM
    or request.form and options_of.UPLOAD or options_of.CALL
  return options ~= nil and options_of.check(options, known)
end

-- Methods of requests that nobody is paid for: they ask no model.
local FREE = { GET = true, HEAD = true, OPTIONS = true, DELETE = true }

local function operation_of(request, made)
  local method = (request.method or (request.json ~= nil or request.form)
    and "POST" or "GET"):upper()
  return {
    costs = not FREE[method] and "raw" or nil,
    name = method .. " " .. request.path, method = method, body = made,
    path = (request.path:gsub("^/+", "")), query = request.query,
    key = "optional", streams = request.stream,
  }
end

---@class indoxhub.Client
local client_methods = {}

--- Calls an endpoint that has no method of its own, with the same errors.
--- Returns the decoded body as it came, or with `stream = true` a stream.
---@param request indoxhub.Request
---@param options? indoxhub.CallOptions
---@return table|indoxhub.Stream? result, indoxhub.Error? err
function client_methods:request(request, options)
  local caller = callers.check(self, "request{...}")
  local wrong, made, err = check(request), nil, nil
  if not wrong then
    made, wrong, err = body_of(request)
  end
  wrong = wrong or check_options(request, options)
  if wrong then
    error("client.request: " .. wrong, 2)
  end
  local operation = operation_of(request, made)
  if err then
    err.operation = operation.name
    return nil, err
  elseif request.stream then
    return stream.open(caller, operation, options or {}, kinds.plain)
  end
  return calls.perform(caller, operation, options or {}, kinds.plain)
end

return client_methods
