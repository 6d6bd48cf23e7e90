-- A redis-server of the specs' own, on a port the system chose.
local files = require "spec.support.files"
local servers = require "spec.support.servers"

local redis = {}

local methods = {}
methods.__index = methods

-- Nothing is kept on the disk, and nothing is thrown away when it is full.
local CONFIG = [[
bind 127.0.0.1
port %s
save ""
appendonly no
dir %s
maxmemory-policy noeviction
%s
]]

local function begin(self)
  self.process = servers.start_silent(("setpriv --pdeathsig KILL " ..
    "redis-server %s/redis.conf >%s/log 2>&1"):format(self.folder,
    self.folder))
  servers.wait_until(function()
    return self:cli "PING" == "PONG"
  end, "redis-server")
end

--- Starts one. `options.password`, and `options.lines` of its configuration.
---@param options? table
function redis.start(options)
  options = options or {}
  local self = setmetatable({ folder = files.folder(),
    port = servers.free_port(), password = options.password }, methods)
  local lines = options.lines or ""
  if self.password then
    lines = lines .. "\nrequirepass " .. self.password
  end
  files.write(self.folder .. "/redis.conf", CONFIG:format(self.port,
    self.folder, lines))
  self.url = ("redis://%s127.0.0.1:%s"):format(self.password
    and ":" .. self.password .. "@" or "", self.port)
  begin(self)
  return self
end

--- What a command of the shell's client prints.
function methods:cli(command)
  return (files.output(("env REDISCLI_AUTH=%s redis-cli -h 127.0.0.1 -p %s " ..
    "%s 2>/dev/null"):format(self.password or "", self.port, command))
    :gsub("\n$", ""))
end

--- Ends it at once, with all that it holds.
function methods:halt()
  servers.kill(self.process)
end

--- Starts it again, on the same port, empty.
function methods:restart()
  self:halt()
  begin(self)
end

--- Has it do nothing, as on a machine that hangs, until `wake`.
function methods:sleep()
  os.execute("kill -STOP " .. self.process.pid)
end

function methods:wake()
  os.execute("kill -CONT " .. self.process.pid)
end

function methods:stop()
  self:halt()
  files.remove_folder(self.folder)
end

return redis
