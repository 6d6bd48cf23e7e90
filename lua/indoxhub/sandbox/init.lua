--- A server that speaks the IndoxHub API, so that everything works with no key
--- and no network. It binds to this machine only and remembers nothing.

local answers = require "indoxhub.sandbox.answers"
local catalogue = require "indoxhub.sandbox.catalogue"
local faults = require "indoxhub.sandbox.faults"
local http = require "indoxhub.sandbox.http"
local shapes = require "indoxhub.sandbox.shapes"

local sandbox = {}

---@class indoxhub.sandbox.Options
---@field port? integer default 0: one the system chooses
---@field dialect? string default "responses"
---@field pace? number seconds between pieces of a stream, default 0.03
---@field fail? string a fault for every request, see sandbox/faults.lua

local DEFAULTS = { port = 0, dialect = "responses", pace = 0.03 }

-- A stalled request ends at last, should its client never go away.
local LONGEST_STALL = 3600

---------------------------------------------------------------------------
-- one generation

local function new_id(state)
  state.ids = state.ids + 1
  local bits = ("%08x"):format((state.ids * 2654435761) % 0x100000000)
  return ("%s-5a4d-4b0c-8000-%012d"):format(bits, state.ids)
end

local function split_model(body)
  local name = type(body.model) == "string" and body.model
    or "openai/gpt-4o-mini"
  local provider, model = name:match("^([^/]+)/(.+)$")
  return provider or type(body.provider) == "string" and body.provider
    or "openai", model or name
end

local function compose(state, kind, body)
  local question = kind == "chat" and answers.question(body.messages)
    or body.prompt
  local text = answers.to(question)
  local pieces = answers.pieces(text)
  local most, finish_reason = body.max_tokens, "stop"
  if most and #pieces > most then
    pieces = { (table.unpack or unpack)(pieces, 1, most) } -- luacheck: ignore
    text, finish_reason = table.concat(pieces), "length"
  end
  local provider, model = split_model(body)
  return {
    id = new_id(state), kind = kind, provider = provider, model = model,
    text = text, pieces = pieces, finish_reason = finish_reason,
    prompt_tokens = answers.tokens(question),
    completion_tokens = answers.tokens(text), created = os.time(),
  }
end

-- What is wrong with a request, as the vendor's service would say it.
local function validate(kind, body)
  local function wrong(field, message, what)
    return { detail = { { loc = { "body", field }, msg = message,
      type = what } } }
  end
  local field = kind == "chat" and "messages" or "prompt"
  if type(body) ~= "table" then
    return wrong("body", "Input should be a valid dictionary", "model_type")
  elseif body[field] == nil then
    return wrong(field, "Field required", "missing")
  elseif kind == "chat" and (type(body.messages) ~= "table"
    or body.messages[1] == nil) then
    return wrong(field, "List of messages cannot be empty", "value_error")
  elseif kind == "completion" and type(body.prompt) ~= "string" then
    return wrong(field, "Input should be a valid string", "string_type")
  end
  for _, message in ipairs(kind == "chat" and body.messages or {}) do
    if type(message) ~= "table" then
      return wrong(field, "Input should be a valid dictionary", "model_type")
    end
  end
  local most = body.max_tokens
  if most ~= nil and (type(most) ~= "number" or most % 1 ~= 0 or most < 1) then
    return wrong("max_tokens", "Input should be a valid integer above 0",
      "int_type")
  end
end

local function break_stream(request, answer, shape, fault)
  if fault.kind == "cut" then
    request:cut()
  elseif fault.kind == "stall" then
    request:pause(LONGEST_STALL)
  else
    request:send(shape.failure(answer, faults.IN_ANSWER))
    request:end_events()
  end
end

-- Streams an answer piece by piece. Ends early when the client leaves, when the
-- stream is stopped, or where the fault says.
local function stream_answer(state, request, answer, shape, fault, pace)
  local running = { stopped = false }
  state.streams[answer.id] = running
  local ok = request:begin_events { ["x-request-id"] = answer.id }
    and request:send(shape.start(answer))
  -- One more than there are pieces: a fault may come after the last.
  for i = 1, #answer.pieces + 1 do
    local piece = answer.pieces[i]
    if not ok or running.stopped then
      break
    elseif fault and fault.number == i - 1 then
      break_stream(request, answer, shape, fault)
      ok = false
    elseif piece then
      ok = request:send(shape.delta(answer, piece)) and request:pause(pace)
    end
  end
  if ok then
    request:send(shape.finish(answer))
    request:end_events()
  end
  state.streams[answer.id] = nil
end

local IN_STREAM = { cut = true, stall = true, error = true }

local function generate(kind)
  return function(state, request, context)
    local body = request.body
    local wrong = validate(kind, body)
    if wrong then
      return request:json(422, wrong)
    end
    local answer = compose(state, kind, body)
    local shape = shapes.by_name[context.dialect]
    local fault = context.fault
    if body.stream == true then
      return stream_answer(state, request, answer, shape,
        fault and IN_STREAM[fault.kind] and fault, context.pace)
    elseif fault and fault.kind == "stall" then
      request:pause(LONGEST_STALL)
      return request:cut()
    elseif fault and fault.kind == "cut" then
      return request:cut_json(shape.body(answer))
    elseif fault and fault.kind == "error" then
      return request:json(200, { success = false, request_id = answer.id,
        message = faults.IN_ANSWER })
    end
    request:json(200, shape.body(answer), { ["x-request-id"] = answer.id })
  end
end

---------------------------------------------------------------------------
-- routes

local function stop_stream(state, request, _, id)
  local running = state.streams[id]
  if not running then
    return request:json(404, { detail = "Stream not found" })
  end
  running.stopped = true
  request:json(200, { success = true })
end

local routes = {
  { "POST", "^/chat/completions$", generate "chat", key = true },
  { "POST", "^/chat/stop%-stream/([^/]+)$", stop_stream, key = true },
  { "POST", "^/completions$", generate "completion", key = true },
  { "POST", "^/completions/stop%-stream/([^/]+)$", stop_stream, key = true },
  { "GET", "^/models$", function(_, request)
    request:json(200, catalogue)
  end },
  { "GET", "^/user/health$", function(_, request)
    request:json(200, { status = "ok", router = "user" })
  end },
}

-- The route of a path below either base, with or without a slash at its end.
local function find_route(method, path)
  local rest = path:match("^/api/v1(/.*)$") or path:match("^/v1(/.*)$")
  rest = rest and rest:gsub("(.)/$", "%1")
  local other_method = false
  for _, route in ipairs(routes) do
    local captured = rest and rest:match(route[2])
    if captured and route[1] == method then
      return route, captured
    end
    other_method = other_method or captured ~= nil
  end
  return nil, other_method
end

local function refuse_key(request)
  local key = (request:header("authorization") or ""):match("^Bearer%s+(%S+)$")
  if not key then
    return { detail = "Not authenticated" }
  elseif key:find("invalid") then
    return { detail = "Invalid API key" }
  end
end

-- How this request is to be answered: what its headers ask for comes first.
local function context_of(state, request)
  local options = state.options
  local fault, wrong = faults.parse(request:header("x-sandbox-fail")
    or options.fail)
  local dialect = request:header("x-sandbox-dialect")
    or request.path:find("^/v1/") and "openai" or options.dialect
  if not wrong and not shapes.by_name[dialect] then
    wrong = ("%q is no dialect"):format(dialect)
  end
  return { fault = fault, dialect = dialect,
    pace = tonumber(request:header("x-sandbox-pace")) or options.pace }, wrong
end

local function answer(state, request)
  local context, wrong = context_of(state, request)
  local fault = context.fault
  local route, captured = find_route(request.method, request.path)
  if wrong then
    request:json(400, { detail = wrong })
  elseif fault and fault.kind == "status" then
    local body, headers = faults.refusal(fault.number)
    body.request_id = new_id(state)
    request:json(fault.number, body, headers)
  elseif fault and fault.kind == "html" then
    request:reply(fault.number, "text/html", faults.page(fault.number))
  elseif not route then
    request:json(captured and 405 or 404,
      { detail = captured and "Method Not Allowed" or "Not Found" })
  else
    local refused = route.key and refuse_key(request)
    if refused then
      request:json(401, refused, { ["www-authenticate"] = "Bearer" })
    else
      route[3](state, request, context, captured)
    end
  end
end

---------------------------------------------------------------------------
-- the server

---@class indoxhub.sandbox.Server
---@field url string for the client's base_url
---@field port integer
local server_methods = {}
local server_mt = { __index = server_methods }

--- Opens a sandbox. It serves while `run` does.
---@param options? indoxhub.sandbox.Options
---@return indoxhub.sandbox.Server? server, string? message
function sandbox.open(options)
  local modules, message = http.load()
  if not modules then
    return nil, message
  end
  local merged = setmetatable(options or {}, { __index = DEFAULTS })
  local _, wrong = faults.parse(merged.fail)
  if not shapes.by_name[merged.dialect] then
    wrong = ("%q is no dialect; known: %s"):format(merged.dialect,
      table.concat(shapes.names, ", "))
  end
  if wrong then
    return nil, wrong
  end
  local state = { options = merged, ids = 0, streams = {} }
  local server, why = modules.server.listen {
    host = "127.0.0.1", port = merged.port, tls = false,
    onstream = function(_, stream)
      local request = http.read(modules, stream)
      if request then
        answer(state, request)
      end
      stream:shutdown()
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
    return nil, ("cannot listen on port %d: %s")
      :format(merged.port, tostring(why))
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
