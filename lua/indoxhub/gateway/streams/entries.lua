--- Events as stores hold them: some in a row are one entry, called after the
--- last of them. A reader in the midst of an entry takes the rest of it, and a
--- gap shows, as the number of events tells where an entry begins.

local entries = {}

-- Bytes and events of an entry; so much is one command for Redis.
local MOST_BYTES, MOST_EVENTS = 32 * 1024, 256

---@class indoxhub.gateway.Entry
---@field last integer number of its last event
---@field events string[]

--- The entries behind a number, as many as are in so many bytes, and at least
--- one where there is something.
---@param buffer indoxhub.gateway.Buffer
---@param number integer
---@param most integer bytes
---@return indoxhub.gateway.Entry[] list, integer bytes
function entries.cut(buffer, number, most)
  local list, bytes = {}, 0
  number = math.max(number, buffer.first - 1)
  while number < buffer.last and (bytes < most or #list == 0) do
    local events = buffer:after(number, MOST_BYTES, MOST_EVENTS)
    for _, event in ipairs(events) do
      bytes = bytes + #event
    end
    number = number + #events
    list[#list + 1] = { last = number, events = events }
  end
  return list, bytes
end

--- What a reader has not got yet of an entry. Nil when there is a gap before
--- it.
---@param entry indoxhub.gateway.Entry
---@param number integer of the last event that the reader has got
---@return string[]? events
function entries.rest(entry, number)
  local first = entry.last - #entry.events + 1
  if first > number + 1 then
    return nil
  elseif first == number + 1 then
    return entry.events
  end
  local list = {}
  for i = number - first + 2, #entry.events do
    list[#list + 1] = entry.events[i]
  end
  return list
end

return entries
