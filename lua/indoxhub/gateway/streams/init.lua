--- Streamed answers on their way to their readers.
--
-- The gateway has checked the key and the limits when it comes here. How a
-- stream gets from the model to its readers is up to this folder; what it says
-- is up to the source, which knows the upstream and the dialect of the face.
-- What the gateway calls:
--
--   streams.init_worker(gateway)    in each worker, when it begins; may start
--                                   timers
--   streams.start(gateway, context, source)
--                                   in the content phase: answers the request
--   streams.serve(gateway, context, id)
--                                   in the content phase, for GET and DELETE of
--                                   /v1/streams/{id}, the key already known:
--                                   answers the request
--   streams.count()                 how many this worker writes, for /metrics
--
-- `source` runs wherever nginx lets Lua wait (a request, a timer):
--
--   source:open()       asks the model. True when it has begun to answer; nil
--                       and a refusal { status =, body = JSON text, headers = }
--                       that the request is to be ended with
--   source:run(write)   hands out the answer: write(data) gets what belongs
--                       behind "data: ", one line of text, again and again, the
--                       last time "[DONE]" if the answer is whole. When write
--                       gives nil nobody wants more: the upstream is told.
--                       Returns true when all was written; nil and a kind
--                       ("cancelled", "failed": an event has told that) if not
--   source:close()      ends `run` from another light thread; may be called at
--                       any time, and again
--
-- `run` and `close` settle with the limits and the metrics by themselves,
-- whoever reads; nothing has to be told to the gateway.
--
-- `context` is a plain table, good in timers too: `key`, the record of the key
-- (`key.id` is a name of it that may be stored, `key.linger` its seconds, if
-- any), `request_id`, `linger` from the header X-Stream-Linger (seconds, nil
-- without), `last_event_id` from that header (text, nil without), `is_native`.
-- `gateway.redis` is Redis, nil without one, and `gateway.options` are options.
-- Refusals are made by gateway.refuse(context, status, type, message).

local ngx = rawget(_G, "ngx")

local streams = {}

local running = 0

function streams.init_worker()
end

--- How many streams this worker writes.
---@return integer
function streams.count()
  return running
end

local function write(data)
  return ngx.print("data: ", data, "\n\n") and ngx.flush(true)
end

--- Answers a request with a stream, for as long as its reader stays.
---@param gateway table
---@param source table
function streams.start(gateway, context, source)
  ngx.on_abort(function()
    source:close()
  end)
  local ok, refusal = source:open()
  if not ok then
    return gateway.answer(context, refusal)
  end
  ngx.header["Content-Type"] = "text/event-stream"
  ngx.header["Cache-Control"] = "no-store"
  ngx.header["X-Accel-Buffering"] = "no" -- of an nginx in front of this one
  running = running + 1
  source:run(write)
  running = running - 1
end

--- Streams that can be come back to are not kept here.
function streams.serve(gateway, context)
  return gateway.refuse(context, 404, "not_found", "there is no such stream")
end

return streams
