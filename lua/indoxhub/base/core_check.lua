--- Loads the C core before anything else does, and says what to do when it is
--- not there or is of another version than the Lua files.

local version = require "indoxhub.version"

local interpreter = rawget(_G, "jit") and "luajit"
  or _VERSION:lower():gsub(" ", "")

local WAY_OUT = ("In the library's folder run make build LUA=%s, or make "
  .. "install LUA=%s; make neovim for Neovim; luarocks make "
  .. "rockspec/indoxhub-scm-1.rockspec where LuaRocks has installed it")
  :format(interpreter, interpreter)

local found, core = pcall(require, "indoxhub.core")
if not found then
  error(("indoxhub: the C core cannot be loaded. %s.\n%s"):format(WAY_OUT,
    tostring(core)), 0)
elseif core.version ~= version then
  error(("indoxhub: the C core is of version %s, the Lua files are of %s. %s")
    :format(tostring(core.version or "0.0"), version, WAY_OUT), 0)
end

return core
