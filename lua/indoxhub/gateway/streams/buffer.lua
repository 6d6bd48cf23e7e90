--- The events of one stream, numbered from 1 on. It holds so many bytes and no
--- more: what is oldest is thrown away, and who asks for that is told so.

local buffer = {}

---@class indoxhub.gateway.Buffer
---@field first integer number of the oldest event that is kept
---@field last integer number of the newest event; first - 1 when there is none
local methods = {}
methods.__index = methods

---@param limit integer bytes
---@return indoxhub.gateway.Buffer
function buffer.new(limit)
  return setmetatable({ first = 1, last = 0, bytes = 0, limit = limit,
    events = {} }, methods)
end

--- Adds an event. The newest is always kept, however long it is.
---@param event string
---@return integer number
function methods:push(event)
  local events, number = self.events, self.last + 1
  events[number] = event
  self.last, self.bytes = number, self.bytes + #event
  while self.bytes > self.limit and self.first < number do
    self.bytes = self.bytes - #events[self.first]
    events[self.first] = nil
    self.first = self.first + 1
  end
  return number
end

--- The events behind a number, as many as are in so many bytes, and at least
--- one where there is one. Nil when some of them are not kept any more.
---@param number integer
---@param most integer bytes
---@param most_events? integer
---@return string[]? events
function methods:after(number, most, most_events)
  if number + 1 < self.first then
    return nil
  end
  local list, bytes = {}, 0
  local last = math.min(self.last, number + (most_events or math.huge))
  for i = number + 1, last do
    local event = self.events[i]
    bytes = bytes + #event
    if bytes > most and #list > 0 then
      break
    end
    list[#list + 1] = event
  end
  return list
end

return buffer
