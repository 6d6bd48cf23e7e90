--- How a reader is served: out of the buffer of a stream that this worker
--- writes, or out of the store.
--
-- A reader is sent what there is and waits until that has left, so what nginx
-- holds for a slow one is bounded; when the text it wants next is not kept any
-- more it is told so, never given what comes after a gap.

local entries = require "indoxhub.gateway.streams.entries"
local framing = require "indoxhub.gateway.streams.framing"
local limits = require "indoxhub.gateway.streams.limits"
local semaphore = require "ngx.semaphore"

local ngx = rawget(_G, "ngx")

local reading = {}

-- Seconds of silence after which a comment is sent: proxies in between give up
-- after a minute, many of them.
local SILENCE = 15

-- Sends a string, or a list of them. False when the reader has gone.
local function send(data)
  return ngx.print(data) and ngx.flush(true) and true or false
end

--- Sends what comes before all events. False when the reader has gone.
---@param id string
---@param context table of the request
function reading.send_head(id, context)
  ngx.header["Content-Type"] = "text/event-stream"
  ngx.header["Cache-Control"] = "no-store"
  ngx.header["X-Accel-Buffering"] = "no" -- of an nginx in front of this one
  ngx.header["X-Stream-Id"] = id
  ngx.header["X-Request-Id"] = context.request_id
  ngx.send_headers()
  return ngx.flush(true) and true or false
end

local function send_ending(how)
  local event = framing.ending(how)
  return event and send(event)
end

--- Serves a stream of this worker, from behind a number to its end.
---@param stream indoxhub.gateway.Stream
---@param number integer
function reading.here(stream, number)
  while true do
    local events = stream.buffer:after(number, limits.PIECE)
    if not events then
      return send_ending "trimmed"
    elseif events[1] then
      if not send(events) then
        return
      end
      number = number + #events
    elseif stream.how then
      return send_ending(stream.how)
    elseif not stream:wait(SILENCE) and not send(framing.PING) then
      return
    end
  end
end

--- What a reader waits for of a stream that is written elsewhere.
---@param id string
---@param writer string
---@param number integer
function reading.wait_for(id, writer, number)
  return { id = id, writer = writer, number = number,
    semaphore = semaphore.new() }
end

--- Whether what a reader wants next is not kept any more.
function reading.has_gap(wait)
  local entry = wait.entries[1]
  return entry ~= nil and not entries.rest(entry, wait.number)
    or entry == nil and wait.how ~= nil and wait.number < wait.last
end

--- Whether a reader wants what no event of its stream comes before. What ends a
--- stream before its time is told to whoever comes.
function reading.is_beyond(wait)
  return wait.how ~= nil and not framing.ending(wait.how)
    and wait.number > wait.last
end

-- Sends the entries that came. False when the reader has gone, or has been told
-- of a gap.
local function send_entries(wait)
  local list = wait.entries
  wait.entries = {}
  for _, entry in ipairs(list) do
    local events = entries.rest(entry, wait.number)
    if not events then
      send_ending "trimmed"
      return false
    elseif events[1] and not send(events) then
      return false
    end
    wait.number = math.max(wait.number, entry.last)
  end
  return true
end

--- Serves a stream that is written elsewhere, for which `wait` may have got
--- something already.
---@param worker indoxhub.gateway.StreamWorker
---@param wait table
function reading.elsewhere(worker, wait)
  while true do
    if not send_entries(wait) then
      return
    elseif wait.how then
      return send_ending(reading.has_gap(wait) and "trimmed" or wait.how)
    elseif not worker:follow(wait, SILENCE) and not send(framing.PING) then
      return
    end
  end
end

return reading
