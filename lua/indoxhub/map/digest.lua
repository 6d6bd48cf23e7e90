--- What an item is known by in the file of `indoxhub.map`: the digest of its
--- JSON with sorted keys. So it does not matter where in the list it stands,
--- nor in which order Lua has its fields.

local core = require "indoxhub.core"
local json = require "indoxhub.base.json"
local loop = require "indoxhub.loop"

local digest = {}

-- Items after which others may go on for a moment.
local SOME = 256

local ARRAY = getmetatable(json.array())

local canonical

local function canonical_list(value)
  local parts = {}
  for i = 1, #value do
    parts[i] = canonical(value[i])
  end
  return "[" .. table.concat(parts, ",") .. "]"
end

local function canonical_object(value)
  local names, parts = {}, {}
  for name in pairs(value) do
    names[#names + 1] = name
  end
  table.sort(names)
  for i, name in ipairs(names) do
    parts[i] = json.encode(name) .. ":" .. canonical(value[name])
  end
  return "{" .. table.concat(parts, ",") .. "}"
end

-- The JSON of what `json.encode` takes.
function canonical(value)
  if type(value) ~= "table" then
    return json.encode(value)
  elseif value[1] ~= nil or next(value) == nil
    and getmetatable(value) == ARRAY then
    return canonical_list(value)
  end
  return canonical_object(value)
end

--- The digest of a value, as hexadecimal digits; nil and what JSON has against
--- it.
---@param value any
---@return string? hex, string? message
function digest.of(value)
  local ok, text = pcall(json.encode, value)
  if not ok then
    return nil, text
  end
  return core.sha256(type(value) == "table" and canonical(value) or text)
end

--- Those of all items; nil and what is wrong with one of them.
---@param items any[]
---@return string[]? keys, string? message
function digest.of_all(items)
  local keys = {}
  for i = 1, #items do
    local key, why = digest.of(items[i])
    if not key then
      return nil, ("item %d cannot be known again by the file of resume: %s")
        :format(i, why)
    end
    keys[i] = key
    if i % SOME == 0 then
      loop.let_others()
    end
  end
  return keys
end

return digest
