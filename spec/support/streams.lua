-- Streams of a raw server, which says what a script tells it.
local indoxhub = require "indoxhub"
local servers = require "spec.support.servers"

local streams = {}

streams.MESSAGES = { { role = "user", content = "go" } }

--- The script of a chunked stream that ends as it should.
---@param text string its events
---@return table[] steps
function streams.whole(text)
  return { { "body" }, { "send", servers.CHUNKED_HEAD ..
    servers.chunk(text) .. servers.LAST_CHUNK } }
end

--- Reads a stream to its end.
---@param stream indoxhub.Stream
---@return string[] pieces, indoxhub.Error? err
function streams.collect(stream)
  local pieces = {}
  while true do
    local piece, err = stream:next()
    if not piece then
      return pieces, err
    end
    pieces[#pieces + 1] = piece
  end
end

--- A function that makes a client whose every call runs a script, and one that
--- opens such a script's stream.
---@param raw table a raw server
---@return fun(name: string, steps: table[], options?: table): indoxhub.Stream
--- open, with options of the client and of the call
---@return fun(name: string, steps: table[], options?: table): indoxhub.Client
--- client_for
function streams.of(raw)
  local function client_for(name, steps, options)
    local settings = { api_key = "indox-test" }
    for option, value in pairs(options or {}) do
      settings[option] = value
    end
    settings.base_url = raw:script(name, steps)
    return indoxhub.new(settings)
  end

  local function open(name, steps, options, call_options)
    return indoxhub.assert(client_for(name, steps, options).chat:stream(
      { messages = streams.MESSAGES }, call_options))
  end

  return open, client_for
end

return streams
