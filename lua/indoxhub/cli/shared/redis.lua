--- Redis as commands ask it: with lua-redis, on sockets that block.

local address = require "indoxhub.gateway.shared.address"
local errors = require "indoxhub.base.errors"
local packages = require "indoxhub.base.packages"

local redis = {}

-- Seconds.
local TIMEOUT = 5

local function load()
  local ok, module = pcall(require, "redis")
  if not ok then
    packages.add_older_folders()
    ok, module = pcall(require, "redis")
  end
  return ok and module or nil
end

-- What Redis, or the system, says, without the place in the code.
local function reason(raised)
  return (tostring(raised):gsub("^.-:%d+: ", ""):gsub("^redis error: ", ""))
end

-- Where Redis is: what an option says, or the environment.
local function place(given)
  local text, from = given, "--redis"
  if not text then
    text, from = os.getenv "REDIS_URL", "the variable REDIS_URL"
  end
  if not text or text == "" then
    return nil, "say where Redis is: --redis HOST:PORT, or REDIS_URL"
  elseif given and given:find("@", 1, true) then
    return nil, "--redis takes no password, as every user of this machine can "
      .. "read it there; put the whole address into REDIS_URL"
  end
  local made, wrong = address.read(text)
  return made, wrong and ("%s %s"):format(from, wrong)
end

local function open(module, where)
  local client = module.connect { scheme = where.path and "unix" or nil,
    path = where.path, host = where.host and where.host:gsub("[%[%]]", ""),
    port = where.port, timeout = TIMEOUT }
  if where.password and where.user then
    client:auth(where.user, where.password)
  elseif where.password then
    client:auth(where.password)
  end
  if where.database > 0 then
    client:select(where.database)
  end
  return client
end

--- Runs a function with a connection. Returns what it returns, or nil and an
--- error.
---@param given? string what --redis says
---@param fn fun(client: table): any, indoxhub.Error?
---@return any result, indoxhub.Error? err
function redis.with(given, fn)
  local where, wrong = place(given)
  local module = load()
  if not where then
    return nil, errors.new("invalid_request", wrong)
  elseif not module then
    return nil, errors.new("file", packages.missing("this command", "redis"))
  end
  local ok, client = pcall(open, module, where)
  if not ok then
    return nil, errors.new("network", ("Redis at %s: %s"):format(
      address.show(where), reason(client)))
  end
  local done, result, err = pcall(fn, client)
  pcall(client.quit, client)
  if not done then
    return nil, errors.new("server", ("Redis at %s: %s"):format(
      address.show(where), reason(result)))
  end
  return result, err
end

return redis
