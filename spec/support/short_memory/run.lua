-- Runs the programs of this folder with the memory of memory.c.
local files = require "spec.support.files"

local run = {}

-- Seconds after which one is ended.
local LIMIT = 3000

local PRELOADED = "LD_PRELOAD=%s "

-- Code that LuaJIT 2.1.0-beta3 compiled crashes in LuaJIT itself when memory
-- runs out, with nothing of the core on its stack.
local function interpreter()
  local lua = assert(os.getenv("INDOXHUB_LUA"), "INDOXHUB_LUA is not set")
  return lua == "luajit" and "luajit -joff" or lua
end

--- Runs one. Returns what it printed, and its exit code.
---@param name string of a file in this folder, without its ending
---@param arguments string
---@return string said, integer code
function run.program(name, arguments)
  local lua = interpreter()
  local memory = assert(package.searchpath and package.searchpath("spec_memory",
    package.cpath) or package.cpath:match("([^;]*)%?%.so"))
  if not memory:find("spec_memory", 1, true) then
    memory = memory .. "spec_memory.so"
  end
  local now = os.tmpname()
  local command = ("exec 2>&1 </dev/null; timeout --foreground %d env %s%s "
    .. "spec/support/short_memory/%s.lua %s %s; printf '\\n%%d' $?"):format(
    LIMIT, PRELOADED:format(memory), lua, name, now, arguments)
  local said, code = files.output(command):match("^(.*)\n(%d+)$")
  if code ~= "0" then
    said = ("%s\nThe last was %s"):format(said, files.read(now))
  end
  os.remove(now)
  return said, tonumber(code)
end

return run
