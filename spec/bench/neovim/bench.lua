-- Runs in Neovim; see spec/bench/neovim.sh.
--
-- Smoothness: how long the editor's loop is away, seen by a timer of 1 ms, and
-- how much CPU time of its own it used meanwhile, which a busy machine does not
-- change. Measured with nothing else to do; with the same stream read by
-- another process, so that only the machine is busy; beside a stream that never
-- pauses and whose events are all decoded; and beside a curl that does the
-- transfer while the editor splits and decodes what it prints. They take turns.
--
-- Cost: CPU and wall time of one small request, children included.
local decoder = require "spec.bench.decoder"
local ffi = require "ffi"
local indoxhub = require "indoxhub"
local loop = require "indoxhub.loop"
local rows = require "spec.bench.rows"

local uv = vim.uv or vim.loop

local URL = "http://127.0.0.1:" .. vim.env.BENCH_PORT .. "/"
local ROUNDS = tonumber(vim.env.BENCH_ROUNDS)

local EVENTS = 100000
local REQUESTS = 50

-- Milliseconds of the rounds in which the editor reads nothing; and events for
-- another process that last longer.
local QUIET, FOR_LONG = 500, 100000000

local WRITES = {
  { batch = 1, title = "one small write for each event" },
  { batch = 100, title = "100 events in a write" },
}

-- What a step of the engine may take. Milliseconds.
local STEP_BUDGET = 4

local client = indoxhub.new { api_key = "bench", base_url = URL }

local function say(text, ...)
  io.stdout:write(text:format(...), "\n")
  io.stdout:flush()
end

---------------------------------------------------------------------------
-- clocks

ffi.cdef [[
  struct ih_time { long seconds, rest; };
  struct ih_usage { struct ih_time user, system; long others[14]; };
  int getrusage(int who, struct ih_usage *usage);
  int clock_gettime(int clock, struct ih_time *time);
]]

local SELF, CHILDREN, THREAD_CLOCK = 0, -1, 3
local usage, time = ffi.new "struct ih_usage", ffi.new "struct ih_time"

-- CPU seconds of this process and of the children that have ended.
local function cpu()
  local seconds = 0
  for _, who in ipairs { SELF, CHILDREN } do
    ffi.C.getrusage(who, usage)
    for _, part in ipairs { usage.user, usage.system } do
      seconds = seconds + tonumber(part.seconds) + tonumber(part.rest) / 1e6
    end
  end
  return seconds
end

local function thread_ms()
  ffi.C.clock_gettime(THREAD_CLOCK, time)
  return tonumber(time.seconds) * 1e3 + tonumber(time.rest) / 1e6
end

local function now_ms()
  return uv.hrtime() / 1e6
end

---------------------------------------------------------------------------
-- numbers

local function at(sorted, share)
  return sorted[math.max(1, math.ceil(#sorted * share))] or 0
end

local function median(values)
  local sorted = { unpack(values) }
  table.sort(sorted)
  return at(sorted, 0.5)
end

local SHARES = { 0.5, 0.99, 0.999, 1 }

local function times(values)
  table.sort(values)
  local words = {}
  for i, share in ipairs(SHARES) do
    words[i] = ("%7.2f"):format(at(values, share))
  end
  return table.concat(words)
end

---------------------------------------------------------------------------
-- who reads

-- CPU milliseconds of each step of the engine.
local steps = {}

local function watch_steps()
  local methods = debug.getmetatable(loop.engine()).__index
  local step = methods.step
  function methods.step(...)
    local before = thread_ms()
    local count, message = step(...)
    steps[#steps + 1] = thread_ms() - before
    return count, message
  end
end

local function open(events, batch)
  return indoxhub.assert(client.chat:stream({
    messages = { { role = "user", content = "go" } },
  }, { headers = { ["X-Bench"] = events .. "," .. batch } }))
end

-- Every event, decoded.
local function with_events(batch, done)
  indoxhub.spawn(function()
    local count = 0
    for event in open(EVENTS, batch):events() do
      if event.delta then
        count = count + 1
      end
    end
    assert(count == EVENTS, "events were lost")
    done()
  end)
end

-- Every delta, as a plugin reads them.
local function with_deltas(batch, done)
  indoxhub.spawn(function()
    local stream, count = open(EVENTS, batch), 0
    while stream:next() do
      count = count + 1
    end
    assert(count == EVENTS, "deltas were lost")
    done()
  end)
end

-- Starts curl; `take` gets what it prints.
local function start_curl(events, batch, take, done)
  local stdout = uv.new_pipe()
  local left = 2
  local function part_ended()
    left = left - 1
    if left == 0 then
      done()
    end
  end
  local process
  process = assert(uv.spawn("curl", { stdio = { nil, stdout, nil },
    args = { "-sN", "-d", "{}", "-H", "Content-Type: application/json", "-H",
      ("X-Bench: %d,%d"):format(events, batch), URL } }, function(code)
    assert(code == 0, "curl failed")
    process:close()
    part_ended()
  end))
  stdout:read_start(function(_, bytes)
    if bytes then
      take(bytes)
    else
      stdout:close()
      part_ended()
    end
  end)
end

local function with_curl(batch, done)
  local count = 0
  start_curl(EVENTS, batch, decoder(vim.json.decode, function(event)
    if event.delta then
      count = count + 1
    end
  end), function()
    assert(count == EVENTS, "events were lost")
    done()
  end)
end

local function with_nothing(_, done)
  local timer = uv.new_timer()
  timer:start(QUIET, 0, function()
    timer:close()
    done()
  end)
end

-- Has another process read the stream, until it is told to end.
local function start_elsewhere(batch)
  local process
  process = assert(uv.spawn("curl", { args = { "-sN", "-o", "/dev/null", "-d",
    "{}", "-H", ("X-Bench: %d,%d"):format(FOR_LONG, batch), URL } },
    function()
      process:close()
    end))
  return function()
    process:kill "sigterm"
  end
end

---------------------------------------------------------------------------
-- smoothness

local READERS = {
  { name = "nothing", read = with_nothing },
  { name = "nothing; a busy machine", read = with_nothing,
    start = start_elsewhere },
  { name = "indoxhub, every event", read = with_events },
  { name = "indoxhub, every delta", read = with_deltas },
  { name = "uv.spawn of curl", read = with_curl },
}

local BUSY, JUDGED = 2, 3

-- What a timer of 1 ms sees until `read` is done: milliseconds since its last
-- call, and how many of them were CPU time of this thread.
local function measure_gaps(read, batch, seen, done)
  collectgarbage()
  local timer, last, last_cpu = uv.new_timer(), now_ms(), thread_ms()
  local began = last
  local function look()
    local now, used = now_ms(), thread_ms()
    table.insert(seen.gaps, now - last)
    table.insert(seen.cpu, used - last_cpu)
    last, last_cpu = now, used
  end
  timer:start(1, 1, look)
  read(batch, function()
    look()
    timer:close()
    table.insert(seen.walls, now_ms() - began)
    done()
  end)
end

local function take_turn(reader, batch, seen)
  return function(done)
    local stop = reader.start and reader.start(batch)
    measure_gaps(reader.read, batch, seen, function()
      if stop then
        stop()
      end
      done()
    end)
  end
end

-- Runs functions that call back, one after the other.
local function in_turn(list, done, i)
  i = i or 1
  if list[i] then
    list[i](vim.schedule_wrap(function()
      in_turn(list, done, i + 1)
    end))
  else
    done()
  end
end

local function show_gaps(all, writes)
  say("\nGaps of a 1 ms timer beside %d events, %s (ms)", EVENTS,
    writes.title)
  say("%-24s|%-28s|%-28s|", "", " gap", " CPU time of the editor in it")
  say("%-24s|%7s%7s%7s%7s|%7s%7s%7s%7s|%6s%6s", "beside", "p50", "p99", "p99.9",
    "max", "p50", "p99", "p99.9", "max", "gaps", "wall")
  for i, reader in ipairs(READERS) do
    say("%-24s|%s|%s|%6d%6.0f", reader.name, times(all[i].gaps),
      times(all[i].cpu), #all[i].gaps, median(all[i].walls))
  end
  local with = at(all[JUDGED].gaps, 0.99)
  say("p99 with every event decoded, minus p99 without: %.2f ms; minus that " ..
    "of a busy machine: %.2f ms (step budget: %d ms)",
    with - at(all[1].gaps, 0.99), with - at(all[BUSY].gaps, 0.99), STEP_BUDGET)
  rows.add { work = "p99 of a 1 ms timer, " .. writes.title, on = "Neovim",
    ours = with, unit = "ms", peer = "no stream, a busy machine",
    theirs = at(all[BUSY].gaps, 0.99),
    most_ours = at(all[BUSY].gaps, 0.99) + STEP_BUDGET }
  rows.add { work = "p99 of the editor's CPU between, " .. writes.title,
    on = "Neovim", ours = at(all[JUDGED].cpu, 0.99), unit = "ms",
    peer = "no stream, a busy machine", theirs = at(all[BUSY].cpu, 0.99),
    most_ours = STEP_BUDGET }
end

local function smoothness(writes)
  return function(done)
    local all, turns = {}, {}
    for _ = 1, ROUNDS do
      for i, reader in ipairs(READERS) do
        all[i] = all[i] or { gaps = {}, cpu = {}, walls = {} }
        table.insert(turns, take_turn(reader, writes.batch, all[i]))
      end
    end
    in_turn(turns, function()
      show_gaps(all, writes)
      done()
    end)
  end
end

---------------------------------------------------------------------------
-- cost

local function small_requests(done)
  indoxhub.spawn(function()
    for _ = 1, REQUESTS do
      local text = open(1, 1):reply().data
      assert(text == "the")
    end
    done()
  end)
end

local function small_curls(done, i)
  i = i or 1
  if i > REQUESTS then
    return done()
  end
  local text = ""
  start_curl(1, 1, decoder(vim.json.decode, function(event)
    text = text .. (event.delta or "")
  end), function()
    assert(text == "the")
    small_curls(done, i + 1)
  end)
end

local function measure_cost(send, into, done)
  local cpu_before, before = cpu(), now_ms()
  send(function()
    table.insert(into.cpu, (cpu() - cpu_before) / REQUESTS * 1e3)
    table.insert(into.wall, (now_ms() - before) / REQUESTS)
    done()
  end)
end

local function cost(done)
  local ours, theirs = { cpu = {}, wall = {} }, { cpu = {}, wall = {} }
  local turns = {}
  for _ = 1, ROUNDS do
    turns[#turns + 1] = function(go_on)
      measure_cost(small_requests, ours, go_on)
    end
    turns[#turns + 1] = function(go_on)
      measure_cost(small_curls, theirs, go_on)
    end
  end
  in_turn(turns, function()
    say("\nOne small request, medians of %d rounds of %d (ms)", ROUNDS,
      REQUESTS)
    say("%-34s %8s %8s", "", "CPU", "wall")
    say("%-34s %8.3f %8.3f", "indoxhub", median(ours.cpu), median(ours.wall))
    say("%-34s %8.3f %8.3f", "uv.spawn of curl", median(theirs.cpu),
      median(theirs.wall))
    local ratios = { cpu = {}, wall = {} }
    for what, list in pairs(ratios) do
      for i = 1, ROUNDS do
        list[i] = theirs[what][i] / ours[what][i]
      end
    end
    rows.add { work = "small request, CPU", on = "Neovim",
      ours = median(ours.cpu), unit = "ms", peer = "uv.spawn of curl",
      theirs = median(theirs.cpu) }
    say("%-34s %7.1fx %7.1fx", "curl / indoxhub, in its round",
      median(ratios.cpu), median(ratios.wall))
    done()
  end)
end

---------------------------------------------------------------------------

local version = vim.version()
say("Neovim %d.%d.%d, %d rounds of each in turn.", version.major, version.minor,
  version.patch, ROUNDS)

indoxhub.on_error = function(err, traceback)
  say("%s\n%s", tostring(err), traceback)
  vim.cmd "cq"
end

in_turn({ smoothness(WRITES[1]), smoothness(WRITES[2]), cost }, function()
  say("\nCPU time of all %d steps of the engine (ms)", #steps)
  say("%7s%7s%7s%7s", "p50", "p99", "p99.9", "max")
  say("%s", times(steps))
  vim.cmd "qa!"
end)
watch_steps()
