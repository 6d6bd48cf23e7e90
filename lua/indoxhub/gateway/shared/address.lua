--- Where a Redis is: what REDIS_URL and `--redis` say.
--
-- redis://[[user]:password@]host[:port][/database], the same with unix: and the
-- path of a socket (unix:///run/redis.sock?db=2), or just HOST:PORT.

local address = {}

local DEFAULT_PORT = 6379

---@class indoxhub.gateway.Address
---@field host? string
---@field port? integer
---@field path? string of a unix socket
---@field user? string
---@field password? string
---@field database integer

local function decode(text)
  return (text:gsub("%%(%x%x)", function(digits)
    return string.char(tonumber(digits, 16))
  end))
end

-- What stands before the "@" of an address, and what is behind it.
local function split_secret(text)
  local secret, rest = text:match("^(.*)@(.*)$")
  if not secret then
    return {}, text
  end
  local user, password = secret:match("^(.-):(.*)$")
  if not user then
    user, password = "", secret
  end
  return { user = user ~= "" and decode(user) or nil,
    password = decode(password) }, rest
end

local function database(text)
  if text == nil or text == "" then
    return 0
  end
  return text:match("^%d+$") and tonumber(text) or nil
end

local function of_socket(text)
  local made, rest = split_secret(text)
  local path, query = rest:match("^([^?]*)%??(.*)$")
  made.path = decode(path)
  made.database = database(query:match("^db=(.*)$") or query)
  if made.path:sub(1, 1) ~= "/" then
    return nil, "names no path of a socket, such as unix:///run/redis.sock"
  end
  return made
end

local function of_host(text)
  local made, rest = split_secret(text)
  local where, name = rest:match("^([^/]*)/?(.*)$")
  local host, port = where:match("^(%[[%x:.]+%])(.*)$")
  if not host then
    host, port = where:match("^([^:]*)(.*)$")
  end
  made.host = host ~= "" and host or nil
  made.port = port == "" and DEFAULT_PORT or tonumber(port:match("^:(%d+)$"))
  made.database = database(name)
  if not made.host or host:find("[%s%c]") then
    return nil, "names no host, such as 127.0.0.1:6379"
  elseif not made.port or made.port < 1 or made.port > 65535 then
    return nil, "has a port that is no number from 1 to 65535"
  end
  return made
end

--- Reads an address. Nil and what is wrong with it, without what it says, as it
--- may hold a password.
---@param text string
---@return indoxhub.gateway.Address? address, string? wrong
function address.read(text)
  local scheme, rest = text:match("^(%a[%w+.-]*):(//.*)$")
  if not scheme and text:find("^unix:/") then
    scheme, rest = "unix", "//" .. text:sub(6)
  end
  rest = (rest or "//" .. text):sub(3)
  local made, wrong
  if scheme == "rediss" then
    return nil, "asks for TLS to Redis, which is not offered; use a network "
      .. "of your own, or a tunnel"
  elseif scheme == "unix" or scheme == "redis+socket" then
    made, wrong = of_socket(rest)
  elseif scheme == nil or scheme == "redis" then
    made, wrong = of_host(rest)
  else
    return nil, "begins with neither redis:// nor unix://"
  end
  if made and not made.database then
    return nil, "names a database that is no number"
  end
  return made, wrong
end

--- An address as logs may show it.
---@param made indoxhub.gateway.Address
---@return string
function address.show(made)
  local where = made.path and "unix:" .. made.path
    or ("%s:%d"):format(made.host, made.port)
  return made.database > 0 and ("%s/%d"):format(where, made.database) or where
end

return address
