-- A 1 ms timer in luv beside a saturated stream. Arguments: port, rounds.
local uv = require "luv"

local gaps = require "spec.bench.loops.gaps"
local indoxhub = require "indoxhub"

local port, rounds = arg[1], tonumber(arg[2])

-- The budget of a step where nothing else is said.
local BUDGET = 0.004

local sibling = uv.new_timer()
sibling:start(1, 1, gaps.beat)

-- The way without a library: a curl whose events are decoded as they come.
local function spawn_curl()
  local out, take = uv.new_pipe(false), gaps.decoder()
  local curl
  curl = assert(uv.spawn("curl", { args = { "-sN", "-X", "POST", "-d", "{}",
    "-H", "X-Bench: " .. gaps.header(), "http://127.0.0.1:" .. port .. "/" },
    stdio = { nil, out } }, function()
      curl:close()
    end))
  out:read_start(function(_, bytes)
    if bytes then
      take(bytes)
    end
  end)
  return function()
    out:close()
    curl:kill("sigterm")
  end
end

indoxhub.spawn(function()
  local deltas, events = gaps.ours(port)
  gaps.measure(("luv, %s: time between two ticks of a 1 ms timer, beside")
    :format(arg[3]), { deltas, events,
    { "spawned curl, every event decoded", spawn_curl } },
    { rounds = rounds, budget = BUDGET })
  sibling:close()
end)
uv.run()
