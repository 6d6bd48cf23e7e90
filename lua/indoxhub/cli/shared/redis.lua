--- Redis as commands ask it: with lua-redis, on sockets that block.

local address = require "indoxhub.gateway.shared.address"
local errors = require "indoxhub.base.errors"
local exit = require "indoxhub.cli.shared.exit"
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

-- What Redis refuses without the right password.
local REFUSALS = { "NOAUTH", "WRONGPASS", "NOPERM", "ERR invalid password",
  "ERR AUTH", "ERR Client sent AUTH" }

-- An error of what was raised; `kind` is its kind, unless it is a password.
local function failure(kind, where, raised)
  local text = reason(raised)
  local message = ("Redis at %s: %s"):format(address.show(where), text)
  for _, refusal in ipairs(REFUSALS) do
    if text:find(refusal, 1, true) then
      return errors.new("authentication", message, { code = "redis" })
    end
  end
  return errors.new(kind, message)
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
    return nil, exit.usage(wrong)
  elseif not module then
    return nil, errors.new("file", packages.missing("this command", "redis"))
  end
  local ok, client = pcall(open, module, where)
  if not ok then
    return nil, failure("network", where, client)
  end
  local done, result, err = pcall(fn, client)
  pcall(client.quit, client)
  if not done then
    return nil, failure("server", where, result)
  end
  return result, err
end

return redis
