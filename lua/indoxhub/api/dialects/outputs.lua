--- What came for which output of a Responses object, and how: its deltas are
-- live, and snapshots of a part, of an item and of the whole repeat them.
--
-- A snapshot counts at once only where nothing of its kind came for its output
-- before; what deltas left out is filled in at the end, from all items
-- together. Events that leave their number out could belong to any output.

local outputs = {}

-- An output that is not named.
local ANY = "any"

-- In place of a table to which nothing was written yet; nothing ever is to this
-- one.
local NOTHING = {}

---@class indoxhub.Outputs
---@field has_item boolean whether an item was told as a whole
---@field has_whole boolean whether the whole answer was, with its text
local outputs_methods = {}
local outputs_mt = { __index = outputs_methods }

---@return indoxhub.Outputs
function outputs.new()
  return setmetatable({ _how = {}, _parts = NOTHING, _items = NOTHING,
    has_item = false, has_whole = false }, outputs_mt)
end

local function parts_of(self, kind, output)
  local parts = self._parts[kind]
  return parts and parts[output or ANY] or NOTHING
end

local function add_part(self, kind, output, part)
  if self._parts == NOTHING then
    self._parts = {}
  end
  local parts = self._parts[kind] or {}
  self._parts[kind] = parts
  local list = parts[output or ANY] or {}
  parts[output or ANY] = list
  list[#list + 1] = part
end

-- Whether a part was told as a whole already. One without a number is known by
-- its text.
local function knows_part(self, kind, output, index, text)
  for _, part in ipairs(parts_of(self, kind, output)) do
    if index ~= nil and part.index == index
      or (index == nil or part.index == nil) and part.text == text then
      return true
    end
  end
  return false
end

-- How what there is of an output came: "delta", "part" or "item".
local function how_of(self, kind, output)
  local how = self._how[kind] or NOTHING
  return how[output or ANY] or how[ANY] or not output and next(how) and "other"
    or nil
end

-- Keeps how it came.
local function set_how(self, kind, output, as)
  local how = self._how[kind]
  if not how then
    how = {}
    self._how[kind] = how
  end
  how[output or ANY] = as
end

-- Whether what a delta belongs to was told as a whole, as an item: one without
-- a number may belong to any.
local function is_told(how, output)
  if output then
    return how[output] == "item"
  end
  for _, as in pairs(how) do
    if as ~= "item" then
      return false
    end
  end
  return next(how) ~= nil
end

--- Whether a delta counts: not when what it belongs to was told as a whole.
---@param kind "text"|"reasoning"|"refusal"
---@param output? integer
---@param index? integer of the part
---@return boolean
function outputs_methods:delta(kind, output, index)
  if is_told(self._how[kind] or NOTHING, output)
    or index and knows_part(self, kind, output, index) then
    return false
  end
  set_how(self, kind, output, "delta")
  return true
end

--- Whether the snapshot of a part counts.
---@param kind "text"|"reasoning"|"refusal"
---@param output? integer
---@param index? integer of the part
---@param text string
---@return boolean
function outputs_methods:part(kind, output, index, text)
  local how = how_of(self, kind, output)
  local known = knows_part(self, kind, output, index, text)
  add_part(self, kind, output, { index = index, text = text })
  if known or how and how ~= "part" then
    return false
  end
  set_how(self, kind, output, "part")
  return true
end

--- Whether the snapshot of an item counts.
---@param kind "text"|"reasoning"|"refusal"
---@param output? integer
---@return boolean
function outputs_methods:item(kind, output)
  local how = how_of(self, kind, output)
  if how == nil or how == "part" and output then
    set_how(self, kind, output, "item")
  end
  return how == nil
end

--- The texts of the parts of an output that were told as a whole, together.
---@param kind "text"|"reasoning"|"refusal"
---@param output? integer
---@return string
function outputs_methods:text_of_parts(kind, output)
  local texts, seen = {}, {}
  for _, part in ipairs(parts_of(self, kind, output)) do
    local key = part.index == nil and part.text or part.index
    if not seen[key] then
      seen[key] = true
      texts[#texts + 1] = part.text
    end
  end
  return table.concat(texts)
end

---------------------------------------------------------------------------
-- what items say

-- Whether two items are one. A key is the place in the output, or else the name
-- of the item; what has none, or another sort of key, is known by its text.
local function is_same(item, key, said)
  if type(item.key) ~= type(key) or key == nil then
    return item.text == said.text
  end
  return item.key == key
end

--- Keeps what an item says; one that is told again takes its place.
---@param key? integer|string
---@param said indoxhub.Said
---@return boolean is_told_again
function outputs_methods:keep(key, said)
  if self._items == NOTHING then
    self._items = {}
  end
  local items, at = self._items, nil
  for i, known in ipairs(items) do
    at = is_same(known, key, said) and i or at
  end
  said.key = key or at and items[at].key
  items[at or #items + 1] = said
  return at ~= nil
end

--- What the items say that were kept, in the order of their places.
---@return indoxhub.Said[]
function outputs_methods:in_order()
  local sorted = {}
  for i, item in ipairs(self._items) do
    if type(item.key) ~= "number" then
      return self._items
    end
    sorted[i] = item
  end
  table.sort(sorted, function(a, b) return a.key < b.key end)
  return sorted
end

return outputs
