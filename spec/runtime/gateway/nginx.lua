-- nginx for the specs of the gateway: what all of its harnesses do.
local files = require "spec.support.files"
local openresty = require "spec.runtime.openresty.server"
local programs = require "spec.support.programs"
local servers = require "spec.support.servers"

local nginx = {}

local methods = {}

---@class spec.gateway.NginxOptions
---@field config string path of nginx.conf, with @NAMES@ to be filled in
---@field values table<string, string> by name, beside FOLDER and PORT
---@field options string what a gateway is made with, as Lua in text
---@field environment string of nginx, as words for env
---@field is_up fun(self): any whether it answers

--- Starts one on a port the system chose. It ends with us.
---@param kind table the methods that it has beside those of all
---@param given spec.gateway.NginxOptions
function nginx.start(kind, given)
  local folder = files.folder()
  assert(os.execute("chmod 755 " .. folder)) -- workers are of another user
  local self = setmetatable({ folder = folder, port = servers.free_port() },
    { __index = function(_, name)
      return kind[name] or methods[name]
    end })
  self.root = "http://127.0.0.1:" .. self.port
  local values = { FOLDER = folder, PORT = self.port }
  for name, value in pairs(given.values) do
    values[name] = value
  end
  files.write(folder .. "/nginx.conf", (files.read(given.config)
    :gsub("@([%u_]+)@", values)))
  files.write(folder .. "/options.lua", given.options)
  self.process = servers.start_silent(("env %s setpriv --pdeathsig TERM " ..
    "sh spec/support/openresty.sh run %s %s/nginx.conf 2>%s/stderr"):format(
    given.environment, folder, folder, folder))
  self.pid = self.process.pid
  servers.wait_until(function()
    return files.read(folder .. "/nginx.pid") or not programs.is_alive(self.pid)
  end, "nginx")
  if not programs.is_alive(self.pid) then
    local why = (files.read(folder .. "/stderr") or "") .. self:log()
    files.remove_folder(folder)
    error("nginx did not start: " .. why)
  end
  servers.wait_until(function()
    return given.is_up(self)
  end, "nginx to answer")
  return self
end

function methods:log()
  return files.read(self.folder .. "/error.log") or ""
end

--- Process ids.
function methods:workers()
  return openresty.children(self.pid)
end

--- Has the master "reload" or "quit".
function methods:signal(what)
  os.execute(("kill -%s %s"):format(what == "reload" and "HUP" or "QUIT",
    self.pid))
end

--- Ends it. Returns the bad news of its log, without lines in which one of
--- `expected` stands.
---@param expected? string[]
function methods:stop(expected)
  os.execute("kill -TERM " .. self.pid .. " 2>/dev/null")
  programs.wait_for_end(self.pid)
  servers.kill(self.process)
  local bad = openresty.bad_news(self:log(), expected)
  files.remove_folder(self.folder)
  return bad
end

return nginx
