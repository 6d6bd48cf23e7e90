-- Calls that are tried again: a raw server that refuses some, and clients of
-- it. Waits between attempts take no time here and are written down.
local assert = require "luassert"
local busted = require "busted"
local indoxhub = require "indoxhub"
local loop = require "indoxhub.loop"
local raw_server = require "spec.support.raw_server"
local servers = require "spec.support.servers"

local retries = {}

retries.KEY = "indox-" .. ("k"):rep(32)

--- Seconds between two looks of a task that polls.
retries.TICK = 0.001

function retries.refusal(status, extra, body)
  return servers.last_reply(status, body or '{"detail":"not now"}', extra)
end

retries.OK = retries.refusal("200 OK", nil, '{"request_id":"q","data":"fine"}')

retries.LIMITED = retries.refusal("429 Too Many Requests")
retries.BUSY = retries.refusal("503 Service Unavailable")
retries.BROKEN = retries.refusal("500 Internal Server Error")

--- Backoff without a hint, whatever the random number was.
function retries.assert_backoff(expected, seconds)
  assert.is_true(seconds <= expected and seconds >= 0.75 * expected,
    ("%g is no backoff of %g"):format(seconds, expected))
end

--- Sees to the tests of a describe block; called there.
---@return table scene
function retries.scene()
  local raw, waits, wait, count = raw_server(), {}, loop.wait, 0
  local scene = { raw = raw, waits = waits }

  --- What waits for a time and for nothing else goes on at once. Forgets the
  --- waits so far.
  function scene.skip_time()
    for i in ipairs(waits) do
      waits[i] = nil
    end
    loop.wait = function(slot, seconds) -- luacheck: ignore 122
      if not seconds or seconds == retries.TICK then
        return wait(slot, seconds)
      end
      waits[#waits + 1] = seconds
      return wait(slot, 0)
    end
  end

  busted.before_each(scene.skip_time)

  busted.after_each(function()
    loop.wait = wait -- luacheck: ignore 122
  end)

  --- A client of a server that gives these answers in turn, and the name of
  --- its script. The client asks for its key before it sends anything, which
  --- is when the next is laid out.
  function scene.client_with(answers, options)
    count = count + 1
    local name = "retries" .. count
    local lay_out = raw:in_turn(name, answers)
    local settings = { api_key = function()
      lay_out()
      return retries.KEY
    end }
    for option, value in pairs(options or {}) do
      settings[option] = value
    end
    settings.base_url = raw:base(name)
    return indoxhub.new(settings), name
  end

  --- How many requests reached a script.
  function scene.request_count(name)
    return select(2, raw:got(name):gsub("HTTP/1.1\r\n", ""))
  end

  return scene
end

return retries
