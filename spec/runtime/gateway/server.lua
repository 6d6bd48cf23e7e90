-- A gateway for specs: nginx with its Lua module on a port the system chose.
local files = require "spec.support.files"
local json = require "indoxhub.base.json"
local nginx = require "spec.runtime.gateway.nginx"
local programs = require "spec.support.programs"
local servers = require "spec.support.servers"

local server = {}

local methods = {}

-- The upstream key, which must never be seen.
server.UPSTREAM_KEY = "indox-upstream-" .. ("s3cr3t"):rep(4)

--- Starts one. `options.workers` is 1 unless told otherwise, `options.base` the
--- base URL of the upstream, `options.redis` what spec/support/redis.lua gave;
--- `options.lua` is a Lua table in text, what the gateway is made with;
--- `options.running` and `options.pending` are nginx's limits of timers,
--- `options.config` the path of an nginx.conf in place of that of this folder.
---@param options table
function server.start(options)
  local place = options.redis
    and ("REDIS_URL='%s'"):format(options.redis.url) or ""
  local self = nginx.start(methods, {
    config = options.config or "spec/runtime/gateway/nginx.conf",
    values = { WORKERS = tostring(options.workers or 1),
      RUNNING = tostring(options.running or 8192),
      PENDING = tostring(options.pending or 8192) },
    options = "return " .. (options.lua or "{}"),
    environment = ("-u REDIS_URL INDOXHUB_API_KEY=%s INDOXHUB_BASE_URL=%s %s")
      :format(server.UPSTREAM_KEY, options.base or "http://127.0.0.1:1/v1",
      place),
    is_up = function(self)
      return (servers.curl(self.root .. "/health")) ~= 0
    end,
  })
  self.url = self.root .. "/v1"
  return self
end

--- Lines of its access log, decoded.
function methods:accesses()
  local list = {}
  for line in (files.read(self.folder .. "/access.log") or "")
    :gmatch("[^\n]+") do
    list[#list + 1] = json.decode(line)
  end
  return list
end

-- The arguments of curl for a request.
local function arguments(self, path, options)
  local list = { ("'%s%s'"):format(self.root, path) }
  if options.key then
    list[#list + 1] = ("-H 'Authorization: Bearer %s'"):format(options.key)
  end
  if options.json then
    options.body = json.encode(options.json)
  end
  if options.body then
    self.sent = (self.sent or 0) + 1 -- others may still be read
    local name = self.folder .. "/sent" .. self.sent
    files.write(name, options.body)
    list[#list + 1] = "-H 'Content-Type: application/json' --data-binary @"
      .. name
  end
  return table.concat(list, " ") .. " " .. (options.flags or "")
end

--- Asks with curl. `options.key`, `options.json` or `options.body`, more
--- `options.flags` of curl. Returns the status, the body (decoded, if it is
--- JSON) and the head.
---@param path string
---@param options? table
function methods:ask(path, options)
  local head = self.folder .. "/head"
  local status, body = servers.curl(("-N -D %s "):format(head)
    .. arguments(self, path, options or {}))
  local ok, decoded = pcall(json.decode, body)
  return status, ok and type(decoded) == "table" and decoded or body,
    files.read(head)
end

--- Asks a question of a model, with the options of `ask` and more fields.
---@param options table
---@param fields? table
function methods:chat(options, fields)
  local body = { model = "openai/gpt-4o-mini",
    messages = { { role = "user", content = "What is 6 * 7?" } } }
  for name, value in pairs(fields or {}) do
    body[name] = value
  end
  options.json = body
  return self:ask("/v1/chat/completions", options)
end

local visit_methods = {}
visit_methods.__index = visit_methods

--- A request that goes on beside us, with the options of `ask`: `text()` is
--- what has come so far and `head()` its head, `leave()` goes away at once,
--- `wait()` waits for its end, `forget()` removes its traces.
---@param path string
---@param options table
function methods:visit(path, options)
  local name = os.tmpname()
  local process = servers.start_silent(("setpriv --pdeathsig KILL curl -sN " ..
    "-m 60 -D %s.head -o %s %s"):format(name, name,
    arguments(self, path, options)))
  return setmetatable({ name = name, process = process }, visit_methods)
end

function visit_methods:text()
  return files.read(self.name) or ""
end

function visit_methods:head()
  return files.read(self.name .. ".head") or ""
end

function visit_methods:leave()
  servers.kill(self.process)
end

function visit_methods:wait()
  programs.wait_for_end(self.process.pid)
end

function visit_methods:forget()
  servers.kill(self.process)
  os.remove(self.name)
  os.remove(self.name .. ".head")
end

--- Runs Lua in a worker. Returns what it says.
---@param code string
function methods:run(code)
  local _, said = servers.curl(("--data-binary @%s %s/run"):format(
    files.write(self.folder .. "/code", code), self.root))
  return (said:gsub("\n$", ""))
end

--- Waits until so many seconds of the minute are left: the beginning of one
--- would begin new counts in the midst of a test.
---@param seconds number
function server.wait_for_room(seconds)
  servers.wait_until(function()
    return os.time() % 60 < 60 - seconds
  end, "the next minute")
end

return server
