-- The same stream with lua-http and cjson, as a program without a library would
-- do it: split into lines, decode each event, take its text.
if not pcall(require, "http.request") then
  package.path = package.path .. ";" .. package.path:gsub("/5%.4/", "/5.3/")
    .. ";" .. package.path:gsub("/5%.4/", "/5.1/")
end
local cjson = require "cjson"
local decoder = require "spec.bench.decoder"
local http = require "http.request"

local port, events, batch = arg[1], tonumber(arg[2]), arg[3]
local request = http.new_from_uri("http://127.0.0.1:" .. port .. "/")
request.headers:upsert(":method", "POST")
request.headers:append("x-bench", events .. "," .. batch)
request:set_body("{}")
local _, stream = assert(request:go())
local count, bytes = 0, 0
local take = decoder(cjson.decode, function(event)
  if event.type == "response.content_part.delta" then
    count = count + 1
    bytes = bytes + #event.delta
  end
end)
for chunk in stream:each_chunk() do
  take(chunk)
end
assert(count == events, "deltas lost: " .. count)
