--- Whose key a request has.
--
-- What is known of a key is kept for `key_cache` seconds in the memory of the
-- machine; that is also how long a revoked key may go on. While Redis is away
-- and `on_store_failure` lets known keys pass, what was kept counts longer.
-- Only an answer of Redis says that a key is unknown.

local json = require "indoxhub.base.json"
local records = require "indoxhub.gateway.shared.records"
local spelling = require "indoxhub.base.spelling"

local ngx = rawget(_G, "ngx")

local keys = {}

-- Seconds that a key is kept for the case that Redis is away.
local KEPT = 86400

-- Fields of a key of the options.
local KNOWN = { name = true, sha256 = true, models = true, linger = true }
for _, name in ipairs(records.LIMITS) do
  KNOWN[name] = true
end

-- What is wrong with the names of the fields of a key: a limit that is
-- misspelt would bound nothing.
local function unknown_of(fields)
  for name in pairs(fields) do
    if not KNOWN[name] then
      return spelling.unknown(name, KNOWN)
    end
  end
end

-- Keys of the options: by digest.
---@param list? table[] each with `sha256` and fields as in shared/records.lua
---@return table<string, indoxhub.gateway.Key>
function keys.of_options(list)
  local found = {}
  for i, fields in ipairs(list or {}) do
    local digest = type(fields) == "table" and fields.sha256
    local unknown = type(fields) == "table" and unknown_of(fields)
    if unknown then
      error(("keys[%d]: %s"):format(i, unknown), 0)
    elseif type(digest) ~= "string" or not digest:find("^%x+$")
      or #digest ~= 64 then
      error(("keys[%d].sha256 must be the SHA-256 of a key, 64 hexadecimal "
        .. "digits"):format(i), 0)
    end
    local key, wrong = records.read(digest:lower(), fields)
    if not key then
      error(("keys[%d].%s"):format(i, wrong), 0)
    elseif found[digest:lower()] then
      error(("keys[%d].sha256 is that of another key"):format(i), 0)
    end
    found[digest:lower()] = key
  end
  return found
end

local function cached(gateway, digest)
  local text = gateway.dicts.keys:get(digest)
  return text and json.decode(text)
end

local function remember(gateway, digest, fields)
  -- What has no room is asked for again.
  gateway.dicts.keys:set(digest, json.encode { fields = fields,
    at = ngx.now() }, KEPT)
end

-- A key as it is used. Nil and a refusal when Redis holds something else.
local function usable(gateway, digest, fields)
  local key, wrong = records.read(digest, fields)
  if not key then
    gateway.report(("what Redis holds of the key %s cannot be used: %s"):format(
      digest:sub(1, 16), wrong))
    return nil, { status = 500, type = "server_error",
      message = "what is known of this API key cannot be used" }
  end
  return key
end

--- The key that a text is. Nil and a refusal.
---@param gateway table
---@param token string
---@return indoxhub.gateway.Key? key, table? refusal
function keys.find(gateway, token)
  local unknown = { status = 401, type = "invalid_request_error",
    code = "invalid_api_key", message = "this API key is not known here" }
  if not records.is_token(token) then
    return nil, unknown
  end
  local digest = records.digest(token)
  local fixed = gateway.keys[digest]
  if fixed or not gateway.redis then
    return fixed, unknown
  end
  local known = cached(gateway, digest)
  local options = gateway.options
  if known and ngx.now() - known.at < options.key_cache then
    return usable(gateway, digest, known.fields)
  end
  local list = gateway.contact:call("HGETALL", records.place(digest))
  if list == nil and known and options.on_store_failure ~= "closed" then
    return usable(gateway, digest, known.fields)
  elseif list == nil then
    return nil, { status = 503, type = "store_unavailable",
      headers = { ["Retry-After"] = 1 },
      message = "API keys cannot be looked up now" }
  elseif #list == 0 then
    gateway.dicts.keys:delete(digest)
    return nil, unknown
  end
  local fields = records.fields(list)
  remember(gateway, digest, fields)
  return usable(gateway, digest, fields)
end

return keys
