--- Which worker of this machine has let which calls in, so that the worker that
--- comes in the place of one that was killed gives back what that one had.
--
-- It stands in the memory that the workers share. A call that is not there, as
-- there was no room, or as the whole machine died, ends with its time.

local ffi = require "ffi"

local ngx = rawget(_G, "ngx")

local holders = {}

ffi.cdef "int kill(int pid, int signal);"

-- What kill says of a process that is none.
local NOBODY = 3

local function name_of(call)
  return ("held:%d:%s"):format(ngx.worker.pid(), call)
end

local function is_alive(pid)
  return ffi.C.kill(pid, 0) == 0 or ffi.errno() ~= NOBODY
end

--- Notes that this worker has let a call in, for at most so many seconds.
---@param dict table the shared dictionary
---@param call string
---@param what string what is to be given back
---@param lifetime number
function holders.note(dict, call, what, lifetime)
  dict:safe_add(name_of(call), what, lifetime)
end

--- Notes that it has ended.
---@param dict table
---@param call string
function holders.forget(dict, call)
  dict:delete(name_of(call))
end

--- Takes over the calls of workers that are no more: call -> what is to be
--- given back.
---@param dict table
---@return table<string, string>
function holders.take_over(dict)
  local found = {}
  for _, name in ipairs(dict:get_keys(0)) do
    local pid, call = name:match "^held:(%d+):(.*)$"
    if pid and not is_alive(tonumber(pid)) then
      found[call] = dict:get(name)
      dict:delete(name)
    end
  end
  return found
end

return holders
