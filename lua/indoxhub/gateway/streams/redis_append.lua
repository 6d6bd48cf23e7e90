--- How a worker appends its streams to Redis: all of them in one pipeline.
--
-- What became of a command whose answer did not come is unknown, so the next
-- pipeline asks for the last entry first (a stream is `unsure`). A stream that
-- Redis does not have, as it was emptied, is written anew with all that the
-- writer still has, under the same numbers. Of one stream only one entry is in
-- a pipeline: if Redis is full and refuses it, none behind it may get in.

local entries = require "indoxhub.gateway.streams.entries"
local keys = require "indoxhub.gateway.streams.keys"
local limits = require "indoxhub.gateway.streams.limits"
local scripts = require "indoxhub.gateway.shared.scripts"

local append = {}

local KEPT_MS = limits.KEPT * 1000

-- Ends a stream: by the writer when its last entry is the one told, by anybody
-- else whatever there is. Returns how it has ended and whether that was now. A
-- full Redis lets a script that has written before add something.
append.END = scripts.prepare [[
local top = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)[1]
if not top or redis.call('EXISTS', KEYS[2]) == 0 then
  return { 'missing' }
end
local number = string.match(top[1], '^%d+')
if number == ARGV[3] then
  return { top[2][2], 'before' }
elseif ARGV[2] ~= '' and ARGV[2] ~= number then
  return { 'behind' }
end
redis.call('PEXPIRE', KEYS[1], ARGV[4])
redis.call('PEXPIRE', KEYS[2], ARGV[4])
redis.call('XADD', KEYS[1], ARGV[3] .. '-0', 'how', ARGV[1], 'last', number)
return { ARGV[1], 'now' }
]]

local LAST = ("%d"):format(limits.END)

--- Arguments of that script.
---@param how string
---@param number integer|"" of the last entry, which the writer knows
function append.end_arguments(how, number)
  return { how, number, LAST, KEPT_MS }
end

---------------------------------------------------------------------------
-- commands

-- A command of a stream, and what is done with its reply.
local function add(batch, stream, hear, command)
  local n = #batch.commands + 1
  batch.commands[n], batch.streams[n], batch.hear[n] = command, stream, hear
end

-- What Redis refuses when it is full, among others, is tried again later.
local function is_refused(batch, reply)
  if type(reply) == "table" and reply.refused then
    batch.refused = reply.refused
    return true
  end
  return false
end

local function ignore()
end

local function hear_begun(batch, stream, reply)
  if type(reply) == "string" then
    stream.is_begun = true
    stream.flushed = stream.buffer.first - 1
  elseif reply and reply.refused:find("smaller", 1, true) then
    stream.is_begun, stream.is_unsure = true, true -- it was, unheard
  else
    is_refused(batch, reply)
  end
end

local function hear_appended(batch, stream, reply)
  if type(reply) == "string" then
    stream.flushed = tonumber(reply:match "^%d+")
  elseif reply == false then
    stream.is_begun = false
  elseif reply.refused:find("smaller", 1, true) then
    stream.is_unsure = true
  else
    is_refused(batch, reply)
  end
end

-- The last entry, of which nothing was known.
local function hear_last(batch, stream, reply)
  if is_refused(batch, reply) then
    return
  end
  stream.is_unsure = false
  local entry = reply and reply[1]
  local number = entry and tonumber(entry[1]:match "^%d+")
  if not number then
    stream.is_begun = false
  elseif number == limits.END then
    stream:overrule(entry[2][2])
  else
    stream.flushed = math.max(number, stream.buffer.first - 1)
  end
end

local function hear_ended(batch, stream, reply)
  if type(reply) == "table" and reply.refused then
    if reply.refused:find("NOSCRIPT", 1, true) then
      batch.store.knows_script = false
    else
      is_refused(batch, reply)
    end
  elseif reply[1] == "missing" then
    stream.is_begun = false
  elseif reply[1] == "behind" then
    stream.is_unsure = true
  else
    stream.is_settled = true
  end
end

local function add_begin(batch, stream)
  local events, about = keys.events(stream.id), keys.about(stream.id)
  add(batch, stream, is_refused, { "HSET", about, "owner", stream.owner,
    "writer", stream.writer })
  add(batch, stream, hear_begun, { "XADD", events, "0-1", "begun", "1" })
  add(batch, stream, ignore, { "PEXPIRE", events, KEPT_MS })
  add(batch, stream, ignore, { "PEXPIRE", about, KEPT_MS })
  stream.renewed = batch.now
end

local function add_renewal(batch, stream)
  if batch.now - stream.renewed > limits.KEPT_RENEWED then
    stream.renewed = batch.now
    add(batch, stream, ignore, { "PEXPIRE", keys.events(stream.id), KEPT_MS })
    add(batch, stream, ignore, { "PEXPIRE", keys.about(stream.id), KEPT_MS })
  end
end

local function add_entry(batch, stream, from)
  local entry = entries.cut(stream.buffer, from, 1)[1]
  local command = { "XADD", keys.events(stream.id), "NOMKSTREAM" }
  if stream.buffer.first > 1 then -- what was thrown away is so there, too
    command[4], command[5] = "MINID", stream.buffer.first .. "-0"
  end
  command[#command + 1] = entry.last .. "-0"
  for _, event in ipairs(entry.events) do
    command[#command + 1] = "e"
    command[#command + 1] = event
    batch.bytes = batch.bytes + #event
  end
  add(batch, stream, hear_appended, command)
  return entry.last
end

local function add_stream(batch, stream)
  if stream.is_begun and stream.is_unsure then
    add(batch, stream, hear_last, { "XREVRANGE", keys.events(stream.id), "+",
      "-", "COUNT", 1 })
    return
  end
  local from = stream.flushed
  if not stream.is_begun then
    add_begin(batch, stream)
    from = stream.buffer.first - 1
  else
    add_renewal(batch, stream)
  end
  if from < stream.buffer.last then
    from = add_entry(batch, stream, from)
  end
  if stream.how and from == stream.buffer.last then
    add(batch, stream, hear_ended, { "EVALSHA", append.END.sha, 2,
      keys.events(stream.id), keys.about(stream.id),
      stream.how, from, LAST, KEPT_MS })
  end
end

local function forget(batch)
  for _, stream in pairs(batch.streams) do
    stream.is_unsure = stream.is_begun
  end
end

--- See redis_store.lua. What a stream still has to be appended remains to be
--- done another time. The second result of a success tells what Redis refused.
---@param streams table[]
---@param now number
---@return boolean? done, string? message
function append.flush(self, streams, now)
  local batch = { store = self, commands = {}, streams = {}, hear = {},
    bytes = 0, now = now }
  if not self.knows_script then
    add(batch, nil, ignore, { "SCRIPT", "LOAD", append.END.text })
    self.knows_script = true
  end
  for _, stream in ipairs(streams) do
    if batch.bytes < limits.BATCH then
      add_stream(batch, stream)
    end
  end
  local replies, message = self.redis:pipeline(batch.commands)
  if not replies then
    forget(batch)
    self.knows_script = false
    return nil, message
  end
  for i, hear in ipairs(batch.hear) do
    hear(batch, batch.streams[i], replies[i])
  end
  return true, batch.refused
end

return append
