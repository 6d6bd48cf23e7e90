-- Streams of a gateway for specs: nginx with its Lua module on a port the
-- system chose, see handlers.lua.
local core = require "indoxhub.core"
local files = require "spec.support.files"
local nginx = require "spec.runtime.gateway.nginx"
local programs = require "spec.support.programs"
local servers = require "spec.support.servers"

local server = {}

local methods = {}

--- Starts one. `options.workers` is 1 unless told otherwise, `options.redis`
--- what spec/support/redis.lua gave, `options.dict` the size of the shared
--- dictionary, `options.timers` how many run, `options.lua` more of a gateway's
--- options, as text.
---@param options table
function server.start(options)
  return nginx.start(methods, {
    config = "spec/runtime/gateway/streams/nginx.conf",
    values = { WORKERS = tostring(options.workers or 1),
      DICT = options.dict or "8m", TIMERS = tostring(options.timers or 256) },
    options = ("return { %s%s }"):format(options.redis
      and ("redis = %q, "):format(options.redis.url) or "", options.lua or ""),
    environment = "",
    is_up = function(self)
      return select(2, servers.curl(self.root .. "/ping")) == "pong"
    end,
  })
end

--- How many connections its workers have.
function methods:connections()
  local count = 0
  for _, pid in ipairs(self:workers()) do
    count = count + select(2, files.output("ls -l /proc/" .. pid .. "/fd")
      :gsub("socket:", ""))
  end
  return count
end

--- What the source with a name has told.
function methods:told(name)
  return select(2, servers.curl(("'%s/told?name=%s'"):format(self.root, name)))
end

--- Waits until it has told something.
function methods:wait_for(name, what)
  servers.wait_until(function()
    return self:told(name):find(what, 1, true)
  end, what)
end

--- Asks with curl. Returns the status and the body.
function methods:ask(method, path, flags)
  return servers.curl(("-N -X %s %s '%s%s'"):format(method, flags or "",
    self.root, path))
end

local reader_methods = {}
reader_methods.__index = reader_methods

-- A request to a gateway (its `root`) that goes on beside us.
local function begin(self, method, path, flags)
  local name, head = os.tmpname(), os.tmpname()
  local process = servers.start_silent(("setpriv --pdeathsig KILL curl -sN " ..
    "-m 60 -X %s %s -D %s -o %s '%s%s'"):format(method, flags or "", head, name,
    self.root, path))
  return setmetatable({ name = name, head_name = head, process = process },
    reader_methods)
end

server.begin = begin

--- Begins a stream. `arguments` are those of handlers.lua.
function methods:write(arguments, flags)
  return begin(self, "POST", "/write?" .. arguments, flags)
end

--- Reads one, from behind an event.
function methods:read(id, number, flags)
  return begin(self, "GET", "/streams/" .. id,
    (number and "-H 'Last-Event-ID: " .. number .. "' " or "")
    .. (flags or ""))
end

function reader_methods:text()
  return files.read(self.name) or ""
end

function reader_methods:is_over()
  return not programs.is_alive(self.process.pid)
end

--- Waits until a text has come.
function reader_methods:wait_for(text)
  servers.wait_until(function()
    return self:text():find(text, 1, true)
  end, ("%q to come"):format(text))
  return self
end

-- A header of the answer, once it has come.
local function header(self, pattern)
  local value
  servers.wait_until(function()
    value = (files.read(self.head_name) or ""):match(pattern)
    return value
  end, "a header: " .. pattern)
  return value
end

--- The stream's id.
function reader_methods:id()
  return header(self, "X%-Stream%-Id: (%x+)")
end

--- The process id of the worker that serves it.
function reader_methods:worker()
  return header(self, "X%-Worker: (%d+)")
end

local function forget(self)
  servers.kill(self.process)
  os.remove(self.name)
  os.remove(self.head_name)
end

--- Goes away at once.
function reader_methods:leave()
  local text = self:text()
  forget(self)
  return text
end

--- Waits for the end. Returns all that came, and how long that took.
function reader_methods:wait()
  local began = core.now()
  servers.wait_until(function()
    return self:is_over()
  end, "the end of an answer")
  local text = self:text()
  forget(self)
  return text, core.now() - began
end

--- What events say: their numbers, and how they end.
---@param text string
---@return integer first, integer last, string? ending
function server.events(text)
  local first, last, ending
  for event in text:gmatch "(.-)\n\n" do
    local data, number = event:match "^data: (.*)\nid: (%d+)$"
    if number then
      number = tonumber(number)
      first = first or number
      assert(last == nil or number == last + 1, "a gap, or something twice")
      assert(data == "[DONE]" or data:match '^{"n":(%d+)} *$'
        == tostring(number) or data:find '"error"', data)
      last, ending = number, data == "[DONE]" and data
        or data:match '"type":"([%a_]+)"'
    elseif event:find "^data: " then
      ending = event:match '"type":"([%a_]+)"'
    else
      assert(event == ": waiting", event)
    end
  end
  return first, last, ending
end

return server
