-- A thread of cqueues that sleeps 1 ms at a time, beside a saturated stream.
-- Arguments: port, rounds.
local cqueues = require "cqueues"

if not pcall(require, "http.request") then
  package.path = package.path .. ";" .. package.path:gsub("/5%.4/", "/5.3/")
    .. ";" .. package.path:gsub("/5%.4/", "/5.1/")
end
local gaps = require "spec.bench.loops.gaps"
local http = require "http.request"

local port, rounds = arg[1], tonumber(arg[2])

-- The budget of a step where nothing else is said.
local BUDGET = 0.004

-- Events of an answer that lua-http reads. It goes on without a pause for as
-- long as something comes, so one without an end would be all there is.
local EVENTS = 200000

local cq = cqueues.new()
local over = false

local function start_lua_http()
  local request = http.new_from_uri("http://127.0.0.1:" .. port .. "/")
  request.headers:upsert(":method", "POST")
  request.headers:append("x-bench", gaps.header(EVENTS))
  request:set_body("{}")
  local stopped, take = false, gaps.decoder()
  cq:wrap(function()
    local _, stream = assert(request:go())
    for chunk in stream:each_chunk() do
      take(chunk)
      if stopped then
        break
      end
    end
    stream:shutdown()
  end)
  return function()
    stopped = true
  end
end

cq:wrap(function()
  while not over do
    cqueues.sleep(0.001)
    gaps.beat()
  end
end)
cq:wrap(function()
  local deltas, events = gaps.ours(port)
  gaps.measure(("cqueues, %s: time between two wakes of a thread that " ..
    "sleeps 1 ms, beside"):format(arg[3]), { deltas, events,
    { "lua-http, 200,000 events decoded", start_lua_http } },
    { rounds = rounds, budget = BUDGET })
  over = true
end)
assert(cq:loop())
