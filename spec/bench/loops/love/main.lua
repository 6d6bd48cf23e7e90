-- The frames of LÖVE beside a saturated stream. Arguments: port, rounds.
local gaps = require "spec.bench.loops.gaps"
local http = require "socket.http"
local indoxhub = require "indoxhub"

-- Seconds of each frame for the network.
local BUDGET = 0.002

-- Events of an answer that is waited for.
local EVENTS = 100000

-- LÖVE's own module: the frame in which it is called waits for the answer.
local function block(port)
  local take = gaps.decoder()
  assert(http.request { method = "POST",
    url = "http://127.0.0.1:" .. port .. "/",
    headers = { ["X-Bench"] = gaps.header(EVENTS) },
    sink = function(chunk)
      if chunk then
        take(chunk)
      end
      return 1
    end })
  return function() end
end

function love.load(arguments)
  local port, rounds = arguments[1], tonumber(arguments[2])
  indoxhub.spawn(function()
    local deltas, events = gaps.ours(port)
    gaps.measure("LÖVE: time of a frame, beside", { deltas, events,
      { "socket.http, 100,000 events", function()
        return block(port)
      end } }, { rounds = rounds, budget = BUDGET })
    love.event.quit()
  end)
end

function love.update()
  gaps.beat()
  indoxhub.step(BUDGET)
end
