--- Streams in Redis, where readers of other workers and machines find them.
--
-- A stream of Redis holds the events of one answer, in entries that its writer
-- has numbered. What ends it is an entry with the greatest number of all: Redis
-- itself then refuses whatever the writer still appends, and so it learns of
-- it. Who ends a stream is decided by one script.
--
-- This and dict_store.lua have the same methods. Each returns nil and a message
-- when the store is away.

local append = require "indoxhub.gateway.streams.redis_append"
local keys = require "indoxhub.gateway.streams.keys"
local limits = require "indoxhub.gateway.streams.limits"
local scripts = require "indoxhub.gateway.shared.scripts"

local redis_store = {}

---@class indoxhub.gateway.RedisStore
local methods = {}
methods.__index = methods

-- Seconds that what is to be stopped waits for its writer.
local STOPPING = 60

-- Words for streams that a writer stops at a time.
local MOST_STOPS = 1000

-- A full Redis refuses what takes memory, but not within a script that has
-- written before. What keeps streams in order takes next to none, and goes so:
-- a mark that was refused, and the id of a stream that is to be stopped.
local MARK = scripts.prepare [[
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return redis.call('SET', KEYS[1], '1', 'PX', ARGV[1])
]]
local ASK_TO_STOP = scripts.prepare [[
redis.call('PEXPIRE', KEYS[1], ARGV[2])
redis.call('RPUSH', KEYS[1], ARGV[1])
return redis.call('PEXPIRE', KEYS[1], ARGV[2])
]]

---@param redis indoxhub.gateway.Redis
function redis_store.new(redis)
  return setmetatable({ redis = redis, epoch = nil, was_emptied = false },
    methods)
end

local function is_refused(reply)
  return type(reply) == "table" and reply.refused ~= nil
end

-- Remembers when Redis began to be filled, which is now where it does not say.
local function learn_epoch(self, told)
  if not told then
    local time = self.redis:call "TIME"
    if time then
      self.redis:call("SET", keys.EPOCH, time[1] .. "." .. time[2], "NX")
      told = self.redis:call("GET", keys.EPOCH)
    end
  end
  if told and self.epoch and told ~= self.epoch then
    self.was_emptied = true
  end
  self.epoch = told or self.epoch
end

--- Renews a writer's lease. Returns whether the store was emptied since it was
--- asked before, and the ids of streams that others have ended.
---@param writer string
---@return boolean? emptied, string[]|string stops
function methods:renew(writer)
  local lease, time = keys.lease(writer), limits.LEASE * 1000
  local replies, message = self.redis:pipeline {
    { "SET", lease, "1", "PX", time },
    { "GET", keys.EPOCH },
    { "LPOP", keys.stops(writer), MOST_STOPS },
  }
  if not replies then
    return nil, message
  elseif is_refused(replies[1]) then
    self.redis:script(MARK, { lease }, { time })
  end
  learn_epoch(self, replies[2])
  local emptied, stops = self.was_emptied, replies[3]
  self.was_emptied = false
  return emptied, type(stops) == "table" and not stops.refused and stops or {}
end

--- Appends what these streams have, as much as goes at a time.
methods.flush = append.flush

--- Whose a stream is, and who writes it. False where there is none, nil and
--- "unknown" where there may have been one before Redis was emptied.
---@param id string
---@return table|false|nil about, string? message
function methods:find(id)
  local replies, message = self.redis:pipeline {
    { "HMGET", keys.about(id), "owner", "writer" },
    { "GET", keys.EPOCH }, { "TIME" },
  }
  if not replies then
    return nil, message
  end
  local about = replies[1]
  if about[1] then
    return { owner = about[1], writer = about[2] }
  end
  learn_epoch(self, replies[2])
  local began, now = tonumber(self.epoch), tonumber(replies[3][1])
  if not began or now - began < limits.KEPT then
    return nil, "unknown"
  end
  return false
end

--- Ends a stream that another writes. Returns how it has ended, perhaps before.
---@param id string
---@param how string
---@param writer string
---@return string? how, string? message
function methods:stop(id, how, writer)
  local reply, message = self.redis:script(append.END,
    { keys.events(id), keys.about(id) }, append.end_arguments(how, ""))
  if not reply then
    return nil, message
  elseif reply[1] == "missing" then
    return nil, "unknown"
  end
  if reply[2] == "now" then
    self.redis:script(ASK_TO_STOP, { keys.stops(writer) },
      { id, STOPPING * 1000 })
  end
  return reply[1]
end

--- Which of these ids somebody reads elsewhere: a set.
---@param ids string[]
---@return table<string, boolean>? ids, string? message
function methods:attended(ids)
  local commands = {}
  for i, id in ipairs(ids) do
    commands[i] = { "EXISTS", keys.readers(id) }
  end
  local replies, message = self.redis:pipeline(commands)
  if not replies then
    return nil, message
  end
  local set = {}
  for i, id in ipairs(ids) do
    set[id] = replies[i] == 1 or nil
  end
  return set
end

---------------------------------------------------------------------------
-- reading

-- The events of an entry of Redis: a list of field, value, field, value.
local function events_of(fields)
  local list = {}
  for i = 2, #fields, 2 do
    list[#list + 1] = fields[i]
  end
  return list
end

local function take_entries(wait, reply)
  wait.entries = {}
  for i, entry in ipairs(reply) do
    local number = tonumber(entry[1]:match "^%d+")
    if number == limits.END then
      wait.how, wait.last = entry[2][2], tonumber(entry[2][4])
    else
      wait.entries[i] = { last = number, events = events_of(entry[2]) }
    end
  end
end

--- Looks for what readers wait for: a list of { id =, number = of the last
--- event that it has, writer =, check = whether to look at more than events }.
--- Each gets `entries`, and `how` and `last` of a stream that has ended behind
--- them; when checked, `missing` and `orphaned` as well.
---@param waits table[]
---@return boolean? done, string? message
function methods:poll(waits)
  local commands = {}
  for _, wait in ipairs(waits) do
    -- The entry 0-1 only says that there is a stream.
    commands[#commands + 1] = { "XRANGE", keys.events(wait.id), wait.number == 0
      and "(0-1" or ("(%d-0"):format(wait.number), "+", "COUNT",
      limits.ENTRIES }
    if wait.check then
      commands[#commands + 1] = { "EXISTS", keys.events(wait.id) }
      commands[#commands + 1] = { "EXISTS", keys.lease(wait.writer) }
      commands[#commands + 1] = { "SET", keys.readers(wait.id), "1", "PX",
        limits.READER * 1000 }
    end
  end
  local replies, message = self.redis:pipeline(commands)
  if not replies then
    return nil, message
  end
  local at, marks = 1, {}
  for _, wait in ipairs(waits) do
    if type(replies[at]) ~= "table" or replies[at].refused then
      return nil, "Redis refused to read a stream"
    end
    take_entries(wait, replies[at])
    at = at + 1
    if wait.check then
      wait.missing = replies[at] == 0
      wait.orphaned = replies[at + 1] == 0
      if is_refused(replies[at + 2]) then
        marks[#marks + 1] = { "EVAL", MARK.text, 1, keys.readers(wait.id),
          limits.READER * 1000 }
      end
      at = at + 3
    end
  end
  self.redis:pipeline(marks)
  return true
end

return redis_store
