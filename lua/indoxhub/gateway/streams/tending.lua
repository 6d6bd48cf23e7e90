--- Writers: how they are started and ended, and how long they go on when nobody
--- reads.

local core = require "indoxhub.core"
local framing = require "indoxhub.gateway.streams.framing"
local limits = require "indoxhub.gateway.streams.limits"

local ngx = rawget(_G, "ngx")

local tending = {}

-- Seconds.
local BETWEEN_LOOKS = 1

-- Seconds that a worker that leaves still tries to tell the store of an end.
local WHILE_LEAVING = 5

-- What a source that raises does not tell, and what it cannot.
local REFUSAL = { status = 500, body = framing.error("server_error",
  "The gateway has failed; its log tells why.") }
local OVERLOADED = { status = 503, headers = { ["Retry-After"] = "1" },
  body = framing.error("overloaded",
    "The gateway has too much to do; try again soon.") }

---------------------------------------------------------------------------
-- one stream

local function log(message)
  ngx.log(ngx.ERR, "indoxhub: a stream has failed: ", message)
end

local function refuse(self, stream, refusal)
  self.running = self.running - 1
  stream:refuse(refusal)
end

-- Opens the source. Whether the model has begun to answer somebody.
local function open(self, stream)
  local ok, opened, refusal = xpcall(stream.source.open, debug.traceback,
    stream.source)
  if not ok then
    log(opened)
    refusal = REFUSAL
  end
  if not ok or opened and stream.how then
    stream.source:close() -- nobody will run it
  end
  if stream.how then
    return false -- its reader has gone meanwhile
  elseif not ok or not opened then
    refuse(self, stream, refusal)
    return false
  end
  stream:open()
  return true
end

local function run(stream)
  local ok, done, kind = xpcall(stream.source.run, debug.traceback,
    stream.source, function(data, text, tail)
      return stream:write(data, text, tail)
    end)
  stream.is_written = true
  if not ok then
    log(done)
    stream:write(framing.error("server_error",
      "The gateway has failed; its log tells why."))
  end
  stream:finish(ok and done and "done" or kind == "cancelled" and kind
    or "failed")
end

--- Has a stream written from beginning to end.
function tending.write(self, stream)
  self.crew:run(function()
    if not stream.how and open(self, stream) then
      return run(stream)
    end
    stream.is_written = true
    self:forget(stream)
  end, function(message)
    log(message)
    stream.is_written = true
    if not stream.how then
      refuse(self, stream, OVERLOADED)
    end
    self:forget(stream)
  end)
end

--- Closes the source of a stream that has ended otherwise than by itself.
function tending.close(self, stream)
  if stream.is_written then
    return
  end
  self.crew:run(function()
    stream.source:close()
  end)
end

---------------------------------------------------------------------------
-- without readers

-- Streams that nobody here reads any more.
local function idle(self)
  local list, ids = {}, {}
  for id, stream in pairs(self.streams) do
    if stream.idle_since and not stream.how then
      list[#list + 1], ids[#ids + 1] = stream, id
    end
  end
  return list, ids
end

-- Whether one may end. Who reads it elsewhere is a reader like those here: its
-- time begins again when he has left. Where the store is away nobody can tell
-- whether there are such readers. They get nothing meanwhile, so a stream goes
-- on for as long again.
local function is_left(stream, attended, id, now)
  if not stream.idle_since or stream.how then
    return false -- somebody came meanwhile
  elseif not stream.is_open then
    return true -- nobody else knows its id
  elseif not attended then
    return now - stream.idle_since >= 2 * stream.linger
  elseif attended[id] then
    stream.idle_since = math.max(stream.idle_since, now)
    return false
  end
  return now - stream.idle_since >= stream.linger
end

local function end_idle(self, now)
  local list, ids = idle(self)
  if #list == 0 then
    return
  end
  local attended = self.store:attended(ids)
  for i, stream in ipairs(list) do
    if is_left(stream, attended, ids[i], now) then
      stream:finish("cancelled")
    end
  end
end

-- Streams whose end the store could not be told.
local function give_up(self, now)
  local longest = ngx.worker.exiting() and WHILE_LEAVING or limits.KEPT
  for _, stream in pairs(self.streams) do
    if stream.how and stream.is_written then
      stream.ended = stream.ended or now
      if now - stream.ended > longest then
        self:forget(stream)
      end
    end
  end
end

---------------------------------------------------------------------------
-- all streams of a worker

--- Does what there is to do, or waits for it.
function tending.step(self)
  local now = core.now()
  if self.is_urgent or now - (self.looked or 0) >= BETWEEN_LOOKS then
    self.is_urgent, self.looked = false, now
    end_idle(self, now)
    give_up(self, now)
    self.crew:insist()
  else
    self.to_tend:wait(BETWEEN_LOOKS)
  end
end

return tending
