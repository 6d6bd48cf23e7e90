-- From what was rendered to bytes on a socket: events written as servers write
-- them, and cut anywhere.
local servers = require "spec.support.servers"
local source = require "spec.meaning.source"

local wire = {}

-- What stands between events and means nothing.
local NOISE = { ": keep-alive", ":", "event: ping", "event: ping\ndata: {}",
  "retry: 3000", 'event: ping\ndata: {"type":"ping"}', ": a\n: b",
  'data: {"type":"response.future"}' }

local function event_lines(event, o, r)
  local lines = {}
  if event.name then
    lines[1] = "event:" .. o.blank .. event.name
  end
  if o.ids and r:chance(50) then
    lines[#lines + 1] = "id: 7"
  end
  local data = event.data
  if type(data) == "table" then
    data = source.encode(data, o.json_blank)
  end
  lines[#lines + 1] = "data:" .. o.blank
    .. data:gsub("\n", "\ndata:" .. o.blank)
  return table.concat(lines, "\n") .. "\n\n"
end

--- The bytes of events.
function wire.events(events, r)
  local o = { blank = r:chance(85) and " " or "", ids = r:chance(5),
    json_blank = r:pick { "", "", "", " ", "\n" } }
  local noisy = r:chance(20)
  local out = { r:chance(3) and "\239\187\191" or "" }
  for _, event in ipairs(events) do
    while noisy and r:chance(30) do
      out[#out + 1] = r:pick(NOISE) .. "\n\n"
    end
    out[#out + 1] = event_lines(event, o, r)
  end
  local bytes = table.concat(out)
  local eol = r:pick { "\n", "\n", "\n", "\r\n", "\r" }
  return eol == "\n" and bytes or (bytes:gsub("\n", eol))
end

--- The bytes of a body.
function wire.body(node, r)
  return (r:chance(10) and " \n" or "")
    .. source.encode(node, r:pick { "", "", " ", "\n  " })
    .. (r:chance(10) and "\n" or "")
end

--- Bytes in pieces, none of them longer than `most`.
function wire.pieces(bytes, most, r)
  local pieces, at = {}, 1
  while at <= #bytes do
    local size = r:int(most)
    pieces[#pieces + 1] = bytes:sub(at, at + size - 1)
    at = at + size
  end
  return pieces
end

--- A size to cut at: often small, for then more is cut.
function wire.cut(r)
  return r:pick { 1, 3, 17, 64, 500, 4000, 100000 }
end

--- The steps of a script that sends bytes in chunks. What does not `end` is cut
--- off, by the end of its connection.
function wire.chunked(bytes, cut, r, ends, content_type)
  local out = { "HTTP/1.1 200 OK\r\nContent-Type: " .. content_type
    .. "\r\nTransfer-Encoding: chunked\r\n\r\n" }
  for _, piece in ipairs(wire.pieces(bytes, cut, r)) do
    out[#out + 1] = servers.chunk(piece)
  end
  out[#out + 1] = ends and servers.LAST_CHUNK or nil
  return { { "body" }, { "send", table.concat(out) },
    not ends and { "close" } or nil }
end

--- The same without chunks, in so many packets, of known length or not.
function wire.plain(bytes, cut, r, ends, content_type)
  local close = r:chance(30)
  local head = "HTTP/1.1 200 OK\r\nContent-Type: " .. content_type .. "\r\n"
    .. (close and "Connection: close\r\n\r\n"
      or ("Content-Length: %d\r\n\r\n"):format(#bytes + (ends and 0 or 9)))
  local steps = { { "body" } }
  for _, piece in ipairs(wire.pieces(head .. bytes, math.max(cut, 500), r)) do
    steps[#steps + 1] = { "send", piece }
  end
  if close or not ends then
    steps[#steps + 1] = { "close" }
  end
  return steps
end

return wire
