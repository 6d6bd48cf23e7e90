-- What indoxhub costs in an nginx worker, beside what is done without it.
-- Started by spec/bench/openresty.sh. Argument: seconds of a measurement.
local core = require "indoxhub.core"
local openresty = require "spec.runtime.openresty.server"
local servers = require "spec.support.servers"

local rows = require "spec.bench.rows"

local SECONDS = tonumber(arg[1] or 3)
local ROUNDS = 7

-- The crowd: requests at once, pieces of each answer, milliseconds between.
local CROWD, PIECES, PAUSE = 1000, 20, 250

local function say(...)
  io.stdout:write(string.format(...), "\n")
  io.stdout:flush()
end

local function delta(text)
  return ('data: {"choices":[{"index":0,"delta":{"content":"%s"}}]}\n\n')
    :format(text)
end

local DONE = "data: [DONE]\n\n"
local HEAD = { "send", servers.EVENTS_HEAD }

-- A script that sends pieces with pauses between them.
local function paced(pieces, pause)
  local script = { { "body" }, HEAD }
  for i = 1, #pieces do
    script[#script + 1] = { "send", delta(pieces[i]) }
    script[#script + 1] = { "sleep", pause }
  end
  script[#script + 1] = { "send", DONE }
  script[#script + 1] = { "close" }
  return script
end

local function repeated(text, count)
  local list = {}
  for i = 1, count do
    list[i] = text
  end
  return list
end

local raw = servers.raw()
local blast_pipe = io.popen("echo $$; exec setpriv --pdeathsig KILL "
  .. "build/tools/blast")
local blast_pid, blast_port = blast_pipe:read("*l"), blast_pipe:read("*l")
local blast = "http://127.0.0.1:" .. blast_port

local SILENT = raw:script("silent", { { "body" }, { "send",
  servers.EVENTS_HEAD .. delta "one " }, { "hold" } })
local SLOW = raw:script("slow", paced(repeated("word ", SECONDS * 20), 100))
local TALKING = raw:script("talking",
  (function()
    local script = paced(repeated("word ", 100), 20)
    script[#script], script[#script - 1] = nil, { "hold" }
    return script
  end)())

-- Ends nginx, and tells what should not have been.
local function stop(nginx)
  local bad = nginx:stop()
  if bad ~= "" then
    say("  nginx complained:\n%s", bad)
  end
end

local function read_lines(command)
  local pipe = io.popen(command)
  local text = pipe:read("*a")
  pipe:close()
  return text
end

---------------------------------------------------------------------------
-- latency of another request

local function ping(nginx)
  local told = read_lines(("build/tools/ping %s %s"):format(nginx.port,
    SECONDS))
  local values = {}
  for value in told:gmatch("%S+") do
    values[#values + 1] = tonumber(value)
  end
  assert(#values == 5, "the pings were not answered")
  return values
end

-- The round with the lowest p99: what else runs on the machine only adds.
local function show(name, rounds)
  table.sort(rounds, function(one, other)
    return one[2] < other[2]
  end)
  say("  %-44s %7.2f %7.2f %7.2f %8.2f", name, unpack(rounds[1], 1, 4))
end

-- Visits that begin, before a measurement, and are left after it.
local function beside(nginx, list, measure)
  local visits = {}
  for i, one in ipairs(list) do
    visits[i] = nginx:visit(one[1], one[2])
  end
  os.execute "sleep 0.3"
  local result = measure()
  for _, visit in ipairs(visits) do
    visit:leave()
  end
  os.execute "sleep 0.2"
  return result
end

local function latency()
  local nginx = openresty.start { measure = true }
  local ENDLESS = { base = blast, bench = "1000000000,100" }
  local streams = { { "/do/drain", ENDLESS } }
  for i = 2, 5 do
    streams[i] = { "/do/stream", { base = SLOW } }
  end
  local blocking = { { "/do/blocking", { base = raw:script("blocking",
    paced(repeated("word ", 20), 100)), bench = "1,1" } } }
  local alone, busy, slow, blocked = {}, {}, {}, {}
  local function pinging()
    return ping(nginx)
  end
  for i = 1, ROUNDS do
    alone[i] = pinging()
    busy[i] = beside(nginx, streams, pinging)
    slow[i] = beside(nginx, { unpack(streams, 2) }, pinging)
    blocked[i] = beside(nginx, blocking, pinging)
  end
  say("/ping, 200 a second, ms, the best of %d rounds %7s %7s %7s %8s",
    ROUNDS, "p50", "p99", "p99.9", "max")
  show("nothing else", alone)
  show("4 slow streams", slow)
  show("1 saturated stream, each event decoded, + 4", busy)
  show("1 call of 2 s that blocks in libcurl", blocked)
  rows.add { work = "/ping beside a saturated stream, p99", on = "nginx",
    ours = busy[1][2], unit = "ms", peer = "no stream", theirs = alone[1][2] }
  local steps = nginx:get "/do/steps"
  say("  steps: %s", (steps:gsub("\n", "")))
  stop(nginx)
end

---------------------------------------------------------------------------
-- system calls

-- How many system calls a worker with all its threads makes in some seconds.
local function count_calls(pid)
  local name = os.tmpname()
  os.execute(("timeout -s INT %g strace -f -c -o %s -p %s 2>/dev/null")
    :format(SECONDS, name, pid))
  local text = openresty.read(name)
  os.remove(name)
  local total = 0
  for count in text:gmatch("\n *[%d.]+ +[%d.]+ +%d+ +(%d+)[^\n]+") do
    total = total + tonumber(count)
  end
  -- The last line is the sum.
  return total / 2, text
end

local function system_calls()
  local nginx = openresty.start { base = SLOW }
  local worker = nginx:worker()
  say("system calls of the worker and its thread in %g s", SECONDS)
  say("  never used                     %4d", (count_calls(worker)))
  nginx:get "/do/stream"
  os.execute "sleep 2" -- the connection that is kept is looked at once
  say("  used, and idle                 %4d", (count_calls(worker)))
  local visit = nginx:visit("/do/stream", { base = SILENT })
  visit:wait_for "one "
  os.execute "sleep 0.5"
  local calls, text = count_calls(worker)
  say("  beside a silent stream         %4d", calls)
  if calls > 0 then
    say("%s", text)
  end
  visit:leave()
  visit = nginx:visit("/do/stream", { base = SLOW })
  visit:wait_for "word "
  calls = count_calls(worker)
  say("  beside 10 pieces a second      %4d", calls)
  visit:leave()
  stop(nginx)
  assert(calls > 0, "strace sees nothing")
end

---------------------------------------------------------------------------
-- a thousand at once

local function resident(pid)
  return tonumber(openresty.read("/proc/" .. pid .. "/status")
    :match("VmRSS:%s*(%d+)"))
end

-- Runs the crowd against an address of nginx with NUMBER in it; `among` is
-- called when all answers have begun to come. Returns what it counted.
local function run_crowd(address, among)
  local pipe = io.popen(("node spec/bench/openresty/crowd.js '%s' %d %d")
    :format(address, CROWD, PIECES))
  local line = pipe:read("*l")
  if line == "begun" then
    among()
    line = pipe:read("*l")
  end
  pipe:close()
  return line
end

local function crowd()
  for number = 1, CROWD do
    local pieces = {}
    for i = 1, PIECES do
      pieces[i] = ("<%d:%d> "):format(number, i)
    end
    raw:script("crowd" .. number, paced(pieces, PAUSE))
  end
  local nginx = openresty.start()
  local worker = nginx:worker()
  nginx:get("/do/stream", { base = raw:base "crowd1" })
  local before = resident(worker)
  local all, pinged
  local counted = run_crowd(nginx:address("/do/stream",
    { base = raw:base "crowdNUMBER" }), function()
      all = resident(worker)
      pinged = read_lines(("build/tools/ping %s 2"):format(nginx.port))
    end)
  say("%d streamed responses at once through one worker", CROWD)
  say("  %s", counted)
  say("  resident: %.1f MiB before, %.1f MiB with all of them: %.1f KiB each",
    before / 1024, all / 1024, (all - before) / CROWD)
  say("  /ping meanwhile, ms: p50 %s, p99 %s, p99.9 %s, max %s",
    pinged:match("(%S+) (%S+) (%S+) (%S+)"))
  stop(nginx)
  local each = (all - before) / CROWD
  -- The same with answers that come from nowhere.
  nginx = openresty.start()
  worker = nginx:worker()
  nginx:get "/ping"
  before = resident(worker)
  run_crowd(nginx:address("/do/wait", { seconds = 5, number = "NUMBER" }),
    function()
      all = resident(worker)
    end)
  local without = (all - before) / CROWD
  say("  of which nginx and Lua without an upstream call: %.1f KiB each",
    without)
  rows.add { work = "memory of a streamed response", on = "nginx", ours = each,
    unit = "KiB", peer = "the same without a call", theirs = without,
    most_ours = 30 }
  stop(nginx)
end

---------------------------------------------------------------------------
-- endings

-- Seconds until a condition holds.
local function timed(condition)
  local start = core.now()
  while not condition() do
    assert(core.now() - start < 20, "it never happened")
    os.execute "sleep 0.005"
  end
  return core.now() - start
end

local function median_of(measure)
  local list = {}
  for i = 1, 5 do
    list[i] = measure()
  end
  table.sort(list)
  return list[3], list[5]
end

local function show_time(name, measure)
  say("  %-52s %6.3f %6.3f", name, median_of(measure))
end

local function endings()
  say("endings, s %54s %6s", "median", "max")
  local function until_gone(script, name, path)
    return function()
      local nginx = openresty.start()
      local before = raw:gone(name)
      local visit = nginx:visit(path, { base = script })
      visit:wait_for(name == "silent" and "one " or "word ")
      visit:leave()
      local seconds = timed(function()
        return raw:gone(name) > before
      end)
      stop(nginx)
      return seconds
    end
  end
  show_time("browser leaves a silent stream, ngx.on_abort",
    until_gone(SILENT, "silent", "/do/stream_on_abort"))
  show_time("browser leaves a silent stream, no handler",
    until_gone(SILENT, "silent", "/do/stream"))
  local function until_stopped(signal, script)
    return function()
      local nginx = openresty.start()
      local visit
      if script then
        visit = nginx:visit("/do/stream", { base = script })
        visit:wait_for "o"
      end
      local worker = nginx:worker()
      os.execute(("kill -%s %s"):format(signal, nginx.pid))
      local seconds = timed(function()
        return not openresty.is_alive(worker)
      end)
      if visit then
        visit:leave()
      end
      stop(nginx)
      return seconds
    end
  end
  show_time("-s stop, a worker that was never used",
    until_stopped "TERM")
  show_time("-s stop in mid-stream", until_stopped("TERM", SILENT))
  show_time("-s stop, and the stream talks", until_stopped("TERM", TALKING))
  show_time("-s reload in mid-stream, after the end of the stream",
    function()
      local nginx = openresty.start()
      local visit = nginx:visit("/do/stream", { base =
        raw:script("ending", paced({ "word ", "word ", "end" }, 300)) })
      visit:wait_for "word "
      local worker = nginx:worker()
      os.execute("kill -HUP " .. nginx.pid)
      assert(visit:wait() == "word word end", "the stream was cut off")
      local seconds = timed(function()
        return not openresty.is_alive(worker)
      end)
      stop(nginx)
      return seconds
    end)
end

local ok, err = xpcall(function()
  latency()
  system_calls()
  crowd()
  endings()
end, debug.traceback)

raw:stop()
os.execute("kill -9 " .. blast_pid)
blast_pipe:close()
if not ok then
  error(err, 0)
end
