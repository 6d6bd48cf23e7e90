--- Pieces of an answer that wait to be handed out, in their order.

local pieces = {}

---@class indoxhub.Pieces
local pieces_methods = {}
local pieces_mt = { __index = pieces_methods }

---@param with_reasoning? boolean hand out reasoning, too
---@return indoxhub.Pieces
function pieces.new(with_reasoning)
  return setmetatable({ _list = {}, _last = 0, _given = 0,
    _with_reasoning = with_reasoning or false }, pieces_mt)
end

--- Adds pieces.
---@param told string[] kind and piece in turn
---@param count integer how many entries of it count
function pieces_methods:add(told, count)
  for i = 1, count, 2 do
    local kind = told[i]
    if kind ~= "reasoning" or self._with_reasoning then
      local last = self._last + 1
      self._list[last], self._last = { kind, told[i + 1] }, last
    end
  end
end

--- Takes out the first piece; nil when none is there.
---@return string? piece, indoxhub.PieceKind? kind
function pieces_methods:take()
  if self._given < self._last then
    local at = self._given + 1
    local item = self._list[at]
    self._list[at], self._given = nil, at
    return item[2], item[1]
  end
end

--- The kind of the first piece; nil when none is there.
---@return indoxhub.PieceKind?
function pieces_methods:kind()
  local item = self._list[self._given + 1]
  return item and item[1]
end

--- Drops them all.
function pieces_methods:clear()
  self._list, self._last, self._given = {}, 0, 0
end

return pieces
