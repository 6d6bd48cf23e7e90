--- Whose job an id is, and which upstream has it: it answers only the key that
--- made it.

local upstreams = require "indoxhub.gateway.upstreams"

local owners = {}

-- Seconds that a job is known.
local KEPT = 30 * 86400

local UNKNOWN = { status = 404, type = "invalid_request_error",
  code = "not_found", message = "there is no such job" }

local function place(id)
  return "indoxhub:job:" .. id
end

--- Keeps whose a job is. False when that is impossible.
---@param gateway table
---@param context table of the request that made it
---@param id string
---@return boolean
function owners.note(gateway, context, id)
  local value = context.key.id .. " " .. context.upstream.name
  if gateway.redis then
    return gateway.contact:call("SET", place(id), value, "EX", KEPT) ~= nil
  end
  return (gateway.dicts.keys:safe_set(place(id), value, KEPT)) == true
end

--- Whether a job is that of a request's key; the request is then one for its
--- upstream. Nil and a refusal, the same for jobs that are not there and those
--- of others.
---@param gateway table
---@param context table of the request
---@param id string
---@return true? ok, table? refusal
function owners.check(gateway, context, id)
  local owner
  if gateway.redis then
    local message
    owner, message = gateway.contact:call("GET", place(id))
    if owner == nil then
      return nil, { status = 503, type = "store_unavailable",
        message = "whose job this is cannot be looked up now", why = message }
    end
  else
    owner = gateway.dicts.keys:get(place(id))
  end
  local key, name = tostring(owner or ""):match("^(%x+) (.*)$")
  context.upstream = name and upstreams.find(gateway, name)
  if key ~= context.key.id or not context.upstream then
    return nil, UNKNOWN
  end
  return true
end

return owners
