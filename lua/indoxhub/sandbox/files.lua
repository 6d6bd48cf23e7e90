--- Serves the files that answers point to, whole or in ranges, to anybody.

local refusals = require "indoxhub.sandbox.refusals"
local replies = require "indoxhub.sandbox.replies"

local files = {}

local TYPES = { png = "image/png", wav = "audio/wav", pcm = "audio/pcm",
  mp4 = "video/mp4" }

-- The first and last byte that a header Range asks for, from 1 on; nil and
-- true when there are no such bytes, nil when it asks for everything.
local function range_of(header, size)
  local first, last = (header or ""):match("^bytes=(%d*)%-(%d*)$")
  first, last = tonumber(first), tonumber(last)
  if not first and not last then
    return nil
  elseif not first then
    first, last = math.max(0, size - last), size - 1
  end
  if first >= size or last and last < first then
    return nil, true
  end
  return first + 1, math.min(last or size - 1, size - 1) + 1
end

-- Sends bytes, or as many of them as the fault lets through.
local function send(request, status, content_type, bytes, headers)
  local fault = request.context.fault
  if not fault then
    return request:reply(status, content_type, bytes, headers)
  end
  request:reply_part(status, content_type, bytes, headers, fault.number)
  if fault.kind == "stall" then
    request:pause(replies.LONGEST_STALL)
  end
  request:cut()
end

--- GET /media/{name}
function files.serve(state, request)
  local file = state.files[request.arguments.name]
  local fault = request.context.fault
  if not file then
    return refusals.refuse(state, request, 404, "File not found")
  elseif fault and fault.kind == "error" then
    return refusals.fail(state, request, 500)
  end
  local bytes = file.make()
  local tag = ('"%s"'):format(request.arguments.name)
  local headers = { ["accept-ranges"] = "bytes", etag = tag }
  local wanted = request:header("if-range")
  local first, last = range_of((wanted == nil or wanted == tag)
    and request:header("range") or nil, #bytes)
  if first then
    headers["content-range"] = ("bytes %d-%d/%d"):format(first - 1, last - 1,
      #bytes)
    return send(request, 206, TYPES[file.kind], bytes:sub(first, last), headers)
  elseif last then
    return request:reply(416, "text/plain", "", {
      ["content-range"] = ("bytes */%d"):format(#bytes) })
  end
  send(request, 200, TYPES[file.kind], bytes, headers)
end

return files
