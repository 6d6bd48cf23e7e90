--- Redis as the gateway asks it: who is away is not asked by every request.
--
-- After a command without an answer the worker asks again when a while is over;
-- till then everybody hears at once that Redis is away. That, and that it is
-- back, is logged once.

local ngx = rawget(_G, "ngx")

local contact = {}

local methods = {}
methods.__index = methods

-- Seconds between two tries while it is away.
local A_WHILE = 0.5

local function note(self, message)
  if message and not self.is_away then
    ngx.log(ngx.ERR, "indoxhub gateway: ", message)
  elseif not message and self.is_away then
    ngx.log(ngx.NOTICE, "indoxhub gateway: Redis is back")
  end
  self.is_away = message ~= nil
  self.ask_at = message and ngx.now() + A_WHILE or nil
end

-- What a command gave, or nil and why nothing.
local function hear(self, reply, message)
  if reply ~= nil then
    if self.is_away then
      note(self, nil)
    end
    return reply
  elseif not message:find "^busy" then
    note(self, message)
  end
  return nil, message
end

local function is_hushed(self)
  return self.ask_at ~= nil and ngx.now() < self.ask_at
end

-- Redis was not asked, and so knows nothing of it.
local UNASKED = "busy: Redis did not answer just now"

--- Runs a script; see redis.lua.
function methods:script(...)
  if is_hushed(self) then
    return nil, UNASKED
  end
  return hear(self, self.redis:script(...))
end

--- Sends a command; see redis.lua.
function methods:call(...)
  if is_hushed(self) then
    return nil, UNASKED
  end
  return hear(self, self.redis:call(...))
end

--- Makes one for a Redis.
---@param redis indoxhub.gateway.Redis
function contact.new(redis)
  return setmetatable({ redis = redis, is_away = false }, methods)
end

return contact
