--- A server that speaks the IndoxHub API, so that everything works with no key
--- and no network. It binds to this machine only; what it knows ends with it.

local access = require "indoxhub.sandbox.access"
local faults = require "indoxhub.sandbox.faults"
local http = require "indoxhub.sandbox.http"
local json = require "indoxhub.base.json"
local refusals = require "indoxhub.sandbox.refusals"
local routes = require "indoxhub.sandbox.routes"
local settings = require "indoxhub.sandbox.settings"
local states = require "indoxhub.sandbox.state"
local uploads = require "indoxhub.sandbox.uploads"
local utf8 = require "indoxhub.base.utf8"
local validation = require "indoxhub.sandbox.validation"

local sandbox = {}

---@class indoxhub.sandbox.Options the settings of sandbox/settings.lua, and
---@field port? integer default 0: one the system chooses

---------------------------------------------------------------------------
-- one request

-- How this request is to be answered: what its headers ask for comes first.
local function context_of(state, request)
  local context, wrong = settings.of_request(state.settings, request)
  request.context = context
  request.compatible = request.path:find("^/v1/") ~= nil
  if request.compatible and not request:header("x-sandbox-dialect") then
    context.dialect = "openai"
    context.shape = setmetatable({ openai = true }, { __index = context.shape })
  end
  context.fault = faults.due(state.failures, context.fail,
    request:header("x-sandbox-id") or request.method .. " " .. request.path)
  return wrong
end

-- What a proxy in front of the API does to paths without a slash at their end.
local function refuse_slash(request)
  local way = request.context.slash
  if way == "off" or request.path:find("/$")
    or not routes.below_base(request.path) then
    return false
  elseif way == "on" then
    request:reply(403, "text/html", refusals.page(403, "CSRF check failed"))
  else
    request:reply(tonumber(way), "text/plain", "", {
      location = ("http://%s%s/%s"):format(request.host, request.path,
        request.target:match("%?.*$") or "") })
  end
  return true
end

-- The fields of a JSON body, or nil and what is wrong with it.
local function read_json(request)
  local text = request:text()
  local fields = text ~= "" and not utf8.wrong(text) and json.decode(text)
  if type(fields) == "table" and fields[1] == nil then
    return fields
  end
  for _, param in ipairs(request.row.params) do
    if text ~= "" or param.required then
      return nil, validation.no_object(text)
    end
  end
  return {}
end

-- The fields of a request as they came; nil when there are none to be had, and
-- the refusal sent.
local function read_fields(state, request, in_query)
  local row = request.row
  if in_query or not row.params then
    return utf8.copy(request.query)
  elseif row.place == "form" then
    local fields, wrong = uploads.read(request, state.modules.digest)
    return fields or refusals.refuse(state, request, 400,
      "the form cannot be read: " .. wrong)
  end
  local fields, wrong = read_json(request)
  return fields
    or refusals.refuse(state, request, 422, refusals.message(422), wrong)
end

-- Reads and checks the fields and arguments of a request. Returns whether it
-- may go on; if not, the refusal was sent.
local function check_fields(state, request)
  local row = request.row
  local in_query = row.http == "GET" or row.http == "DELETE"
  request.fields = read_fields(state, request, in_query)
  if not request.fields then
    return false
  end
  local wrong = validation.arguments(request.arguments)
    or row.params and validation.fields(row, request.fields,
      in_query and "query" or "body", {
        texts = in_query or row.place == "form",
        compatible = request.compatible,
        open = request.compatible or in_query })
  if wrong then
    refusals.refuse(state, request, 422, refusals.message(422), wrong)
  end
  return not wrong
end

-- Whether the request may use its route; if not, the refusal was sent.
local function admit(state, request)
  if request.row.key ~= "required" then
    return true
  end
  local account, why = access.check(state, request)
  request.account = account
  if not account then
    refusals.refuse(state, request, 401, why)
  end
  return account ~= nil
end

local function answer(state, request)
  local wrong = context_of(state, request)
  local fault = request.context.fault
  if wrong then
    return refusals.refuse(state, request, 400, wrong)
  elseif refuse_slash(request) then
    return
  elseif fault and fault.kind == "status" then
    return refusals.fail(state, request, fault.number)
  elseif fault and fault.kind == "html" then
    return request:reply(fault.number, "text/html",
      refusals.page(fault.number))
  end
  local route, arguments = routes.find(request.method, request.path)
  if not route then
    return refusals.refuse(state, request, arguments and 405 or 404,
      arguments and "Method Not Allowed" or "Not Found")
  end
  request.row, request.arguments = route.row, arguments
  if admit(state, request) and check_fields(state, request) then
    route.handler(state, request)
  end
end

---------------------------------------------------------------------------
-- the server

---@class indoxhub.sandbox.Server
---@field url string for the client's base_url
---@field port integer
local server_methods = {}
local server_mt = { __index = server_methods }

-- What the system says of a port -> the same with what to do.
local WHY_NOT = {
  ["Address already in use"] = "another program uses it. Choose another with "
    .. "--port, or leave --port out for one that is free",
  ["Permission denied"] = "only root may have it. Choose one above 1023 with "
    .. "--port, or leave --port out for one that is free",
}

--- Opens a sandbox. It serves while `run` does.
---@param options? indoxhub.sandbox.Options
---@return indoxhub.sandbox.Server? server, string? message
function sandbox.open(options)
  local modules, message = http.load()
  if not modules then
    return nil, message
  end
  options = options or {}
  local values, wrong = settings.of_server(options)
  if not values then
    return nil, wrong
  end
  local state, asked_port = states.new(values, modules), options.port or 0
  local server, why = modules.server.listen {
    host = "127.0.0.1", port = asked_port, tls = false,
    onstream = function(_, stream)
      local request = http.read(modules, stream)
      if request then
        answer(state, request)
        request:finish()
      else
        stream:shutdown()
      end
    end,
    onerror = function(_, _, operation, err)
      if operation == "onstream" then
        io.stderr:write("indoxhub sandbox: ", tostring(err), "\n")
      end
    end,
  }
  local ok = server
  if ok then
    ok, why = server:listen()
  end
  if not ok then
    return nil, ("cannot listen on port %d: %s"):format(asked_port,
      WHY_NOT[why] or tostring(why))
  end
  local _, _, port = server:localname()
  return setmetatable({ _server = server, _signal = modules.signal, port = port,
    url = ("http://127.0.0.1:%d/api/v1"):format(port) }, server_mt)
end

--- Serves until Ctrl-C or SIGTERM.
---@return boolean? ok, string? message
function server_methods:run()
  local signal, server = self._signal, self._server
  local ended = false
  signal.block(signal.SIGINT, signal.SIGTERM)
  local listener = signal.listen(signal.SIGINT, signal.SIGTERM)
  server.cq:wrap(function()
    listener:wait()
    ended = true
  end)
  while not ended do
    local ok, message = server:step()
    if not ok then
      return nil, tostring(message)
    end
  end
  server:close()
  return true
end

return sandbox
