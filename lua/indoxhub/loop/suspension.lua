--- Where Lua can suspend the running coroutine, and where it cannot because a
-- function of C stands in between, as table.sort does.
--
-- Whoever looks before he waits has nothing to undo. It cannot always be told:
-- what `yield` raises then is for loop/init.lua.

local core = require "indoxhub.core"

local suspension = {}

--- PUC Lua 5.1 cannot yield out of pcall, nor out of an iterator of `for`.
suspension.IN_PCALL = _VERSION ~= "Lua 5.1" or rawget(_G, "jit") ~= nil

-- PUC Lua 5.1 does not tell, but there no function of C may stand in between.
local function has_no_c()
  local level = 2
  local info = debug.getinfo(level, "S")
  while info and info.what ~= "C" do
    level = level + 1
    info = debug.getinfo(level, "S")
  end
  return info == nil
end

-- Lua 5.2 does not tell either, and some functions of C may.
local function is_unknown()
  return true
end

--- Whether a coroutine can be suspended here, as far as that can be told.
---@type fun(): boolean
suspension.is_possible = core.can_suspend() ~= nil and core.can_suspend
  or not suspension.IN_PCALL and has_no_c or is_unknown

--- Suspends the coroutine. False where that cannot be done.
---@return boolean
function suspension.try()
  if not suspension.is_possible() then
    return false
  elseif not suspension.IN_PCALL then
    coroutine.yield()
    return true
  end
  return (pcall(coroutine.yield))
end

local REFUSAL = "%s cannot wait here: it was called by a function that cannot "
  .. "be suspended, such as table.sort, string.gsub, "
  .. (suspension.IN_PCALL and "require" or "pcall in Lua 5.1")
  .. " or a metamethod. Call it before or after that, or %s"

--- Raises because there is a wait where Lua cannot suspend.
---@param what? string what the program has called
---@param way_out? string what to do about it, if that is not to spawn a task
function suspension.refuse(what, way_out)
  error(REFUSAL:format(what or "this",
    way_out or "in a task of its own (indoxhub.spawn)"), 0)
end

return suspension
