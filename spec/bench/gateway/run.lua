-- What a stream costs in the gateway, beside proxy_pass of the same upstream in
-- the same nginx, and what one Redis does for several gateways. Started by
-- spec/bench/gateway.sh. Arguments: streams at once when CPU time is measured,
-- and at most, and the only part to run.
local core = require "indoxhub.core"
local files = require "spec.support.files"
local json = require "indoxhub.base.json"
local openresty = require "spec.runtime.openresty.server"
local programs = require "spec.support.programs"
local redis = require "spec.support.redis"
local servers = require "spec.support.servers"

local FEW, MANY = tonumber(arg[1] or 200), tonumber(arg[2] or 2000)
local PART = arg[3]
local ROUNDS = 3

-- Pieces of each answer and milliseconds between them.
local PIECES, PAUSE = 100, 20
local MANY_PIECES, MANY_PAUSE = 40, 500

-- What the clock of /proc counts in a second.
local TICKS = 100

-- How many gateways share one Redis.
local MACHINES = { 1, 2, 4 }

-- A key without limits, and one whose limits are asked for but never reached.
local KEY, LIMITED = "ihg-" .. ("b"):rep(64), "ihg-" .. ("c"):rep(64)

local function say(...)
  io.stdout:write(string.format(...), "\n")
  io.stdout:flush()
end

local function upstream(pieces, pause)
  return servers.start(("node spec/bench/gateway/upstream.js %d %d")
    :format(pieces, pause))
end

-- A gateway with proxy_pass beside it.
local function start(options)
  local folder = files.folder()
  assert(os.execute("chmod 755 " .. folder)) -- workers are of another user
  local port = servers.free_port()
  files.write(folder .. "/nginx.conf", (files.read(
    "spec/bench/gateway/nginx.conf"):gsub("@([%u_]+)@", { FOLDER = folder,
      PORT = port, WORKERS = options.workers,
      UPSTREAM = options.upstream.said })))
  files.write(folder .. "/options.lua", ('return { most_streams = 4096, '
    .. 'redis = %s, keys = { { name = "bench", sha256 = "%s" }, '
    .. '{ name = "limited", sha256 = "%s", requests_per_minute = 1e6, '
    .. 'tokens_per_minute = 1e12, calls_at_once = 1e6 } } }')
    :format(options.redis and ("%q"):format(options.redis.url) or "nil",
      core.sha256(KEY), core.sha256(LIMITED)))
  local process = servers.start_silent(("env -u REDIS_URL INDOXHUB_API_KEY=x "
    .. "INDOXHUB_BASE_URL=http://127.0.0.1:%s/v1 setpriv --pdeathsig TERM "
    .. "sh spec/support/openresty.sh run %s %s/nginx.conf 2>%s/stderr")
    :format(options.upstream.said, folder, folder, folder))
  servers.wait_until(function()
    return (servers.curl(("http://127.0.0.1:%s/health"):format(port))) == 200
  end, "nginx: " .. (files.read(folder .. "/stderr") or ""))
  return { folder = folder, port = port, process = process }
end

local function stop(nginx)
  os.execute("kill -TERM " .. nginx.process.pid)
  programs.wait_for_end(nginx.process.pid)
  servers.kill(nginx.process)
  local bad = openresty.bad_news(files.read(nginx.folder .. "/error.log") or "")
  if bad ~= "" then
    say("  nginx complained:\n%s", bad)
  end
  files.remove_folder(nginx.folder)
end

local function seconds_of(pids)
  local ticks = 0
  for _, pid in ipairs(pids) do
    local user, system = files.read("/proc/" .. pid .. "/stat"):match(
      "%) %a" .. (" %-?%d+"):rep(10) .. " (%d+) (%d+)")
    ticks = ticks + user + system
  end
  return ticks / TICKS
end

local function resident(pids)
  local sum = 0
  for _, pid in ipairs(pids) do
    sum = sum + tonumber(files.read("/proc/" .. pid .. "/status")
      :match("VmRSS:%s*(%d+)"))
  end
  return sum
end

-- Runs a crowd against a path of one or more gateways; `among` is called when
-- all answers have begun. `words` are the key and what else crowd.js takes.
local function crowd(list, path, count, pieces, among, words)
  local urls = {}
  for i, nginx in ipairs(list) do
    urls[i] = ("http://127.0.0.1:%s%s"):format(nginx.port, path)
  end
  local pipe = io.popen(("node spec/bench/gateway/crowd.js %s %d %d %s"):format(
    table.concat(urls, ","), count, pieces, words or KEY))
  local line = pipe:read("*l")
  if line == "begun" then
    if among then
      among()
    end
    line = pipe:read("*l")
  end
  pipe:close()
  return line
end

---------------------------------------------------------------------------
-- CPU time

local function cpu_of(nginx, path, store)
  local workers = openresty.children(nginx.process.pid)
  local before = seconds_of(workers)
  local stored = store and seconds_of { store.process.pid } or 0
  local told = crowd({ nginx }, path, FEW, PIECES)
  assert(told == FEW .. " whole, 0 lost, 0 mixed up", told)
  os.execute "sleep 0.3"
  local each = 1e6 / (FEW * PIECES)
  return (seconds_of(workers) - before) * each,
    store and (seconds_of { store.process.pid } - stored) * each or 0
end

-- What Redis has done so far: commands, and bytes that came and went.
local function done_by(store)
  local told = store:cli "INFO stats"
  local function figure(name)
    return tonumber(told:match(name .. ":(%d+)"))
  end
  return figure "total_commands_processed", figure "total_net_input_bytes"
    + figure "total_net_output_bytes"
end

-- The least of some rounds, as what else runs on the machine only adds.
local function least(list)
  table.sort(list)
  return list[1]
end

local function cpu()
  local model, store = upstream(PIECES, PAUSE), redis.start()
  local alone = start { workers = 1, upstream = model }
  local shared = start { workers = 1, upstream = model, redis = store }
  local proxy, dict, with_redis, of_redis = {}, {}, {}, {}
  local commands, bytes
  for i = 1, ROUNDS do
    proxy[i] = cpu_of(shared, "/proxy")
    dict[i] = cpu_of(alone, "/v1/chat/completions")
    local commands_before, bytes_before = done_by(store)
    with_redis[i], of_redis[i] = cpu_of(shared, "/v1/chat/completions", store)
    commands, bytes = done_by(store)
    commands, bytes = commands - commands_before, bytes - bytes_before
  end
  local base = least(proxy)
  say("CPU time of the worker per piece, %d streams of %d pieces, %d ms "
    .. "apart, µs; the least of %d rounds", FEW, PIECES, PAUSE, ROUNDS)
  say("  proxy_pass                        %6.1f", base)
  say("  gateway, without Redis            %6.1f   x %.1f", least(dict),
    least(dict) / base)
  say("  gateway, with Redis               %6.1f   x %.1f", least(with_redis),
    least(with_redis) / base)
  say("  of redis-server meanwhile         %6.1f", least(of_redis))
  say("Redis: %.1f commands and %.1f KiB an answer, %.2f and %.0f bytes a "
    .. "piece", commands / FEW, bytes / FEW / 1024, commands / FEW / PIECES,
    bytes / FEW / PIECES)
  stop(alone)
  stop(shared)
  store:stop()
  servers.kill(model)
end

---------------------------------------------------------------------------
-- machines

-- What Redis has done and holds so far.
local function state_of(store)
  local commands, bytes = done_by(store)
  local told = store:cli "INFO"
  local function figure(name)
    return tonumber(told:match("%f[%w_]" .. name .. ":([%d.]+)"))
  end
  return { commands = commands, bytes = bytes,
    memory = figure "used_memory" - figure "mem_clients_normal",
    cpu = figure "used_cpu_user" + figure "used_cpu_sys" }
end

local function seconds_of_all(list)
  local sum = 0
  for _, nginx in ipairs(list) do
    sum = sum + seconds_of(openresty.children(nginx.process.pid))
  end
  return sum
end

-- What a crowd costs that is spread over these gateways.
local function cost_of(store, list, words)
  store:cli "FLUSHALL" -- so that what it holds is of this crowd
  local before, worked = state_of(store), seconds_of_all(list)
  local told = crowd(list, "/v1/chat/completions", FEW, PIECES, nil, words)
  local wanted = words:find "elsewhere" and 2 * FEW or FEW
  assert(told == wanted .. " whole, 0 lost, 0 mixed up", told)
  os.execute "sleep 0.3"
  local after = state_of(store)
  return { commands = (after.commands - before.commands) / FEW,
    bytes = (after.bytes - before.bytes) / FEW,
    memory = (after.memory - before.memory) / FEW,
    redis = (after.cpu - before.cpu) * 1e6 / FEW / PIECES,
    worked = (seconds_of_all(list) - worked) * 1e6 / FEW / PIECES }
end

-- Of each figure the least of all rounds.
local function least_of(rounds)
  local found = {}
  for name in pairs(rounds[1]) do
    local list = {}
    for i, round in ipairs(rounds) do
      list[i] = round[name]
    end
    found[name] = least(list)
  end
  return found
end

local function say_row(name, row, base)
  say("  %-28s %7.1f %7.3f %7.1f %7.0f %7.1f %7.2f x %.2f %7.1f x %.2f", name,
    row.commands, row.commands / PIECES, row.bytes / 1024, row.bytes / PIECES,
    row.memory / 1024, row.redis, row.redis / base.redis, row.worked,
    row.worked / base.worked)
end

local function machines()
  local model, store = upstream(PIECES, PAUSE), redis.start()
  local all, works = {}, {}
  for i = 1, MACHINES[#MACHINES] do
    all[i] = start { workers = 1, upstream = model, redis = store }
  end
  for i, count in ipairs(MACHINES) do
    works[i] = { name = count .. (count == 1 and " gateway" or " gateways"),
      count = count, words = LIMITED, rounds = {} }
  end
  local more = #MACHINES
  works[more + 1] = { name = "1 gateway, key without limits", count = 1,
    words = KEY, rounds = {} }
  works[more + 2] = { name = "2 gateways, read at both", count = 2,
    words = LIMITED .. " elsewhere", rounds = {} }
  for i = 1, ROUNDS do
    for _, work in ipairs(works) do
      local list = {}
      for k = 1, work.count do
        list[k] = all[k]
      end
      work.rounds[i] = cost_of(store, list, work.words)
    end
  end
  say("One Redis, the same %d streams of %d pieces over more gateways of one "
    .. "worker; the least of %d rounds, x: beside one gateway", FEW, PIECES,
    ROUNDS)
  say("  %-28s %15s %15s %7s %14s %14s", "", "commands", "KiB, bytes",
    "KiB", "µs of Redis", "µs of workers")
  say("  %-28s %7s %7s %7s %7s %7s %14s %14s", "", "answer", "piece", "answer",
    "piece", "kept", "piece", "piece")
  local base = least_of(works[1].rounds)
  for _, work in ipairs(works) do
    say_row(work.name, least_of(work.rounds), base)
  end
  for _, nginx in ipairs(all) do
    stop(nginx)
  end
  store:stop()
  servers.kill(model)
end

---------------------------------------------------------------------------
-- many

local function many()
  local model, store = upstream(MANY_PIECES, MANY_PAUSE), redis.start()
  say("%d streams at once through two workers, %d pieces each", MANY,
    MANY_PIECES)
  for _, path in ipairs { "/proxy", "/v1/chat/completions" } do
    local nginx = start { workers = 2, upstream = model, redis = store }
    local workers = openresty.children(nginx.process.pid)
    crowd({ nginx }, path, 10, MANY_PIECES)
    local before, all = resident(workers), nil
    local told = crowd({ nginx }, path, MANY, MANY_PIECES, function()
      all = resident(workers)
    end)
    say("  %-22s %s, %.1f KiB each", path, told,
      all and (all - before) / MANY or 0)
    stop(nginx)
  end
  local used = json.encode(store:cli "INFO memory"):match
    "used_memory_peak:(%d+)"
  say("  of Redis at its peak: %.1f KiB each", used / 1024 / MANY)
  store:stop()
  servers.kill(model)
end

local PARTS = { { "cpu", cpu }, { "machines", machines }, { "many", many } }

local ok, err = xpcall(function()
  for _, part in ipairs(PARTS) do
    if PART == nil or PART == part[1] then
      part[2]()
    end
  end
end, debug.traceback)
servers.kill_all()
if not ok then
  error(err, 0)
end
