-- examples/gateway, started as its reader would.
local files = require "spec.support.files"
local openresty = require "spec.runtime.openresty.server"
local servers = require "spec.support.servers"

local example = {}

local methods = {}
methods.__index = methods

--- Starts it without Redis and returns when it is there. `key` is its key,
--- `root` its address.
---@param arguments? string
---@param environment? string
function example.start(arguments, environment)
  local port, log = servers.free_port(), os.tmpname()
  local self = servers.start_silent(("env -u REDIS_URL %s setpriv " ..
    "--pdeathsig TERM sh examples/gateway/start.sh --port %s %s >%s 2>&1")
    :format(environment or "", port, arguments or "", log))
  self.log, self.root = log, ("http://127.0.0.1:%s/"):format(port)
  servers.wait_until(function()
    return files.read(log):find(self.root .. "v1", 1, true)
      or not openresty.is_alive(self.pid)
  end, "the gateway")
  assert(openresty.is_alive(self.pid), files.read(log))
  self.key = files.read(log):match "Its only key is (ihg%-%x+)\n"
  return setmetatable(self, methods)
end

--- Kills its workers, as a lack of memory would.
function methods:kill_workers()
  for _, child in ipairs(openresty.children(self.pid)) do
    for _, worker in ipairs(openresty.children(child)) do
      os.execute("kill -9 " .. worker)
    end
  end
end

--- How many answers it writes.
function methods:streams()
  local _, body = servers.curl(self.root .. "health")
  return tonumber(body:match '"streams":(%d+)')
end

--- Ends it. Returns the bad news of its log, without lines in which one of
--- `expected` stands.
---@param expected? string[]
function methods:stop(expected)
  os.execute("kill -TERM " .. self.pid)
  servers.wait_until(function()
    return not openresty.is_alive(self.pid)
  end, "the gateway to end")
  servers.kill(self)
  local bad = openresty.bad_news(files.read(self.log), expected)
  os.remove(self.log)
  return bad
end

return example
