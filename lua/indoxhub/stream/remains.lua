--- What has come of a stream that nobody reads on: it is heard for what it
--- tells was used, as it is paid for all the same.

local transfers = require "indoxhub.call.transfer"

local remains = {}

-- Events taken from the transfer at a time. No more comes meanwhile.
local BATCH = 256

-- Hears the whole events of a batch. Returns whether they told of an end.
local function hear(decoder, batch, first, last)
  for i = first, last do
    local item = batch[i]
    if type(item) == "table" then
      decoder:take(item.event, item.data)
    end
    if decoder.finished or decoder.reading.failure then
      return true
    end
  end
  return false
end

--- Hears the rest of what has come.
---@param self indoxhub.Stream
function remains.hear(self)
  local transfer, decoder = self._transfer, self._decoder
  local form = self._form or transfers.look_at_form(transfer, self._answer)
  if form ~= "events" then
    return
  end
  local first, last = self._next, self._last
  while not hear(decoder, self._batch, first, last) do
    local count = transfer:take(self._batch, BATCH, false)
    if not count or count == 0 then
      return
    end
    first, last = 1, count
  end
end

return remains
