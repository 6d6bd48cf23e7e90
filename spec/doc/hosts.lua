-- Runs the listings that are for a host: the kind of a listing leads to a
-- function that returns what it printed and its exit code.
local editor = require "spec.runtime.neovim.editor"
local files = require "spec.support.files"
local hosts = require "spec.runtime.hosts"
local programs = require "spec.support.programs"
local running = require "spec.doc.running"
local servers = require "spec.support.servers"

local run = {}

local function variables(listing, url)
  return running.environment(listing, url):gsub("^export ", "")
end

-- A program for an interpreter that has the loop.
local function program(listing, url)
  local name = programs.write(listing.code)
  local said, code = hosts.run(("%s %s %s %s"):format(
    hosts.environment(listing.lua), variables(listing, url), listing.lua, name))
  os.remove(name)
  return said, code
end

run["lua luv"], run["lua cqueues"] = program, program

run["lua love"] = function(listing, url)
  local name = programs.write(listing.code .. "\nlove.load()\n")
  local said, code = hosts.run(("%s DISPLAY= XDG_DATA_HOME=/nonexistent %s "
    .. "love spec/runtime/love/headless %s"):format(
    hosts.environment "luajit", variables(listing, url), name))
  os.remove(name)
  return said, code
end

-- Types the commands of a listing, which stand in it as `-- :COMMAND`, and
-- leaves the editor when nothing is going on any more. What stands in the
-- buffer then is printed.
local TYPED = [[
  local typed = %q
  local function rest()
    return not require("indoxhub").step()
  end
  for command in typed:gmatch("[^\n]+") do
    vim.cmd(command)
  end
  assert(vim.wait(20000, rest, 2), "waited too long")
  if typed ~= "" then
    print(table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, true), "\n"))
  end
  vim.cmd "qa!"
]]

run["lua neovim"] = function(listing, url)
  local typed = {}
  for command in listing.code:gmatch("%-%- :([^\n]+)") do
    typed[#typed + 1] = command
  end
  local nvim = editor.new()
  local said, code = nvim:play("do " .. listing.code .. " end\n"
    .. TYPED:format(table.concat(typed, "\n")), {
    variables = variables(listing, url) })
  nvim:stop()
  return said, code
end

-- What a plugin manager does: it builds a copy of the folder, and puts that on
-- the editor's path.
run["lua lazy"] = function(listing)
  local name = os.tmpname()
  local entry = assert(loadfile(files.write(name, "return " .. listing.code)))()
  os.remove(name)
  assert(entry.dir and entry.build)
  local folder, nvim = files.folder(), editor.new()
  local said, code = hosts.run(("sh -c 'cp -rp csrc lua Makefile %s && cd %s "
    .. "&& rm -f lua/indoxhub/core.so && %s BUILD=%s/build/luajit'"):format(
    folder, folder, entry.build, files.output("pwd"):match("[^\n]+")))
  if code == 0 then
    said, code = nvim:play([[
      print(type(require("indoxhub").new))
      vim.cmd "qa!"
    ]], { variables = "env -u LUA_PATH -u LUA_CPATH",
      arguments = ([[--clean --cmd "set rtp+=%s"]]):format(folder) })
  end
  nvim:stop()
  files.remove_folder(folder)
  return said, code
end

-- What Debian's nginx needs besides, so that it runs beside the system.
local SETTINGS = "daemon off;\nmaster_process off;\npid FOLDER/nginx.pid;\n"
  .. "error_log FOLDER/error.log;\n"
local HTTP_SETTINGS = "http {\naccess_log off;\n"
for _, name in ipairs { "client_body", "proxy", "fastcgi", "uwsgi", "scgi" } do
  HTTP_SETTINGS = HTTP_SETTINGS .. ("%s_temp_path FOLDER/%s;\n"):format(name,
    name)
end

-- Starts nginx with a configuration. Returns a function that ends it, and says
-- what it logged.
local function start(config, listing, url)
  local folder = files.folder()
  os.execute("chmod 755 " .. folder)
  config = (SETTINGS .. config):gsub("http {\n", HTTP_SETTINGS)
    :gsub("FOLDER", folder)
  files.write(folder .. "/nginx.conf", config)
  local pipe = io.popen(("echo $$; exec env %s LUA_PATH='%s' LUA_CPATH='%s' "
    .. "setpriv --pdeathsig TERM sh spec/support/openresty.sh run %s "
    .. "%s/nginx.conf 2>%s/stderr"):format(variables(listing, url),
    os.getenv "LUA_PATH", os.getenv "LUA_CPATH", folder, folder, folder))
  local pid = pipe:read("*l")
  servers.wait_until(function()
    return (files.read(folder .. "/nginx.pid") or "") ~= ""
      or (files.read(folder .. "/stderr") or ""):find("emerg", 1, true)
  end, "nginx")
  return function()
    os.execute("kill -TERM " .. pid .. " 2>/dev/null")
    pipe:close()
    local log = files.read(folder .. "/stderr")
      .. (files.read(folder .. "/error.log") or "")
    files.remove_folder(folder)
    return log
  end
end

--- The commands behind it, asked of it.
run["nginx"] = function(listing, url)
  local code, with_named_ports, on_free_ports = running.with_free_ports(
    listing.code)
  local stop = start(code, listing, url)
  local said = running.console({ name = listing.name,
    code = on_free_ports(listing.prints) }, url)
  local log = stop()
  if log:find("[emerg]", 1, true) or log:find("[error]", 1, true) then
    return log, 1
  end
  return with_named_ports(said), 0
end

--- In a server of its own, which only has to start.
run["nginx http"] = function(listing, url)
  local code = running.with_free_ports("events {}\nhttp {\n" .. listing.code
    .. "server { listen 127.0.0.1:8091; }\n}\n")
  local log = start(code, listing, url)()
  return log, log:find("[emerg]", 1, true) and 1 or 0
end

--- Runs a listing. Where its kind is for a host, and only then.
---@return string? said, integer? code
return function(listing, url)
  return run[listing.kind](listing, url)
end
