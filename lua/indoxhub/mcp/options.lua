--- Checks what indoxhub.mcp is given.

local address = require "indoxhub.base.address"
local host = require "indoxhub.loop.host"
local options_of = require "indoxhub.api.params.options"

local options = {}

-- Types of api/params/options.lua.
local BOTH = { timeout = "seconds", allow = "any", prefix = "string",
  on_progress = "callback", log = "callback", max_response_bytes = "bytes" }

local HTTP = options_of.merge(BOTH, { url = "line", headers = "headers",
  ca_file = "line", proxy = "line" })

local STDIO = options_of.merge(BOTH, { command = "any", cwd = "line",
  env = "any" })

local ALL = options_of.merge(HTTP, STDIO)

-- What they are called elsewhere.
local ALIASES = { args = "command", cmd = "command", environment = "env",
  dir = "cwd", directory = "cwd", endpoint = "url", base_url = "url",
  tools = "allow", allowed_tools = "allow", name = "prefix",
  request_timeout = "timeout", api_key = "headers" }

-- Names of tools are sent to servers that refuse other letters.
local LONGEST_PREFIX = 32

local function check_prefix(prefix)
  if prefix and (#prefix > LONGEST_PREFIX or not prefix:find "^[%w_-]+$") then
    return ("option prefix must be letters, digits, _ and -, %d at most")
      :format(LONGEST_PREFIX)
  end
end

-- What is wrong with a list of texts.
local function check_list(name, list, what)
  local wrong = ("option %s must be a list of %s"):format(name, what)
  if type(list) ~= "table" then
    return wrong .. ", not a " .. type(list)
  end
  local count = 0
  for key, value in pairs(list) do
    count = count + 1
    if type(key) ~= "number" or type(value) ~= "string" then
      return wrong
    elseif value:find "%z" then
      return ("option %s must not contain NUL bytes"):format(name)
    end
  end
  return count ~= #list and wrong or nil
end

-- Values are not shown: keys of servers stand here.
local function check_env(env)
  if type(env) ~= "table" then
    return "option env must be a table of names and values, not a " .. type(env)
  end
  for name, value in pairs(env) do
    if type(name) ~= "string" or not name:find "^[^=%z]+$" then
      return "option env has a name that is none; write { NAME = \"value\" }"
    elseif type(value) ~= "string" or value:find "%z" then
      return ("option env.%s must be a string without NUL bytes"):format(name)
    end
  end
end

local function check_command(command)
  if host() == "nginx" then
    return "command does not work in nginx, where no worker may start " ..
      "programs; have the server listen on HTTP, and give its url"
  end
  local wrong = check_list("command", command, "the program and its arguments, "
    .. "such as { \"npx\", \"-y\", \"the-server\" }")
  if wrong then
    return wrong
  elseif not command[1] or command[1] == "" then
    return "option command must begin with the name of a program"
  end
end

local function check_url(url)
  local scheme, rest = url:match "^(%a[%w+.-]*)://(.*)$"
  scheme = (scheme or ""):lower()
  if scheme ~= "http" and scheme ~= "https" then
    return "option url must begin with https:// or http://"
  elseif url:find "[%s%c]" or url:find("#", 1, true) then
    return "option url must not contain blanks or #"
  elseif rest:match("^[^/?]*"):find("@", 1, true) then
    return "option url must not contain a user name or password: use headers"
  elseif not address.origin(url) or rest:find "^[/?:]" or rest == "" then
    return "option url must name a host"
  end
end

-- What is only for the other way of reaching a server.
local function check_way(given)
  if given.url ~= nil and given.command ~= nil then
    return "url and command are two servers: give one"
  elseif given.url == nil and given.command == nil then
    return "give the url of a server, or the command that starts one"
  end
  local known, way = HTTP, "url"
  if given.command ~= nil then
    known, way = STDIO, "command"
  end
  for name in pairs(given) do
    if not known[name] then
      return ("option %s does not go with %s"):format(name, way)
    end
  end
end

--- What is wrong with some options; nil when they are fine.
---@param given any
---@return string?
function options.check(given)
  if type(given) ~= "table" then
    return "expects a table with the url or the command of a server, not a "
      .. type(given)
  end
  return options_of.check(given, ALL, ALIASES) or check_way(given)
    or given.url and check_url(given.url)
    or given.command ~= nil and check_command(given.command)
    or given.env ~= nil and check_env(given.env)
    or given.allow ~= nil and check_list("allow", given.allow,
      "names of tools")
    or check_prefix(given.prefix) or nil
end

return options
