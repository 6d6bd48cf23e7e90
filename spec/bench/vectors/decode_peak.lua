-- Decodes a reply once. Prints by how many MiB the resident size of the process
-- grew, at its peak, from what it was with the reply's text in memory.
-- Arguments: the reply's file, "tables" or "vectors".
local cjson = require("cjson").new()
local embeddings = require "indoxhub.api.replies.embeddings"

local decode = arg[2] == "tables" and cjson.decode or embeddings.decode

local function status(name)
  for line in io.lines("/proc/self/status") do
    local kib = line:match("^" .. name .. ":%s+(%d+)")
    if kib then
      return tonumber(kib)
    end
  end
end

-- Both ways have run, so that what each needs but once is there.
decode '{"data":[{"embedding":[1.5,2.5]}]}'

local file = assert(io.open(arg[1], "rb"))
local text = file:read("*a")
file:close()
collectgarbage()
collectgarbage()
-- From here on the kernel notes the peak anew.
local marks = assert(io.open("/proc/self/clear_refs", "w"))
marks:write("5")
marks:close()
local before = status "VmRSS"
local body = decode(text)
local peak = status "VmHWM"
assert(#body.data == 256 and #body.data[256].embedding == 1536)
print((peak - before) / 1024)
