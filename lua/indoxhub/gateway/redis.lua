--- Redis within nginx: commands, pipelines and scripts over a bounded number of
--- connections.
--
-- The protocol is that of Debian's lua-nginx-redis, module `nginx.redis`, which
-- OpenResty has as `resty.redis`. Connections are nginx's cosockets, in a
-- pool of each worker, and turns bound how many commands are under way: one for
-- each connection; who asks for one more waits. nginx's own queue hands on one
-- connection at a time only. It must be made in init_by_lua, as workers may not
-- be allowed to read the module's file.
--
-- Every function returns nil and a message when Redis was away or refused:
--   redis:call("GET", "name")            a reply; false where there is nothing
--   redis:call_within(5, "XREAD", ...)   the same, and it may take 5 s longer
--   redis:pipeline{ {"SET", "a", 1}, {"GET", "b"} }
--                                        a list of replies; of a command that
--                                        was refused { refused = message }
--   redis:script(script, keys, arguments)
--                                        what it returns; `script` comes from
--                                        shared/scripts.lua
-- What is not there is false within lists, too. The message begins with a kind:
-- "away: " when there was no answer, so that nobody knows what Redis did,
-- "refused: " when it said no, and "busy: " when it was not asked, as there was
-- no turn.

local address = require "indoxhub.gateway.shared.address"
local semaphore = require "ngx.semaphore"

local ngx = rawget(_G, "ngx")
local unpack = table.unpack or unpack -- luacheck: ignore 143 113

local redis = {}

---@class indoxhub.gateway.Redis
---@field address indoxhub.gateway.Address
---@field place string of the address, to be shown
local methods = {}
methods.__index = methods

-- Seconds that connecting, sending and an answer may take each, and that a
-- connection is kept. How many each worker opens.
local TIMEOUT, KEPT = 1, 60
local CONNECTIONS = 16

-- Seconds that is waited for a turn. It is long: in a crowd nothing is wrong.
local PATIENCE = 10

local function load()
  for _, name in ipairs { "nginx.redis", "resty.redis" } do
    local ok, module = pcall(require, name)
    if ok then
      return module
    end
  end
  error("the gateway needs the Lua module nginx.redis (Debian's package "
    .. "lua-nginx-redis) or OpenResty's resty.redis", 0)
end

local driver

---@class indoxhub.gateway.RedisOptions
---@field url string see shared/address.lua
---@field timeout? number seconds; default 1
---@field connections? integer of each worker; default 16

--- Makes one. Nothing is sent before its first command. Raises what is wrong
--- with the options.
---@param options indoxhub.gateway.RedisOptions
---@return indoxhub.gateway.Redis
function redis.new(options)
  local where, wrong = address.read(options.url)
  if not where then
    error("the address of Redis " .. wrong, 0)
  end
  driver = driver or load()
  if where.host == "localhost" then
    where.host = "127.0.0.1" -- nginx reads no /etc/hosts
  end
  return setmetatable({ address = where, place = address.show(where),
    timeout = options.timeout or TIMEOUT,
    connections = options.connections or CONNECTIONS }, methods)
end

--- The same Redis over so many connections of its own, for what must not wait
--- behind a crowd.
---@param connections integer
---@return indoxhub.gateway.Redis
function methods:beside(connections)
  return setmetatable({ address = self.address, place = self.place,
    timeout = self.timeout, connections = connections }, methods)
end

---------------------------------------------------------------------------
-- turns

local function away(self, message)
  self.lost_at = ngx.now()
  return nil, ("away: Redis at %s: %s"):format(self.place, tostring(message))
end

-- nginx ends a request whose client has gone without a word to its Lua. A turn
-- that it had is over when no command can take that long.
local function take_back(self)
  local now = ngx.now()
  for turn in pairs(self.turns) do
    if turn.latest < now then
      self.turns[turn], self.taken = nil, self.taken - 1
    end
  end
end

-- Lets the next that waits look again.
local function give_word(self)
  if self.waiting:count() < 0 then
    self.waiting:post()
  end
end

-- A turn, for a command that takes some seconds longer than others do; nil and
-- why there is none. Who waits for one while Redis goes away waits no longer.
local function take_turn(self, seconds)
  self.turns, self.taken = self.turns or {}, self.taken or 0
  self.waiting = self.waiting or semaphore.new()
  local began = ngx.now()
  while self.taken >= self.connections do
    take_back(self)
    local left = began + PATIENCE - ngx.now()
    if self.taken < self.connections then
      break
    elseif left <= 0 then
      return nil, ("busy: all connections of this worker to Redis at %s are "
        .. "in use"):format(self.place)
    end
    self.waiting:wait(left)
    ngx.update_time()
    if self.lost_at and self.lost_at >= began then
      give_word(self)
      return nil, ("away: Redis at %s does not answer"):format(self.place)
    end
  end
  local turn = { latest = ngx.now() + seconds + 10 * self.timeout }
  self.turns[turn], self.taken = true, self.taken + 1
  return turn
end

local function give_turn(self, turn)
  if self.turns[turn] then
    self.turns[turn], self.taken = nil, self.taken - 1
    give_word(self)
  end
end

---------------------------------------------------------------------------
-- connections

local function refused(message)
  return nil, "refused: " .. tostring(message)
end

-- Tells a new connection who we are and which database is meant.
local function introduce(where, connection)
  local ok, message = true, nil
  if where.password and where.user then
    ok, message = connection:auth(where.user, where.password)
  elseif where.password then
    ok, message = connection:auth(where.password)
  end
  if ok and where.database > 0 then
    return connection:select(where.database)
  end
  return ok, message
end

-- How it is pooled: connections to other databases, or with other rights, must
-- not be taken for these. The password itself shows nowhere.
local function pool_of(self)
  local where = self.address
  self.pool = self.pool or { pool_size = self.connections,
    pool = ("indoxhub:%s:%d:%s"):format(self.place, self.connections,
      ngx.md5(("%s:%s"):format(where.user or "", where.password or ""))) }
  return self.pool
end

-- A connection, with a turn to use it.
local function connect(self, seconds)
  local turn, busy = take_turn(self, seconds)
  if not turn then
    return nil, busy
  end
  local connection = driver:new()
  connection:set_timeout(self.timeout * 1000)
  local where, pool = self.address, pool_of(self)
  local ok, message
  if where.path then
    ok, message = connection:connect("unix:" .. where.path, pool)
  else
    ok, message = connection:connect(where.host, where.port, pool)
  end
  if ok and connection:get_reused_times() == 0 then
    ok, message = introduce(where, connection)
    if not ok then
      connection:close()
    end
  end
  if not ok then
    give_turn(self, turn)
    return away(self, message)
  end
  if seconds > 0 then
    connection:set_timeout((self.timeout + seconds) * 1000)
  end
  return connection, turn
end

-- Gives a connection back, unless it may hold what belongs to another answer.
local function release(self, connection, turn, is_clean)
  if is_clean then
    connection:set_keepalive(KEPT * 1000)
  else
    connection:close()
  end
  give_turn(self, turn)
end

---------------------------------------------------------------------------
-- commands

-- What nginx.redis gave, with false for nothing, and refusals by their name.
local function readable(reply)
  if reply == ngx.null then
    return false
  elseif type(reply) ~= "table" then
    return reply
  elseif reply[1] == false and #reply == 2 then
    return { refused = reply[2] }
  end
  for i = 1, #reply do
    reply[i] = readable(reply[i])
  end
  return reply
end

local function send(self, seconds, name, ...)
  local connection, turn = connect(self, seconds)
  if not connection then
    return nil, turn
  end
  local reply, message = connection[name:lower()](connection, ...)
  release(self, connection, turn, reply ~= nil)
  if reply == nil then
    return away(self, message)
  elseif reply == false then
    return refused(message)
  end
  return readable(reply)
end

--- Sends a command.
---@param name string
---@param ... string|number
---@return any reply, string? message
function methods:call(name, ...)
  return send(self, 0, name, ...)
end

--- The same for a command that waits, up to these seconds.
---@param seconds number
---@param name string
---@param ... string|number
---@return any reply, string? message
function methods:call_within(seconds, name, ...)
  return send(self, seconds, name, ...)
end

--- Sends several commands at once. What one of them is refused does not keep
--- the others from being done.
---@param commands (string|number)[][]
---@return table? replies, string? message
function methods:pipeline(commands)
  if #commands == 0 then
    return {}
  end
  local connection, turn = connect(self, 0)
  if not connection then
    return nil, turn
  end
  connection:init_pipeline(#commands)
  for _, command in ipairs(commands) do
    connection[command[1]:lower()](connection, unpack(command, 2))
  end
  local replies, message = connection:commit_pipeline()
  release(self, connection, turn, replies)
  if not replies then
    return away(self, message)
  end
  for i = 1, #commands do
    replies[i] = readable(replies[i])
  end
  return replies
end

---------------------------------------------------------------------------
-- scripts

--- Runs a script: by its name, and where Redis does not know it, as after a
--- start, by its text.
---@param script indoxhub.gateway.Script
---@param keys string[]
---@param arguments? (string|number)[]
---@return any reply, string? message
function methods:script(script, keys, arguments)
  local list = { #keys }
  for _, key in ipairs(keys) do
    list[#list + 1] = key
  end
  for _, argument in ipairs(arguments or {}) do
    list[#list + 1] = argument
  end
  local reply, message = send(self, 0, "evalsha", script.sha, unpack(list))
  if reply == nil and message:find("^refused: NOSCRIPT") then
    return send(self, 0, "eval", script.text, unpack(list))
  end
  return reply, message
end

return redis
