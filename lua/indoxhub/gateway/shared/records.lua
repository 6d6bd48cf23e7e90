--- Keys of a gateway: what is known of one, and how Redis keeps it.
--
-- A key is 256 random bits. Redis holds it under its SHA-256, as the hash
-- indoxhub:key:DIGEST; indoxhub:keys leads from names to digests. The key
-- itself is shown once, when it is made, and kept nowhere.

local core = require "indoxhub.core"

local records = {}

--- From the name of a key to its digest.
records.INDEX = "indoxhub:keys"

-- What every key begins with, so that people and scanners know what it is.
local PREFIX = "ihg-"

-- Bytes of a key, and digits of its digest that make a name for it.
local BYTES, ID = 32, 16

--- Limits of a key, in the order in which they are told.
records.LIMITS = { "requests_per_minute", "tokens_per_minute", "cost_per_day",
  "cost_per_month", "calls_at_once" }

-- What else is a number.
local NUMBERS = { linger = true, created = true }
for _, name in ipairs(records.LIMITS) do
  NUMBERS[name] = true
end

---@class indoxhub.gateway.Key
---@field id string may be stored and shown: the beginning of its digest
---@field name string
---@field created? number seconds since 1970
---@field models? table<string, true> those that may be asked; nil: all
---@field requests_per_minute? number
---@field tokens_per_minute? number
---@field cost_per_day? number US dollars
---@field cost_per_month? number US dollars
---@field calls_at_once? number
---@field linger? number seconds that its streams go on without a reader
---@field is_visitor? boolean whether it stands for one who has no key

--- The digest of a key.
---@param token string
---@return string
function records.digest(token)
  return core.sha256(token)
end

--- Where Redis keeps what is known of a key.
---@param digest string
---@return string
function records.place(digest)
  return "indoxhub:key:" .. digest
end

--- Whether a text may be a key at all.
---@param text string
---@return boolean
function records.is_token(text)
  return #text >= 16 and #text <= 256 and not text:find("[^%w._~+/=-]")
end

--- A new key. Nil and why there is none.
---@return string? token, string? message
function records.new_token()
  local file, message = io.open("/dev/urandom", "rb")
  local bytes = file and file:read(BYTES)
  if file then
    file:close()
  end
  if not bytes or #bytes < BYTES then
    return nil, message or "/dev/urandom gave too little"
  end
  return PREFIX .. bytes:gsub(".", function(byte)
    return ("%02x"):format(byte:byte())
  end)
end

-- The models of a list, or of a text with commas, as a set. Nil when they name
-- none, which would leave a key unbounded that was to be bounded.
local function set_of(models)
  local set
  if type(models) == "table" then
    for name in pairs(models) do
      if type(name) ~= "number" then
        return nil
      end
    end
  end
  for _, text in ipairs(type(models) == "table" and models or { models }) do
    if type(text) ~= "string" then
      return nil
    end
    for name in text:gmatch("[^%s,]+") do
      set = set or {}
      set[name] = true
    end
  end
  return set
end

--- A key as it is used, of its fields. Nil and what is wrong with them.
---@param digest string
---@param fields table<string, any> values are texts or numbers, `models` a list
--- or a text with commas
---@return indoxhub.gateway.Key? key, string? wrong
function records.read(digest, fields)
  local key = { id = digest:sub(1, ID), name = fields.name }
  if type(key.name) ~= "string" or not key.name:find("^[%w][%w._@ -]*$")
    or #key.name > 64 then
    return nil, "name must be up to 64 letters, digits, blanks and . _ @ -"
  end
  for name in pairs(NUMBERS) do
    local value = fields[name]
    key[name] = tonumber(value)
    if value ~= nil and not (key[name] and key[name] >= 0
      and key[name] < math.huge) then
      return nil, name .. " must be a number that is not negative"
    end
  end
  if fields.models ~= nil then
    key.models = set_of(fields.models)
    if not key.models then
      return nil, "models must name one at least, as provider/model; without "
        .. "it all may be asked"
    end
  end
  return key
end

--- The fields of what HGETALL returns: a list of names and values.
---@param list string[]
---@return table<string, string>
function records.fields(list)
  local fields = {}
  for i = 1, #list, 2 do
    fields[list[i]] = list[i + 1]
  end
  return fields
end

return records
