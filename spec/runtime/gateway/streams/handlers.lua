-- A gateway with nothing but streams, whose models say what a request wants:
--
--   POST /write?events=100&every=0.02   so many events, then [DONE]. More of
--     text=1000       each event is so long
--     silence=9       after them it waits so long, or until it is closed
--     opening=1       it begins to answer after so long
--     refuse=429      it does not answer
--     raise=1         it raises after the events
--     linger=0        as the header X-Stream-Linger would have it
--   GET, DELETE /streams/ID
--
-- The header X-Key names the key, and X-Worker of an answer the worker.
-- /told?name=NAME is what a source has told:
-- "asked", "opened", "closed" or "ended", with the request's argument `name`.
local gateways = require "indoxhub.gateway.redis"
local streams = require "indoxhub.gateway.streams"

local ngx = rawget(_G, "ngx")

local handlers = {}

local gateway = {}

function handlers.init(options)
  gateway.options = options
  gateway.redis = options.redis and gateways.new { url = options.redis }
end

function gateway.answer(_, answer)
  ngx.status = answer.status
  ngx.header["Content-Type"] = "application/json"
  ngx.print(answer.body)
  return ngx.exit(ngx.HTTP_OK)
end

function gateway.refuse(context, status, kind, message)
  return gateway.answer(context, { status = status,
    body = ('{"error":{"type":"%s","message":"%s"}}'):format(kind, message) })
end

function handlers.init_worker()
  streams.init_worker(gateway)
end

function handlers.leave()
  streams.leave()
end

local function tell(args, what)
  local dict = ngx.shared.told
  dict:set(args.name or "", (dict:get(args.name or "") or "") .. what .. " ")
end

function handlers.told()
  ngx.print(ngx.shared.told:get(ngx.var.arg_name) or "")
end

-- Waits in small steps, as a model that can be ended at any time.
local function pause(self, seconds)
  local till = ngx.now() + seconds
  while not self.closed and ngx.now() < till do
    ngx.sleep(math.max(0.001, math.min(0.02, till - ngx.now())))
    ngx.update_time()
  end
  return not self.closed
end

local function event_of(args, i)
  local text = ('{"n":%d}'):format(i)
  return text .. (" "):rep((tonumber(args.text) or 0) - #text)
end

local function source_of(args)
  local source = {}

  function source.open(self)
    tell(args, "asked")
    if not pause(self, tonumber(args.opening) or 0) then
      tell(args, "closed")
      return nil, { status = 499, body = "{}" }
    elseif args.refuse then
      return nil, { status = tonumber(args.refuse), body = '{"error":{}}' }
    end
    tell(args, "opened")
    return true
  end

  function source.run(self, write)
    for i = 1, tonumber(args.events) or 0 do
      if not pause(self, tonumber(args.every) or 0)
        or not write(event_of(args, i)) then
        tell(args, "closed")
        return nil, "cancelled"
      end
    end
    if args.raise then
      error "raised on purpose"
    end
    if not pause(self, tonumber(args.silence) or 0) or not write "[DONE]" then
      tell(args, "closed")
      return nil, "cancelled"
    end
    tell(args, "ended")
    return true
  end

  function source.close(self)
    self.closed = true
  end

  return source
end

function handlers.serve()
  local args = ngx.req.get_uri_args()
  ngx.header["X-Worker"] = ngx.worker.pid()
  local context = { key = { id = ngx.var.http_x_key or "nobody" },
    last_event_id = ngx.var.http_last_event_id,
    linger = tonumber(args.linger) }
  local id = ngx.var.uri:match "^/streams/(.*)$"
  if id then
    return streams.serve(gateway, context, id)
  end
  return streams.start(gateway, context, source_of(args))
end

return handlers
