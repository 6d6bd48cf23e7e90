-- Runs LÖVE with one of the games beside this file.
local hosts = require "spec.runtime.hosts"
local programs = require "spec.support.programs"

--- Plays a game with a program as its argument. Nothing may be left of it in
--- the folder that LÖVE would write to. Returns what it printed, its errors
--- included, and its exit code.
---@param game "example"|"headless"
---@param code string
---@param environment? string more for `env`
---@param before? string a command that runs LÖVE
return function(game, code, environment, before)
  local name = programs.write(code)
  local said, exit_code = hosts.run(("%s XDG_DATA_HOME=/nonexistent " ..
    "%s %s love spec/runtime/love/%s %s"):format(
    hosts.environment("luajit", "examples/love/?.lua;"), environment or "",
    before or "", game, name))
  os.remove(name)
  return said, exit_code
end
