--- Where a call goes: base URL, path and query.

local number = require "indoxhub.base.number"

local address = {}

--- Percent-encodes one path segment or one query part.
---@param text string
---@return string
function address.encode(text)
  return (text:gsub("[^%w%-%._~]", function(c)
    return ("%%%02X"):format(c:byte())
  end))
end

--- "?a=1&b=2" in the order of the names; "" for an empty table.
---@param query? table<string, string|number|boolean>
---@return string
function address.query(query)
  local parts = {}
  for name, value in pairs(query or {}) do
    local is_finite = type(value) == "number" and value - value == 0
    if is_finite or type(value) == "cdata" then
      value = number.text(value)
    end
    parts[#parts + 1] = address.encode(name) .. "="
      .. address.encode(tostring(value))
  end
  table.sort(parts)
  return parts[1] and "?" .. table.concat(parts, "&") or ""
end

local DEFAULT_PORTS = { https = 443, http = 80 }

-- Scheme, host in lower case and port of an absolute URL, and what follows;
-- nil when it is none.
local function split(url)
  local scheme, authority, rest = url:match("^(%a[%w+.-]*)://([^/?#]*)(.*)$")
  if not scheme then
    return nil
  end
  scheme, authority = scheme:lower(), authority:lower()
  local host, port = authority:match("^(.-):(%d*)$")
  if not host or host:find("^%[") and not host:find("%]$") then
    host, port = authority, nil
  end
  return scheme, host, tonumber(port) or DEFAULT_PORTS[scheme], rest
end

--- Scheme, host and port of an absolute URL, so that equal ones are equal.
---@param url string
---@return string? origin
function address.origin(url)
  local scheme, host, port = split(url)
  return scheme and ("%s://%s:%s"):format(scheme, host, tostring(port))
end

-- "/a/../b/./c" is "/b/c".
local function without_dots(path)
  local kept = {}
  for slash, segment in path:gmatch("(/)([^/]*)") do
    if segment == ".." then
      table.remove(kept)
    elseif segment ~= "." then
      kept[#kept + 1] = slash .. segment
    end
  end
  local ends_in_dots = path:find("/%.%.?$")
  return table.concat(kept) .. ((ends_in_dots or not kept[1]) and "/" or "")
end

--- Where a redirect leads: a location as seen from the URL that gave it,
--- without a fragment. Nil when it cannot be told.
---@param url string absolute
---@param location string
---@return string?
function address.resolve(url, location)
  location = location:gsub("#.*$", "")
  local scheme, authority, path = url:match("^(%a[%w+.-]*:)(//[^/?#]*)([^?#]*)")
  if not scheme or location:find("[%s%c]") then
    return nil
  elseif location:find("^%a[%w+.-]*:") then
    return split(location) and location
  elseif location:find("^//") then
    return scheme .. location
  elseif location == "" or location:find("^%?") then
    return scheme .. authority .. path .. location
  end
  local to, query = location:match("^([^?]*)(.*)$")
  if not to:find("^/") then
    to = (path:match("^.*/") or "/") .. to
  end
  return scheme .. authority .. without_dots(to) .. query
end

--- What may be shown of a URL: its query may be what gives access, and its user
--- name does.
---@param url string
---@return string
function address.shown(url)
  return (url:gsub("[?#].*$", ""):gsub("^([^/]*//)[^/]*@", "%1"))
end

local function is_loopback(host)
  return host == "localhost" or host == "[::1]"
    or host:find("^127%.[%d%.]+$") ~= nil or host:find("%.localhost$") ~= nil
end

-- The URL that was asked about last: calls go where the one before went.
local asked, was_local

--- Whether a URL leads to this machine itself.
---@param url string absolute
---@return boolean
function address.is_local(url)
  if url ~= asked then
    local _, host = split(url)
    asked, was_local = url, host ~= nil and is_loopback(host)
  end
  return was_local
end

---@class indoxhub.Base
---@field url string without a slash at the end
---@field origin string scheme, host and port
---@field host string
---@field secure boolean whether a key may be sent: https, or this machine
---@field plain boolean http
---@field compatible boolean an OpenAI-compatible base, which ends in /v1
---@field hosted boolean the vendor's own service

--- Reads a base URL. A host alone gets the API's path.
---@param text string
---@return indoxhub.Base? base, string? message
function address.base(text)
  local scheme, rest = text:match("^(%a[%w+.-]*)://(.*)$")
  scheme = (scheme or ""):lower()
  if scheme ~= "https" and scheme ~= "http" then
    return nil, "must begin with https:// or http://, as "
      .. "https://example.com does"
  elseif text:find("[%s%c]") then
    return nil, "must not contain blanks or control characters"
  elseif text:find("[?#]") then
    return nil, "must not contain a query or a fragment"
  end
  local authority, path = rest:match("^([^/]*)(.-)/*$")
  if authority:find("@", 1, true) then
    return nil, "must not contain a user name or password"
  end
  local host = authority:match("^(%[%x*:[%x:%.]*%])$")
    or authority:match("^(%[%x*:[%x:%.]*%]):%d+$")
    or authority:match("^([^:%[%]]+)$") or authority:match("^([^:%[%]]+):%d+$")
  local port = tonumber(authority:match(":(%d+)$") or 443)
  if not host or port < 1 or port > 65535 then
    return nil, "must name a host, and a port from 1 to 65535 at most"
  end
  host = host:lower()
  if path == "" then
    path = "/api/v1"
  end
  local url = scheme .. "://" .. authority:lower() .. path
  return {
    url = url, origin = address.origin(url), host = host,
    secure = scheme == "https" or is_loopback(host),
    plain = scheme == "http",
    compatible = path:find("/v1$") ~= nil and not path:find("/api/v1$"),
    hosted = host == "indoxhub.com" or host:find("%.indoxhub%.com$") ~= nil,
  }
end

--- A path of the endpoint table with its arguments filled in.
---@param path string `{name}` stands for an argument
---@param arguments table<string, string>
---@return string
function address.fill(path, arguments)
  return (path:gsub("{(.-)}", function(name)
    return address.encode(arguments[name])
  end))
end

--- A path with its slash decided. The vendor's service wants every path to end
--- in one; elsewhere paths are as documented.
---@param base indoxhub.Base
---@param path string
---@param slash "auto"|"on"|"off"
---@return string
function address.path(base, path, slash)
  if slash == "auto" then
    slash = base.hosted and "on"
  end
  if slash == "on" and not path:find("/$") then
    path = path .. "/"
  elseif slash == "off" then
    path = path:gsub("/+$", "")
  end
  return path
end

return address
