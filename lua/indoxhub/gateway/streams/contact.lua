--- Whether a store was there all the time, as far as one worker can tell. A
--- writer that does not renew its lease is taken for dead only where it could
--- have renewed it: time in which the store was away, slow, or not asked by
--- this worker does not count.

local contact = {}

---@class indoxhub.gateway.Contact
---@field since? number when the time began in which it was always there
local methods = {}
methods.__index = methods

-- Seconds. An answer that took longer was no contact, nor was a time without
-- questions that was longer.
local SLOW, GAP = 1, 1.5

---@return indoxhub.gateway.Contact
function contact.new()
  return setmetatable({ since = nil, last = nil }, methods)
end

--- An answer has come.
---@param asked number when the question was sent
---@param now number
function methods:heard(asked, now)
  if not self.since or now - asked > SLOW or asked - self.last > GAP then
    self.since = now
  end
  self.last = now
end

--- None has come.
function methods:lost()
  self.since, self.last = nil, nil
end

--- Whether it was there for so many seconds without a break.
---@param seconds number
---@param now number
---@return boolean
function methods:lasts(seconds, now)
  return self.since ~= nil and now - self.last <= GAP
    and now - self.since >= seconds
end

return contact
