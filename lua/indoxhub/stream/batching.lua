--- All that has come of an answer as one string, for those who need no pieces.

local decoding = require "indoxhub.stream.decoding"
local fetching = require "indoxhub.stream.fetching"

local batching = {}

-- Pieces after which what has come is handed out, though there is more.
local MOST = 4096

-- Adds what the transfer recognised. Strings that it joined are the only one.
local function add_texts(self, found)
  local from, to = self._next, self._texts
  local texts = found.texts
  for i = from, to do
    texts[#texts + 1] = self._batch[i]
  end
  self._next = to + 1
  found.count = found.count + (self._joined or to - from + 1)
  found.kind = "text"
end

-- Adds the first piece of whole events.
local function add_piece(self, found)
  local piece, kind = self._pieces:take()
  found.texts[#found.texts + 1] = piece
  found.count, found.kind = found.count + 1, kind
end

-- Adds what is here as long as it is of one kind. False when something else
-- comes next.
local function gather(self, found)
  while true do
    local waits = self._pieces:kind()
      or self._next <= self._texts and "text" or nil
    if waits and found.kind and waits ~= found.kind then
      return false
    elseif self._pieces:kind() then
      add_piece(self, found)
    elseif waits then
      add_texts(self, found)
    elseif self._next <= self._last then
      local item = self._batch[self._next]
      self._next = self._next + 1
      decoding.hear(self, item)
    else
      return found.count < MOST
    end
  end
end

--- See stream:next_batch.
---@param self indoxhub.Stream
---@return string? text, integer|indoxhub.Error? count, indoxhub.PieceKind? kind
function batching.next(self)
  local found = { texts = {}, count = 0, kind = nil }
  while gather(self, found) and not self._ended do
    if not fetching.go_on(self, found.count == 0, true) then
      break
    end
  end
  if found.count == 0 then
    return nil, self._failure
  end
  local texts = found.texts
  return texts[2] and table.concat(texts) or texts[1], found.count, found.kind
end

return batching
