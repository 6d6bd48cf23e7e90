-- Keys of a gateway, as specs put them into Redis or into its options.
local core = require "indoxhub.core"

local keys = {}

local made = 0

-- A key that nobody had before.
local function new_token()
  made = made + 1
  return ("ihg-%064d"):format(made)
end

--- Puts a key with these fields into Redis. Returns the key and its digest.
---@param redis table of spec/support/redis.lua
---@param fields? table<string, string|number>
function keys.add(redis, fields)
  local token = new_token()
  local digest = core.sha256(token)
  local words = { "HSET", "indoxhub:key:" .. digest, "name", "key" .. made }
  for name, value in pairs(fields or {}) do
    words[#words + 1] = name
    words[#words + 1] = tostring(value)
  end
  assert(tonumber(redis:cli(table.concat(words, " "))))
  return token, digest
end

--- The text of a key for the option `keys`. Returns the key and the text.
---@param more? string fields in the text of a Lua table
function keys.option(more)
  local token = new_token()
  return token, ('{ name = "key%d", sha256 = "%s", %s }'):format(made,
    core.sha256(token), more or "")
end

--- The name of a key that may be stored.
function keys.id(token)
  return core.sha256(token):sub(1, 16)
end

return keys
