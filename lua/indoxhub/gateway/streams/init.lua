--- Streamed answers on their way to their readers.
--
-- The gateway has checked the key and the limits when it comes here. How a
-- stream gets from the model to its readers is up to this folder; what it says
-- is up to the source, which knows the upstream and the dialect of the face. A
-- stream is written in a timer, so that it goes on when its reader has left,
-- and each event is numbered, so that a reader can come back. What the gateway
-- calls:
--
--   streams.init_worker(gateway)    in each worker, when it begins
--   streams.start(gateway, context, source)
--                                   in the content phase: answers the request
--   streams.serve(gateway, context, id)
--                                   in the content phase, for GET and DELETE of
--                                   /v1/streams/{id}, the key already known:
--                                   answers the request
--   streams.leave()                 in the log phase of any request: a reader
--                                   that has gone is no reader any more
--   streams.count()                 how many this worker writes, for /metrics
--
-- `source` runs in a light thread of a timer, where there is no request:
--
--   source:open()       asks the model. True when it has begun to answer; nil
--                       and a refusal { status =, body = JSON text, headers = }
--                       that the request is to be ended with
--   source:run(write)   hands out the answer: write(data) gets what belongs
--                       behind "data: ", one line of text or three strings that
--                       make one, again and again, the last time "[DONE]" if
--                       the answer is whole. When write gives nil nobody wants
--                       more: the upstream is told.
--                       Returns true when all was written; nil and a kind
--                       ("cancelled", "failed": an event has told that) if not
--   source:close()      ends `open` or `run` from another light thread; may be
--                       called at any time, and again
--
-- `run` and `close` settle with the limits and the metrics by themselves,
-- whoever reads; nothing has to be told to the gateway.
--
-- `context` is a plain table, good in timers too: `key`, the record of the key
-- (`key.id` is a name of it that may be stored, `key.linger` its seconds, if
-- any), `request_id`, `linger` from the header X-Stream-Linger (seconds, nil
-- without), `last_event_id` from that header (text, nil without), `is_native`.
-- `gateway.redis` is Redis, nil without one, and of `gateway.options`:
--
--   linger          seconds that a stream goes on without readers; 30. A key or
--                   a request can only ask for less
--   stream_bytes    how much of each is kept; 4 MiB
--   most_streams    how many each worker writes at a time; 1,000
--
-- Without Redis streams are kept in the lua_shared_dict `indoxhub_streams`.
-- Refusals are made by gateway.refuse(context, status, type, message).

local cursor = require "indoxhub.gateway.streams.cursor"
local dict_store = require "indoxhub.gateway.streams.dict_store"
local ids = require "indoxhub.gateway.streams.id"
local json = require "indoxhub.base.json"
local reading = require "indoxhub.gateway.streams.reading"
local redis_store = require "indoxhub.gateway.streams.redis_store"
local worker = require "indoxhub.gateway.streams.worker"

local ngx = rawget(_G, "ngx")

local streams = {}

local LINGER, BYTES, MOST = 30, 4 * 1024 * 1024, 1000
local DICT = "indoxhub_streams"

-- Seconds after which it may be worth trying again, and that a stream may take
-- to be known elsewhere after its reader knows of it.
local A_WHILE, UNKNOWN_YET = 1, 0.3

-- Seconds. Nothing ends after it, it is only looked again.
local LONGEST_WAIT = 3600

-- Gateway -> what this worker knows of its streams.
local workers = setmetatable({}, { __mode = "k" })

-- Connections that only the loops of a worker use. A crowd that waits for the
-- others must not keep it from renewing its lease: its streams would be taken
-- for dead.
local RESERVED = 4

-- The stores of loops and of requests.
local function make_stores(gateway)
  if gateway.redis then
    return redis_store.new(gateway.redis:beside(RESERVED)),
      redis_store.new(gateway.redis)
  end
  local dict = ngx.shared[DICT]
  if not dict then
    error(("indoxhub: a gateway without Redis keeps streams in a shared "
      .. "dictionary; write `lua_shared_dict %s 64m;` into the block http")
      :format(DICT), 0)
  end
  local store = dict_store.new(dict)
  return store, store
end

local function worker_of(gateway)
  local one = workers[gateway]
  if not one then
    local options, store, asked = gateway.options, make_stores(gateway)
    one = worker.new { store = store, bytes = options.stream_bytes or BYTES,
      linger = options.linger or LINGER }
    one.asked = asked
    workers[gateway] = one
  end
  return one
end

--- Begins, in a worker.
---@param gateway table
function streams.init_worker(gateway)
  worker_of(gateway):begin()
end

--- How many streams this worker writes.
---@return integer
function streams.count()
  local count = 0
  for _, one in pairs(workers) do
    count = count + one.running
  end
  return count
end

---------------------------------------------------------------------------
-- readers

-- Has something called when the request that runs has ended. The function that
-- made it must have returned: what that still had on its stack is gone when
-- nginx has ended its light thread.
local function at_end(fn)
  ngx.ctx.indoxhub_reader_leaves = fn
  return fn
end

--- In the log phase, which comes however the request has ended.
function streams.leave()
  local fn = ngx.ctx.indoxhub_reader_leaves
  if fn then
    fn()
  end
end

local function refuse_for_now(gateway, context, kind, message)
  ngx.header["Retry-After"] = A_WHILE
  return gateway.refuse(context, 503, kind, message)
end

---------------------------------------------------------------------------
-- new streams

--- Answers a request with a stream. It goes on when its reader leaves.
---@param gateway table
---@param context table
---@param source table
function streams.start(gateway, context, source)
  local here = worker_of(gateway)
  if here.running >= (gateway.options.most_streams or MOST) then
    return refuse_for_now(gateway, context, "overloaded",
      "The gateway writes as many streams as it may; try again soon.")
  elseif not here:begin() then
    return refuse_for_now(gateway, context, "overloaded",
      "The gateway has too much to do; try again soon.")
  end
  local stream = here:write { owner = context.key.id, source = source,
    linger = math.min(context.linger or math.huge,
      context.key.linger or math.huge, here.linger) }
  local leave = at_end(here:attend(stream))
  while not stream.is_open and not stream.how do
    stream:wait(LONGEST_WAIT)
  end
  if stream.refusal then
    leave()
    return gateway.answer(context, stream.refusal)
  elseif reading.send_head(stream.id, context) then
    reading.here(stream, 0)
  end
  leave()
end

---------------------------------------------------------------------------
-- streams that are there

local function not_found(gateway, context)
  return gateway.refuse(context, 404, "not_found", "There is no such stream.")
end

local function gone(gateway, context)
  return gateway.refuse(context, 410, "trimmed",
    "What comes next of this stream is not kept any more.")
end

-- What the store knows of a stream: false when there is none.
local function find(here, id)
  local about, message = here.asked:find(id)
  if not about and (message == nil or message == "unknown") then
    ngx.sleep(UNKNOWN_YET)
    about, message = here.asked:find(id)
  end
  return about, message
end

local function unavailable(gateway, context, message)
  if message == "unknown" then
    return refuse_for_now(gateway, context, "unknown",
      "Nothing is known of this stream at present.")
  end
  -- That Redis is away stands in the log once, by the loops.
  return refuse_for_now(gateway, context, "unavailable",
    "The streams of other workers cannot be reached at present.")
end

local function malformed(gateway, context, message)
  return gateway.refuse(context, 400, "invalid_request_error", message)
end

local function read_here(gateway, context, stream, number)
  if number > stream.buffer.last then
    return malformed(gateway, context, cursor.BEYOND)
  elseif number + 1 < stream.buffer.first then
    return gone(gateway, context)
  end
  local here = worker_of(gateway)
  local leave = at_end(here:attend(stream))
  if reading.send_head(stream.id, context) then
    reading.here(stream, number)
  end
  leave()
end

local function read_elsewhere(gateway, context, id, writer, number)
  local here = worker_of(gateway)
  local wait = reading.wait_for(id, writer, number)
  wait.check = true
  local ok, message = here.asked:poll { wait }
  if not ok then
    return unavailable(gateway, context, message)
  elseif reading.is_beyond(wait) then
    return malformed(gateway, context, cursor.BEYOND)
  elseif reading.has_gap(wait) then
    return gone(gateway, context)
  end
  local leave = at_end(here:watch(wait))
  if reading.send_head(id, context) then
    reading.elsewhere(here, wait)
  end
  leave()
end

local function read(gateway, context, stream, id, writer)
  local number, wrong = cursor.read(context.last_event_id)
  if not number then
    return malformed(gateway, context, wrong)
  elseif stream then
    return read_here(gateway, context, stream, number)
  end
  return read_elsewhere(gateway, context, id, writer, number)
end

local function stop(gateway, context, stream, id, writer)
  local how, message
  if stream then
    how = stream:finish "cancelled"
  else
    how, message = worker_of(gateway).asked:stop(id, "cancelled", writer)
  end
  if not how then
    return unavailable(gateway, context, message)
  end
  return gateway.answer(context, { status = 200,
    body = json.encode { id = id, object = "stream", status = how } })
end

local DEEDS = { GET = read, DELETE = stop }

--- Answers a request for a stream that was begun before: GET reads it, DELETE
--- stops it.
---@param gateway table
---@param context table
---@param id string
function streams.serve(gateway, context, id)
  local deed = DEEDS[ngx.req.get_method()]
  if not deed then
    ngx.header["Allow"] = "GET, DELETE"
    return gateway.refuse(context, 405, "method_not_allowed",
      "A stream can be read (GET) and stopped (DELETE).")
  elseif not ids.is_one(id) then
    return not_found(gateway, context)
  end
  local here = worker_of(gateway)
  local stream = here.streams[id]
  local about, message = stream, nil
  if not stream then
    about, message = find(here, id)
  end
  if about == nil then
    return unavailable(gateway, context, message)
  elseif not about or about.owner ~= context.key.id then
    return not_found(gateway, context)
  end
  return deed(gateway, context, stream, id, about.writer)
end

return streams
