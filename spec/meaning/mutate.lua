-- Damage that keeps JSON valid, and damage that does not.
local source = require "spec.meaning.source"

local mutate = {}

-- Each place of a tree that can be changed: the list it stands in, its number
-- there, and whether it is a member of an object.
local function add_slots(node, slots)
  for i, member in ipairs(node.members or {}) do
    slots[#slots + 1] = { list = node.members, at = i, is_member = true }
    add_slots(member[2], slots)
  end
  for i, item in ipairs(node.items or {}) do
    slots[#slots + 1] = { list = node.items, at = i }
    add_slots(item, slots)
  end
end

local function copy(node)
  local new = { source = node.source }
  if node.members then
    new.members = {}
    for i, member in ipairs(node.members) do
      new.members[i] = { member[1], copy(member[2]) }
    end
  elseif node.items then
    new.items = {}
    for i, item in ipairs(node.items) do
      new.items[i] = copy(item)
    end
  end
  return new
end

mutate.copy = copy

local object, list, text = source.object, source.list, source.text

-- What a value becomes when a server writes it as another type. A number stays
-- the same number, for another one would mean another thing.
local function retyped(node, r)
  local first = node.items and node.items[1]
    or node.members and node.members[1] and node.members[1][2]
  local dice = r:int(8)
  if dice == 1 then
    return r:chance(50) and source.yes or source.no
  elseif dice == 2 then
    return list { node }
  elseif dice == 3 then
    return object { { "text", node } }
  elseif dice == 4 then
    return object { { "value", node } }
  elseif dice == 5 then
    return list { object { { "type", text "text" }, { "text", node } } }
  elseif first then
    return first
  elseif node.source and node.source:find "^%-?%d" then
    return text(node.source)
  end
  return node.items and object {} or node.members and list {}
    or source.number(r:int(9))
end

local ways = {}

function ways.rename(slot)
  if slot.is_member then
    local member = slot.list[slot.at]
    slot.list[slot.at] = { member[1] .. "x", member[2] }
  end
end

local function set(slot, node)
  if slot.is_member then
    slot.list[slot.at] = { slot.list[slot.at][1], node }
  else
    slot.list[slot.at] = node
  end
end

local function get(slot)
  return slot.is_member and slot.list[slot.at][2] or slot.list[slot.at]
end

function ways.null(slot)
  set(slot, source.null)
end

function ways.retype(slot, r)
  set(slot, retyped(get(slot), r))
end

function ways.double(slot)
  local node = copy(get(slot))
  table.insert(slot.list, slot.at + 1,
    slot.is_member and { slot.list[slot.at][1], node } or node)
end

function ways.drop(slot)
  table.remove(slot.list, slot.at)
end

local WAYS = { "rename", "null", "retype", "retype", "double", "drop" }

--- Changes a tree at one place.
function mutate.tree(node, r)
  local slots = {}
  add_slots(node, slots)
  if slots[1] then
    ways[r:pick(WAYS)](r:pick(slots), r)
  end
end

--- Changes a list of events: order, number, or one of them.
function mutate.events(events, r)
  local at, dice = r:int(#events), r:int(12)
  if dice == 1 then
    local other = r:int(#events)
    events[at], events[other] = events[other], events[at]
  elseif dice == 2 then
    table.insert(events, r:int(#events), { name = events[at].name,
      data = events[at].data })
  elseif dice == 3 and #events > 1 then
    table.remove(events, at)
  elseif type(events[at].data) == "table" then
    local node = copy(events[at].data)
    mutate.tree(node, r)
    events[at] = { name = events[at].name, data = node }
  end
end

local BYTES = { '"', "\\", "{", "}", "[", "]", ",", ":", "0", "x", "\255",
  "\\u", "\\ud800" }

--- Changes a JSON text at one byte.
function mutate.bytes(json, r)
  local at, dice = r:int(#json), r:int(3)
  local before, rest = json:sub(1, at - 1), json:sub(at)
  if dice == 1 then
    return before .. rest:sub(2)
  elseif dice == 2 then
    return before .. r:pick(BYTES) .. rest
  end
  return before .. r:pick(BYTES) .. rest:sub(2)
end

return mutate
