--- What an item is known by in the file of `indoxhub.map`: the digest of its
--- JSON with sorted fields. So it does not matter where in the list it stands,
--- nor in which order Lua has them.

local core = require "indoxhub.core"
local json = require "indoxhub.base.json"
local loop = require "indoxhub.loop"
local sorted_json = require "indoxhub.base.sorted_json"

local digest = {}

-- Items after which others may go on for a moment.
local SOME = 256

-- A copy that is nothing but data: a metatable may mean that a table is
-- written in another way.
local function plain(value)
  if type(value) ~= "table" then
    return value
  end
  local copy = {}
  for name, item in pairs(value) do
    copy[name] = plain(item)
  end
  return sorted_json.is_list(value) and json.array(copy) or copy
end

-- Encodes it twice, as what contains itself cannot be copied.
local function text_of(value)
  local text = json.encode(value)
  return type(value) == "table" and sorted_json.encode(plain(value)) or text
end

--- The digests of all items; nil and what JSON has against one of them.
---@param items any[]
---@return string[]? keys, string? message
function digest.of_all(items)
  local keys = {}
  for i = 1, #items do
    local ok, text = pcall(text_of, items[i])
    if not ok then
      return nil, ("item %d cannot be known again by the file of resume: %s")
        :format(i, text)
    end
    keys[i] = core.sha256(text)
    if i % SOME == 0 then
      loop.let_others()
    end
  end
  return keys
end

return digest
