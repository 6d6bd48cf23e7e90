-- What a worker of nginx pays, in CPU time, to pass on a stream of text deltas,
-- with 100 events in a write: with this library, which sends the text alone,
-- and with proxy_pass, which sends all bytes as they came. Argument: rounds.
local openresty = require "spec.runtime.openresty.server"
local rows = require "spec.bench.rows"

local rounds = tonumber(arg[1])

local EVENTS = 1000000
local BENCH = EVENTS .. ",100"

local blast = io.popen("echo $$; exec setpriv --pdeathsig KILL "
  .. "build/tools/blast")
local blast_pid, port = blast:read "*l", blast:read "*l"
local base = "http://127.0.0.1:" .. port

-- CPU seconds of a process so far, which the kernel counts in hundredths.
local function cpu(pid)
  local user, system = openresty.read("/proc/" .. pid .. "/stat")
    :match "%) (.*)":match(("%S+ "):rep(11) .. "(%d+) (%d+)")
  return (user + system) / 100
end

local function median(list)
  local sorted = { unpack(list) }
  table.sort(sorted)
  return sorted[math.ceil(#sorted / 2)]
end

local WAYS = {
  { name = "proxy_pass", path = "/proxy", arguments = { port = port,
    bench = BENCH } },
  { name = "next_batch, print, flush", path = "/do/relay",
    arguments = { base = base, bench = BENCH } },
}

local nginx = openresty.start()
local worker = nginx:worker()

-- Microseconds of the worker for each event.
local function measure(way)
  local before = cpu(worker)
  local pipe = io.popen(("curl -sN -o /dev/null -w '%%{size_download}' '%s'")
    :format(nginx:address(way.path, way.arguments)))
  local bytes = tonumber(pipe:read "*a")
  pipe:close()
  assert(bytes and bytes > EVENTS * 4, way.name .. " brought too little")
  return (cpu(worker) - before) / EVENTS * 1e6
end

local all = { {}, {} }
for round = 1, rounds do
  for i, way in ipairs(WAYS) do
    all[i][round] = measure(way)
  end
end
local ratios = {}
for round = 1, rounds do
  ratios[round] = all[2][round] / all[1][round]
end
print(("Medians of %d rounds, CPU us of the worker for an event:")
  :format(rounds))
for i, way in ipairs(WAYS) do
  print(("%-28s %8.2f"):format(way.name, median(all[i])))
end
rows.add { work = "relay of packed deltas, an event", on = "nginx",
  ours = median(all[2]), unit = "µs", peer = "proxy_pass",
  theirs = median(all[1]), ratio = median(ratios), most_ours = 1.2 }
local bad = nginx:stop()
os.execute("kill -9 " .. blast_pid)
blast:close()
assert(bad == "", bad)
