--- API keys of an account. Only the reply that makes one shows it whole.

local json = require "indoxhub.base.json"
local refusals = require "indoxhub.sandbox.refusals"
local replies = require "indoxhub.sandbox.replies"
local states = require "indoxhub.sandbox.state"

local keys = {}

local SECONDS_PER_DAY = 86400
local RANDOM_LETTERS = 32
-- How much of a key a list shows: "indox-" and four letters.
local SHOWN = 10

local function stamp_or_null(seconds)
  return seconds and states.stamp(seconds) or json.null
end

local function describe(key, text)
  return { id = key.id, api_key = text, name = key.name,
    is_active = key.is_active, created_at = states.stamp(key.made),
    expires_at = stamp_or_null(key.expires),
    last_used_at = stamp_or_null(key.last_used) }
end

local function masked(key)
  return key.text:sub(1, SHOWN) .. ("*"):rep(#key.text - SHOWN)
end

--- POST /user/api-keys
function keys.create(state, request)
  local days = request.fields.expiration_time
  state.key_count = state.key_count + 1
  local key = { id = state.key_count,
    text = "indox-" .. states.random(RANDOM_LETTERS),
    name = request.fields.name or "API Key", is_active = true,
    made = os.time(), account = request.account }
  key.expires = days and key.made + days * SECONDS_PER_DAY
  state.keys[key.text] = key
  table.insert(request.account.keys, 1, key)
  replies.json(request, describe(key, key.text))
end

--- GET /user/api-keys: the newest first.
function keys.list(_, request)
  local list = json.array()
  for i, key in ipairs(request.account.keys) do
    list[i] = describe(key, masked(key))
  end
  replies.json(request, { keys = list })
end

-- The key that a path names and its position; nil when the account has none of
-- that number, and the refusal sent.
local function key_of(state, request)
  for i, key in ipairs(request.account.keys) do
    if key.id == request.arguments.api_key_id then
      return key, i
    end
  end
  refusals.refuse(state, request, 404, "API key not found or already deleted")
end

--- DELETE /user/api-keys/{api_key_id}
function keys.delete(state, request)
  local key, at = key_of(state, request)
  if key then
    key.deleted = true
    table.remove(request.account.keys, at)
    replies.json(request, { success = true })
  end
end

local function switch(is_active)
  return function(state, request)
    local key = key_of(state, request)
    if key then
      key.is_active = is_active
      replies.json(request, { success = true })
    end
  end
end

--- POST /user/api-keys/{api_key_id}/revoke
keys.revoke = switch(false)

--- POST /user/api-keys/{api_key_id}/enable
keys.enable = switch(true)

return keys
