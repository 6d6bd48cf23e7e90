-- A raw server that exchanges keys for tokens, clients of it, and what they
-- have shown.
local indoxhub = require "indoxhub"
local raw_server = require "spec.support.raw_server"
local servers = require "spec.support.servers"

local token_server = {}

token_server.KEY = "indox-" .. ("k"):rep(32)

token_server.answer = servers.last_reply

--- An answer to any call, to an exchange as well.
token_server.OK = servers.last_reply("200 OK",
  '{"request_id":"q","data":"fine","access_token":"token-1"}')

token_server.REFUSED = servers.last_reply("401 Unauthorized",
  '{"detail":"Token has expired"}')

--- An answer that gives a token.
function token_server.token_answer(token)
  return servers.last_reply("200 OK", ('{"access_token":%q}'):format(token))
end

--- Sees to the tests of a describe block; called there.
---@return table scene
function token_server.scene()
  local raw, count = raw_server(), 0
  local scene = { raw = raw }

  --- A client of a server that gives these answers in turn, the last one for
  --- good, and the name of its script. The next one is laid out when the key is
  --- asked for, which is before each request of a call, and when an exchange is
  --- over.
  function scene.client_with(answers, options)
    count = count + 1
    options = options or {}
    local name = "auth" .. count
    local lay_out = raw:in_turn(name, answers)
    if options.api_key then
      lay_out() -- another key is not asked for
    end
    local settings = { auth = "exchange", base_url = raw:base(name),
      max_retries = 0, trailing_slash = "off",
      api_key = function()
        lay_out()
        return token_server.KEY
      end,
      log = function(event)
        if event.path:find("^auth/") then
          lay_out()
        end
      end }
    for option, value in pairs(options) do
      settings[option] = value
    end
    return indoxhub.new(settings), name
  end

  --- Each request that a script got as "METHOD path", and what it shows.
  function scene.asked_for(name)
    local list = {}
    for method, path, headers in raw:got(name):gmatch(
      "([DGP]%u+) /%w+(/%S*) HTTP/1%.1\r\n(.-)\r\n\r\n") do
      list[#list + 1] = { method .. " " .. path,
        headers:match("Authorization: ([^\r]*)"),
        headers:match("X%-API%-Key: ([^\r]*)") }
    end
    return list
  end

  --- How many requests for a token a script got.
  function scene.exchanges(name)
    return select(2, raw:got(name):gsub("POST /%w+/auth/api%-key ", ""))
  end

  return scene
end

return token_server
