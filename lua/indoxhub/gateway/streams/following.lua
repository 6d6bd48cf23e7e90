--- What readers here want of streams that are written elsewhere: all of it in
--- one pipeline, at most every 100 ms. Who has got something asks again only
--- when that was sent, so a slow reader holds no more than one such piece.
--
-- Here is noticed, too, that a writer has died.

local core = require "indoxhub.core"
local limits = require "indoxhub.gateway.streams.limits"

local ngx = rawget(_G, "ngx")

local following = {}

-- Seconds between two looks at more than events; that a stream may be missing,
-- as its writer writes it anew when a store was emptied; and that a store may
-- be away.
local BETWEEN_CHECKS, MISSING, AWAY = 1, 6, 30

-- Ends what a reader waits for when something is so for too long.
local function bear(self, wait, name, longest, how, now)
  wait[name] = wait[name] or now
  if now - wait[name] > longest then
    wait.how = how
    self:give(wait)
  end
end

-- A writer that has not renewed its lease, though it could have, is dead.
local function bury(self, wait, now)
  if self.contact:lasts(limits.LEASE, now) then
    local ok, message = self.store:stop(wait.id, "interrupted", wait.writer)
    if not ok and message ~= "unknown" then
      ngx.log(ngx.ERR, "indoxhub: a stream whose writer has died cannot be "
        .. "ended: ", message)
    end
  end
end

local function hear(self, wait, now)
  wait.away_since = nil
  if wait.entries[1] or wait.how then
    -- There may be more of what was written long ago.
    self.is_behind = self.is_behind or #wait.entries == limits.ENTRIES
    wait.missing_since, wait.silent_since = nil, nil
    self:give(wait)
  elseif wait.missing then
    bear(self, wait, "missing_since", MISSING, "unknown", now)
  else
    wait.missing_since = nil
    if wait.orphaned then
      bury(self, wait, now)
    end
    -- Its writer has given up to tell the store.
    bear(self, wait, "silent_since", limits.KEPT, "unavailable", now)
  end
end

-- The waits, of those for the same only one; the others are its `same`.
local function gather(self, now)
  local list, found = {}, {}
  for wait in pairs(self.waits) do
    local name = wait.id .. wait.number
    local first = found[name]
    if first then
      table.insert(first.same, wait)
    else
      found[name], wait.same = wait, {}
      wait.check = now - (wait.checked or 0) >= BETWEEN_CHECKS
      wait.checked = wait.check and now or wait.checked
      wait.orphaned = false
      list[#list + 1] = wait
    end
  end
  return list
end

-- What was found for one wait is so for those like it.
local function share(wait)
  for _, other in ipairs(wait.same) do
    other.entries, other.how, other.last = wait.entries, wait.how, wait.last
    other.missing, other.orphaned = wait.missing, false
  end
end

local function deliver(self, wait, ok, now)
  if not self.waits[wait] then
    wait.entries = nil -- its reader has gone
  elseif ok then
    hear(self, wait, now)
  else
    bear(self, wait, "away_since", AWAY, "unavailable", now)
  end
end

local function poll(self)
  local now = core.now()
  local list = gather(self, now)
  local ok = self.store:poll(list)
  local after = core.now()
  if ok then
    self.contact:heard(now, after)
  else
    self.contact:lost()
  end
  for _, wait in ipairs(list) do
    local same = wait.same
    if ok then
      share(wait)
    end
    wait.same = nil
    deliver(self, wait, ok, after)
    for _, other in ipairs(same) do
      deliver(self, other, ok, after)
    end
  end
end

--- Does what there is to do, or waits for it.
function following.step(self)
  if not next(self.waits) then
    self.to_follow:wait(1)
    return
  end
  local since = core.now() - (self.followed or 0)
  if since < limits.BETWEEN and not self.is_behind then
    ngx.sleep(math.max(0.001, limits.BETWEEN - since))
  end
  self.is_behind = false
  self.followed = core.now()
  poll(self)
end

return following
