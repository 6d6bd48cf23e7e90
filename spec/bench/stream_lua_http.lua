-- The same stream with lua-http and cjson, as a program without a library would
-- do it: split into lines, decode each event, take its text.
if not pcall(require, "http.request") then
  package.path = package.path .. ";" .. package.path:gsub("/5%.4/", "/5.3/")
    .. ";" .. package.path:gsub("/5%.4/", "/5.1/")
end
local cjson = require "cjson"
local http = require "http.request"

local port, events, batch = arg[1], tonumber(arg[2]), arg[3]
local request = http.new_from_uri("http://127.0.0.1:" .. port .. "/")
request.headers:upsert(":method", "POST")
request.headers:append("x-bench", events .. "," .. batch)
request:set_body("{}")
local _, stream = assert(request:go())
local rest, count, bytes = "", 0, 0
for chunk in stream:each_chunk() do
  rest = rest .. chunk
  local from = 1
  while true do
    local stop = rest:find("\n\n", from, true)
    if not stop then
      break
    end
    local data = rest:sub(from, stop - 1):match("^data: ?(.*)")
    from = stop + 2
    if data and data ~= "[DONE]" then
      local event = cjson.decode(data)
      if event.type == "response.content_part.delta" then
        count = count + 1
        bytes = bytes + #event.delta
      end
    end
  end
  rest = rest:sub(from)
end
assert(count == events, "deltas lost: " .. count)
