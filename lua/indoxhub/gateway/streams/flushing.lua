--- How a worker tells the store of its streams: all at once, at most every 100
--- ms, and each second that it lives.

local core = require "indoxhub.core"
local limits = require "indoxhub.gateway.streams.limits"

local ngx = rawget(_G, "ngx")

local flushing = {}

-- Seconds until a store is tried again that was away or full: longer each time.
local FIRST_PAUSE, LONGEST_PAUSE = 0.1, 1

-- Logs what is wrong, once until it is not any more.
local function tell(self, message)
  if message and not self.trouble then
    ngx.log(ngx.ERR, "indoxhub: streams go on, but only their own worker knows "
      .. "of them: ", message)
  elseif self.trouble and not message then
    ngx.log(ngx.NOTICE, "indoxhub: streams can be read elsewhere again")
  end
  self.trouble = message
end

local function pause(self, message)
  tell(self, message)
  self.pause = math.min((self.pause or FIRST_PAUSE / 2) * 2, LONGEST_PAUSE)
  ngx.sleep(self.pause)
end

---------------------------------------------------------------------------
-- the lease

-- Has the store asked what it has of a stream.
local function look_again(self, stream)
  if stream.is_begun then
    stream.is_unsure = true
    self.dirty[stream] = true
  end
end

--- Renews the lease, and hears what others have done. Nil and a message when
--- the store is away.
local function renew(self, now)
  local emptied, stops = self.store:renew(self.name)
  if emptied == nil then
    self.contact:lost()
    return nil, stops
  end
  self.renewed = now
  self.contact:heard(now, core.now())
  for _, id in ipairs(stops) do
    if self.streams[id] then
      look_again(self, self.streams[id])
    end
  end
  for _, stream in pairs(self.streams) do
    if emptied then
      look_again(self, stream)
    elseif stream.is_begun
      and now - stream.renewed > limits.KEPT_RENEWED then
      self.dirty[stream] = true
    end
  end
  return true
end

local function is_lease_due(self, now)
  return next(self.streams) ~= nil
    and now - (self.renewed or 0) >= limits.RENEWED
end

---------------------------------------------------------------------------
-- events

-- What remains to be told of a stream stays.
local function settle(self, stream)
  if stream.is_settled then
    self:forget(stream)
  elseif stream.is_begun and not stream.is_unsure and not stream.how
    and stream.flushed >= stream.buffer.last then
    self.dirty[stream] = nil
  end
end

local function flush(self)
  local list = {}
  for stream in pairs(self.dirty) do
    if stream.is_settled then
      self:forget(stream)
    else
      list[#list + 1] = stream
    end
  end
  if #list == 0 then
    return true
  end
  local ok, message = self.store:flush(list, core.now())
  for _, stream in ipairs(list) do
    settle(self, stream)
  end
  return ok and not message, message
end

--- Does what there is to do, or waits for it.
function flushing.step(self)
  local now = core.now()
  local is_due = is_lease_due(self, now)
  if not is_due and not next(self.dirty) then
    self.to_flush:wait(limits.RENEWED)
    return
  end
  local since = now - (self.flushed or 0)
  if since < limits.BETWEEN then
    ngx.sleep(math.max(0.001, limits.BETWEEN - since))
    now = core.now()
  end
  self.flushed = now
  local ok, message = true, nil
  if is_due then
    ok, message = renew(self, now)
  end
  if ok then
    ok, message = flush(self)
  end
  if ok then
    tell(self, nil)
    self.pause = nil
  else
    pause(self, message)
  end
end

return flushing
