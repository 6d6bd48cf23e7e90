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

-- What a caller of ours does not tell.
local REFUSAL = { status = 500, body = framing.error("server_error",
  "The gateway has failed; its log tells why.") }

---------------------------------------------------------------------------
-- one stream

local function log(message)
  ngx.log(ngx.ERR, "indoxhub: a stream has failed: ", message)
end

-- Opens the source. Whether the model has begun to answer somebody.
local function open(stream)
  local ok, opened, refusal = xpcall(stream.source.open, debug.traceback,
    stream.source)
  if not ok then
    log(opened)
    refusal = REFUSAL
  end
  if stream.how then
    return false -- its reader has gone meanwhile
  elseif not ok or not opened then
    stream:refuse(refusal)
    return false
  end
  stream:open()
  return true
end

local function run(stream)
  local ok, done, kind = xpcall(stream.source.run, debug.traceback,
    stream.source, function(data)
      return stream:write(data)
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

--- Writes a stream from beginning to end, in a light thread of the timer.
function tending.write(self, stream)
  if stream.how then
    return self:forget(stream)
  elseif open(stream) then
    return run(stream)
  end
  if stream.refusal then
    self.running = self.running - 1
  end
  stream.is_written = true
  self:forget(stream)
end

--- Closes the source of a stream that has ended otherwise than by itself.
function tending.close(self, stream)
  if stream.is_written then
    return
  end
  self:run(function()
    local ok, message = xpcall(stream.source.close, debug.traceback,
      stream.source)
    if not ok then
      log(message)
    end
  end)
end

---------------------------------------------------------------------------
-- without readers

-- Streams that nobody here reads any more, for so long that they may end.
local function idle_for_long(self, now)
  local list, ids = {}, {}
  for id, stream in pairs(self.streams) do
    local since = not stream.how and stream.idle_since
    if since and (now - since >= stream.linger or not stream.is_open) then
      list[#list + 1], ids[#ids + 1] = stream, id
    end
  end
  return list, ids
end

-- Where the store is away nobody can tell whether there are readers elsewhere.
-- They get nothing meanwhile, so a stream goes on for as long again.
local function is_left(stream, attended, now)
  if not stream.idle_since or stream.how then
    return false -- somebody came meanwhile
  elseif not attended then
    return not stream.is_open or now - stream.idle_since >= 2 * stream.linger
  end
  return not attended[stream.id]
end

local function end_idle(self, now)
  local list, ids = idle_for_long(self, now)
  if #list == 0 then
    return
  end
  local attended = self.store:attended(ids)
  for _, stream in ipairs(list) do
    if is_left(stream, attended, now) then
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

-- Runs a function in a light thread that is waited for when it has ended, as
-- nginx keeps what is not waited for.
local function spawn(self, fn)
  local job = {}
  self.busy = self.busy + 1
  job.thread = ngx.thread.spawn(function()
    local ok, message = xpcall(fn, debug.traceback)
    if not ok then
      log(message)
    end
    self.busy = self.busy - 1
    self.ended = { job = job, before = self.ended }
    if self.to_tend:count() < 0 then
      self.to_tend:post(1)
    end
  end)
end

local function join(self)
  local ended = self.ended
  self.ended = nil
  while ended do
    ngx.thread.wait(ended.job.thread)
    ended = ended.before
  end
end

--- Does what there is to do, or waits for it.
function tending.step(self)
  join(self)
  local job = table.remove(self.jobs, 1)
  local now = core.now()
  if job then
    spawn(self, job)
  elseif self.is_urgent or now - (self.looked or 0) >= BETWEEN_LOOKS then
    self.is_urgent, self.looked = false, now
    end_idle(self, now)
    give_up(self, now)
  elseif not self.ended then
    self.to_tend:wait(BETWEEN_LOOKS)
  end
end

return tending
