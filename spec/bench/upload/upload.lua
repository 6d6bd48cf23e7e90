-- Sends a file with indoxhub, in a form. Arguments: URL, file.
local indoxhub = require "indoxhub"

local client = indoxhub.new { api_key = "bench", allow_http = true,
  base_url = arg[1] }
indoxhub.assert(client.audio:transcribe { model = "m",
  file = arg[2] })
