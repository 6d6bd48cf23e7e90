--- A gateway in nginx: keys of its own, limits and streams in front of models.

local json = require "indoxhub.base.json"
local redis = require "indoxhub.gateway.redis"
local streams = require "indoxhub.gateway.streams"

local ngx = rawget(_G, "ngx")

local gateways = {}

--- Makes a gateway, in init_by_lua.
---@param options table
function gateways.new(options)
  local gateway = { options = options }
  local url = options.redis or os.getenv "REDIS_URL"
  gateway.redis = url and redis.new { url = url } or nil

  function gateway.answer(_, answer)
    ngx.status = answer.status
    ngx.header["Content-Type"] = answer.content_type or "application/json"
    for name, value in pairs(answer.headers or {}) do
      ngx.header[name] = value
    end
    ngx.print(answer.body)
    return ngx.exit(ngx.HTTP_OK)
  end

  function gateway.refuse(context, status, kind, message)
    return gateway.answer(context, { status = status, body = json.encode {
      error = { message = message, type = kind, code = json.null } } })
  end

  function gateway.init_worker()
    streams.init_worker(gateway)
  end

  function gateway.access()
  end

  function gateway.content()
    return gateway.refuse({}, 404, "not_found", "there is nothing here")
  end

  function gateway.log()
  end

  function gateway.health()
    ngx.header["Content-Type"] = "application/json"
    ngx.say('{"status":"ok"}')
  end

  return gateway
end

return gateways
