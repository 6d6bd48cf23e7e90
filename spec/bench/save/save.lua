-- Saves a file with indoxhub. Arguments: its URL, where to, its bytes.
local indoxhub = require "indoxhub"

local client = indoxhub.new { api_key = "bench", allow_http = true,
  base_url = arg[1]:match "^http://[^/]+" }
local saved = indoxhub.assert(client:save({ url = arg[1] }, arg[2]))
assert(saved.bytes == tonumber(arg[3]), "bytes lost")
