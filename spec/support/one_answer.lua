-- A raw server that answers everything with the same reply, and its clients.
local indoxhub = require "indoxhub"
local servers = require "spec.support.servers"

local one_answer = {}

one_answer.OK = servers.reply("200 OK", "application/json",
  '{"request_id":"q","data":"fine","status":"ok","providers":[]}')

--- A function that makes clients of a raw server, each with a script of its
--- own, and one that gives the body such a script got.
---@return fun(name: string, options?: table): indoxhub.Client client_for
---@return fun(name: string): string sent_body
function one_answer.of(raw)
  local function client_for(name, options)
    local settings = { api_key = "indox-test" }
    for option, value in pairs(options or {}) do
      settings[option] = value
    end
    settings.base_url = raw:script(name, { { "body" },
      { "send", one_answer.OK }, { "again" } })
    return indoxhub.new(settings)
  end

  local function sent_body(name)
    return raw:got(name):match("\r\n\r\n(.*)$")
  end

  return client_for, sent_body
end

return one_answer
