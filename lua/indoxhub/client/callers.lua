--- Client -> its caller, which holds the key.
--
-- It is kept out of the client, and the table of all callers in this file, so
-- that nothing that prints a client or a module shows a key.

local callers = {}

local WEAK = { __mode = "k" }

local all = setmetatable({}, WEAK)

--- Gives a client its caller.
---@param client indoxhub.Client
---@param settings indoxhub.Settings
---@param engine? indoxhub.core.Engine that of the client it derives from
function callers.add(client, settings, engine)
  all[client] = { settings = settings, engine = engine, closed = false,
    running = setmetatable({}, WEAK), pausing = setmetatable({}, WEAK) }
end

--- The caller of a client.
---@param client indoxhub.Client
---@return indoxhub.Caller
function callers.of(client)
  return all[client]
end

--- The same for a method of the client. Raises at the caller of that method
--- when it was called with a dot.
---@param self any what the method got as its client
---@param how string the method and its arguments, for the message
---@return indoxhub.Caller
function callers.check(self, how)
  return all[self]
    or error(("call it with a colon, as client:%s"):format(how), 3)
end

return callers
