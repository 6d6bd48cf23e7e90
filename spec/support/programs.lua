-- Programs that specs run in an interpreter of their own.
local files = require "spec.support.files"
local servers = require "spec.support.servers"

local programs = {}

-- Seconds after which one is ended, with exit code 124.
local LIMIT = 180

--- What stands before programs in which a search for leaks would find some: of
--- a child, for one, that leaves what libcurl holds for its parent.
programs.LEAKS = "export ASAN_OPTIONS=$ASAN_OPTIONS:detect_leaks=0"

--- Whether sanitizers run in programs: their own memory comes on top of what a
--- program takes, and they keep for a while what it has freed.
programs.SANITIZED = os.getenv("ASAN_OPTIONS") ~= nil

-- Whether an emulator of another processor is what runs them.
programs.EMULATED = os.getenv("INDOXHUB_EMULATED") ~= nil

--- Writes a program to a file. Returns its name.
function programs.write(code)
  return files.write(os.tmpname(), code)
end

--- Runs a program with the interpreter that runs the specs. Returns what it
--- printed, its errors included, and its exit code. `before` is shell code.
function programs.run(code, before)
  local name = programs.write(code)
  local lua = assert(os.getenv("INDOXHUB_LUA"), "INDOXHUB_LUA is not set")
  local pipe = io.popen(("%s; timeout --foreground %d %s %s 2>&1 </dev/null; "
    .. "printf '\\n%%d' $?"):format(before or ":", LIMIT, lua, name))
  local said = pipe:read("*a")
  pipe:close()
  os.remove(name)
  local text, code_text = said:match("^(.*)\n(%d+)$")
  return text, tonumber(code_text)
end

--- Whether the system knows a process, and it is no zombie, nor one whose other
--- threads are still about to end.
function programs.is_alive(pid)
  local status = files.read("/proc/" .. pid .. "/status")
  return status ~= nil and (not status:find "State:%s+Z"
    or not status:find "Threads:%s+1\n")
end

--- Waits until a process has ended.
function programs.wait_for_end(pid)
  servers.wait_until(function()
    return not programs.is_alive(pid)
  end, "process " .. pid .. " to end")
end

return programs
