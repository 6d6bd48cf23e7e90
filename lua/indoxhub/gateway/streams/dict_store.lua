--- Streams in a shared dictionary of nginx, where the other workers of a
--- machine find them, for gateways without Redis.
--
-- The methods are those of redis_store.lua. An entry is called after its first
-- event, so that a reader finds the next one behind it. When the dictionary is
-- full a worker makes room by forgetting those of its streams that ended first;
-- a living one is never cut short: its entries wait in their writer.

local entries = require "indoxhub.gateway.streams.entries"
local keys = require "indoxhub.gateway.streams.keys"
local limits = require "indoxhub.gateway.streams.limits"

local dict_store = {}

---@class indoxhub.gateway.DictStore
local methods = {}
methods.__index = methods

-- Seconds. An entry is not renewed, so this is how long a stream can be read
-- from its beginning.
local ENTRY_KEPT = 3600

---@param dict table a shared dictionary
function dict_store.new(dict)
  return setmetatable({ dict = dict, ended = {}, oldest = 1 }, methods)
end

local function entry_key(id, first)
  return keys.events(id) .. first
end

-- What a field of a stream is called: `first` event kept, `last` one, its
-- `end`.
local function field(id, name)
  return keys.about(id) .. ":" .. name
end

local function pack(entry)
  local sizes = {}
  for i, event in ipairs(entry.events) do
    sizes[i] = #event
  end
  return ("%d %s\n"):format(entry.last, table.concat(sizes, " "))
    .. table.concat(entry.events)
end

local function unpack_entry(text)
  local last, sizes, at = text:match "^(%d+) ([%d ]*)\n()"
  local events = {}
  for size in sizes:gmatch "%d+" do
    events[#events + 1] = text:sub(at, at + size - 1)
    at = at + size
  end
  return { last = tonumber(last), events = events }
end

---@param writer string
---@return boolean emptied, string[] stops
function methods:renew(writer)
  local dict, lease = self.dict, keys.lease(writer)
  if not dict:expire(lease, limits.LEASE) then
    dict:set(lease, true, limits.LEASE)
  end
  local stops, id = {}, dict:lpop(keys.stops(writer))
  while id do
    stops[#stops + 1] = id
    id = dict:lpop(keys.stops(writer))
  end
  return false, stops
end

---------------------------------------------------------------------------
-- room

local FIELDS = { "first", "last", "end" }

-- Forgets the stream of this worker that ended first. False when there is none.
local function forget_oldest(self)
  local stream = self.ended[self.oldest]
  if not stream then
    return false
  end
  self.ended[self.oldest] = nil
  self.oldest = self.oldest + 1
  self.dict:delete(keys.about(stream.id))
  for _, name in ipairs(FIELDS) do
    self.dict:delete(field(stream.id, name))
  end
  for _, entry in ipairs(stream.kept) do
    self.dict:delete(entry_key(stream.id, entry.first))
  end
  return true
end

-- Forgets those that the dictionary has forgotten.
local function forget_expired(self, now)
  local stream = self.ended[self.oldest]
  while stream and now > stream.forgotten do
    forget_oldest(self)
    stream = self.ended[self.oldest]
  end
end

-- Stores a value. Nil and a message when there is no room for it.
local function store(self, key, value)
  local ok, message = self.dict:safe_set(key, value, ENTRY_KEPT)
  while not ok and message == "no memory" and forget_oldest(self) do
    ok, message = self.dict:safe_set(key, value, ENTRY_KEPT)
  end
  return ok, message
end

---------------------------------------------------------------------------
-- writing

local function begin(self, stream)
  local id = stream.id
  stream.kept = {}
  local ok, message = store(self, field(id, "first"), 1)
  if ok then
    ok, message = store(self, field(id, "last"), 0)
  end
  if ok then
    ok, message = store(self, keys.about(id), stream.owner .. " "
      .. stream.writer)
  end
  stream.is_begun = ok
  return ok, message
end

local function append_entry(self, stream, entry)
  local first = entry.last - #entry.events + 1
  local id = stream.id
  local ok, message = store(self, entry_key(id, first), pack(entry))
  if ok then
    ok, message = store(self, field(id, "last"), entry.last)
  end
  if not ok then
    return nil, message
  end
  stream.flushed = entry.last
  table.insert(stream.kept, { first = first, last = entry.last })
  return true
end

-- Throws away what the writer has thrown away. It may have done so with what
-- was not here yet, so the next entry tells where it begins.
local function trim(self, stream)
  local kept, dict = stream.kept, self.dict
  while kept[1] and kept[1].last < stream.buffer.first do
    local gone = table.remove(kept, 1)
    dict:set(field(stream.id, "first"), kept[1] and kept[1].first
      or gone.last + 1, ENTRY_KEPT)
    dict:delete(entry_key(stream.id, gone.first))
  end
end

-- The end of a stream, whoever wrote it: how, and the number of the last event.
local function read_end(self, id)
  local told = self.dict:get(field(id, "end"))
  if told then
    local how, last = told:match "^(%S+) (%d+)$"
    return how, tonumber(last)
  end
end

local function add_end(self, id, how, last)
  local ok, message = self.dict:safe_add(field(id, "end"), how .. " " .. last,
    limits.KEPT)
  if not ok and message ~= "exists" then
    return nil, message
  end
  return (read_end(self, id)), ok and "now" or "before"
end

-- What has ended is kept for a while.
local function expire(self, stream, now)
  local dict, id = self.dict, stream.id
  self.newest = (self.newest or 0) + 1
  self.ended[self.newest] = { id = id, kept = stream.kept,
    forgotten = now + limits.KEPT }
  for _, entry in ipairs(stream.kept) do
    dict:expire(entry_key(id, entry.first), limits.KEPT)
  end
  for _, key in ipairs { keys.about(id), field(id, "first"),
    field(id, "last") } do
    dict:expire(key, limits.KEPT)
  end
end

local function flush_stream(self, stream, now)
  local ok, message = stream.is_begun or begin(self, stream), nil
  if not ok then
    return nil, message
  end
  stream.renewed = now
  local ended = read_end(self, stream.id)
  if ended then
    expire(self, stream, now)
    return stream:overrule(ended)
  end
  for _, entry in ipairs(entries.cut(stream.buffer, stream.flushed,
    limits.BATCH)) do
    ok, message = append_entry(self, stream, entry)
    if not ok then
      return nil, message
    end
  end
  trim(self, stream)
  if stream.how and stream.flushed == stream.buffer.last then
    ended, message = add_end(self, stream.id, stream.how, stream.flushed)
    if not ended then
      return nil, message
    end
    stream.is_settled = true
    expire(self, stream, now)
  end
  return true
end

---@param streams table[]
---@param now number
---@return boolean done, string? message
function methods:flush(streams, now)
  local refused
  forget_expired(self, now)
  for _, stream in ipairs(streams) do
    local _, message = flush_stream(self, stream, now)
    refused = refused or message
  end
  return true, refused
end

---------------------------------------------------------------------------
-- what others ask

---@param id string
---@return table|false about
function methods:find(id)
  local about = self.dict:get(keys.about(id))
  if not about then
    return false
  end
  local owner, writer = about:match "^(.*) (%S+)$"
  return { owner = owner, writer = writer }
end

---@param id string
---@param how string
---@param writer string
---@return string? how, string? message
function methods:stop(id, how, writer)
  local last = self.dict:get(field(id, "last"))
  if not last then
    return nil, "unknown"
  end
  local ended, message = add_end(self, id, how, last)
  if ended and message == "now" then
    self.dict:rpush(keys.stops(writer), id)
  end
  return ended, message
end

---@param ids string[]
---@return table<string, boolean> ids
function methods:attended(ids)
  local set = {}
  for _, id in ipairs(ids) do
    set[id] = self.dict:get(keys.readers(id)) and true or nil
  end
  return set
end

-- The key of the entry that holds the event behind a number. A reader that
-- comes has to look through those before it.
local function position(self, wait)
  local dict = self.dict
  local at = wait.at or dict:get(field(wait.id, "first"))
  if not at then
    return nil
  end
  local text = dict:get(entry_key(wait.id, at))
  if not text then
    local first = dict:get(field(wait.id, "first"))
    if first and first > at then
      at, text = first, dict:get(entry_key(wait.id, first))
    end
  end
  return at, text
end

local function take_entries(self, wait)
  wait.entries = {}
  local at, text = position(self, wait)
  while text and #wait.entries < limits.ENTRIES do
    local entry = unpack_entry(text)
    if entry.last > wait.number then
      table.insert(wait.entries, entry)
    end
    at = entry.last + 1
    text = self.dict:get(entry_key(wait.id, at))
  end
  wait.at = at
  return text ~= nil
end

---@param waits table[]
---@return boolean done
function methods:poll(waits)
  for _, wait in ipairs(waits) do
    -- In this order: what ends a stream comes behind all of its events.
    local how, last = read_end(self, wait.id)
    local is_more = take_entries(self, wait)
    if how and not is_more then
      wait.how, wait.last = how, last
    end
    if wait.check then
      wait.missing = not self.dict:get(keys.about(wait.id))
      wait.orphaned = not self.dict:get(keys.lease(wait.writer))
      self.dict:set(keys.readers(wait.id), true, limits.READER)
    end
  end
  return true
end

return dict_store
