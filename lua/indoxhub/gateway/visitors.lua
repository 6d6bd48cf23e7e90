--- Visitors: who asks without a key. Each is known by the address that nginx
--- sees, and has the same limits, of his own.
--
-- A visitor has no secret, so that a page of another site could have his
-- browser ask for it. Browsers tell where a request comes from; what comes from
-- elsewhere is refused. So is what is large, before it is read: limits count
-- what a request says, and anybody may send one.

local core = require "indoxhub.core"
local records = require "indoxhub.gateway.shared.records"
local spelling = require "indoxhub.base.spelling"

local ngx = rawget(_G, "ngx")

local visitors = {}

-- What visitors are called in the access log.
local NAME = "visitor"

-- Bytes of a request, unless more are allowed.
local BODY_BYTES = 1024 * 1024

local IS_LIMIT, KNOWN = {}, { models = true, linger = true, body_bytes = true }
for _, name in ipairs(records.LIMITS) do
  IS_LIMIT[name], KNOWN[name] = true, true
end

local FROM_ELSEWHERE = { status = 403, type = "invalid_request_error",
  code = "from_elsewhere",
  message = "a page of another site may not ask without a key" }

-- What an IPv4 address is called where nginx listens on IPv6.
local MAPPED = ("\0"):rep(10) .. "\255\255"

--- The part of a binary address that is one visitor's: whoever has IPv6 has at
--- least a network of 64 bits, with as many addresses as he likes.
---@param address string
---@return string
function visitors.place(address)
  if #address ~= 16 then
    return address
  elseif address:sub(1, #MAPPED) == MAPPED then
    return address:sub(#MAPPED + 1)
  end
  return address:sub(1, 8)
end

local function key_of(address, fields)
  return records.read(core.sha256("visitor " .. visitors.place(address)),
    fields)
end

--- What visitors may do, of the option. Raises what is wrong with it.
---@param given? indoxhub.GatewayVisitors
---@return table? fields as in shared/records.lua
function visitors.of_options(given)
  if not given then
    return nil
  end
  local fields, has_limit = { name = NAME }, false
  for name, value in pairs(given) do
    if not KNOWN[name] then
      error("visitors: " .. spelling.unknown(name, KNOWN), 0)
    end
    fields[name] = value
    has_limit = has_limit or IS_LIMIT[name] == true
  end
  local bytes = fields.body_bytes or BODY_BYTES
  if type(bytes) ~= "number" or not (bytes >= 0 and bytes < math.huge) then
    error("visitors.body_bytes must be a number that is not negative", 0)
  end
  fields.body_bytes = bytes
  local _, wrong = key_of("", fields)
  if wrong then
    error("visitors." .. wrong, 0)
  elseif not has_limit then
    error("visitors must have a limit, such as requests_per_minute = 20", 0)
  end
  return fields
end

-- Whether a browser says that a page of another site asks. All tell the
-- origin of what could do harm, but not all of them, nor to all addresses, how
-- it stands to ours.
local function is_from_elsewhere()
  local headers = ngx.req.get_headers(100)
  local site, origin = headers["sec-fetch-site"], headers.origin
  if site then
    return site ~= "same-origin" and site ~= "none"
  end
  return origin ~= nil and (type(origin) ~= "string"
    or origin:lower():match("^https?://(.+)$")
      ~= (ngx.var.http_host or ""):lower())
end

-- Whether a body has more bytes than it may, or nobody says how many.
local function is_too_large(most)
  local length = tonumber(ngx.var.content_length)
  return not length or length > most
end

--- The visitor that asks, as a key. Nil and a refusal.
---@param gateway table
---@param has_body boolean whether there is a body to be read
---@return indoxhub.gateway.Key? key, table? refusal
function visitors.find(gateway, has_body)
  if is_from_elsewhere() then
    return nil, FROM_ELSEWHERE
  end
  local most = gateway.visitors.body_bytes
  if has_body and is_too_large(most) then
    return nil, { status = 413, type = "invalid_request_error",
      message = ("a visitor's request must say how many bytes it has, %d at "
        .. "most"):format(most) }
  end
  local key = key_of(ngx.var.binary_remote_addr, gateway.visitors)
  key.is_visitor = true
  return key
end

return visitors
