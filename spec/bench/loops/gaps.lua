-- What the benchmarks of the event loops share: the time between two beats of
-- something that goes on beside a stream, and what the engine's steps cost.

local core = require "indoxhub.core"
local decoder = require "spec.bench.decoder"
local indoxhub = require "indoxhub"
local loop = require "indoxhub.loop"
local rows = require "spec.bench.rows"

local gaps = {}

-- Events of a stream of ours, far more than any model sends, and of one that
-- lasts as long as it is read.
local EVENTS, ENDLESS = 100000, 1000000000
local EVENTS_PER_WRITE = 100

local function new_phase(name)
  return { name = name, samples = {}, seconds = 0, events = 0,
    longest_step = 0 }
end

-- The phase that is being measured, nil between two, and the last beat.
local now, last

--- To be called at each beat.
function gaps.beat()
  if now then
    local at = core.now()
    now.samples[#now.samples + 1] = at - last
    last = at
  end
end

--- To be called for each event that was read.
function gaps.count(events)
  if now then
    now.events = now.events + events
  end
end

-- CPU time of each step of the engine.
local pump = loop.pump
function loop.pump(...)
  local before = os.clock()
  pump(...)
  if now then
    now.longest_step = math.max(now.longest_step, os.clock() - before)
  end
end

---------------------------------------------------------------------------
-- streams

--- The header that asks the server for a stream, at a time as much of it as the
--- connection takes.
---@param events? integer default: without an end
---@return string
function gaps.header(events)
  return ("%d,%d"):format(events or ENDLESS, EVENTS_PER_WRITE)
end

-- Reads one stream after the other. Returns what ends that.
local function read_all(port, read)
  local client = indoxhub.new { api_key = "bench",
    base_url = "http://127.0.0.1:" .. port }
  local options = { headers = { ["X-Bench"] = gaps.header(EVENTS) } }
  local reader = indoxhub.spawn(function()
    while true do
      local stream = client.chat:stream({
        messages = { { role = "user", content = "go" } },
      }, options)
      if not stream then -- the client was closed
        return
      end
      read(stream)
    end
  end)
  return function()
    client:close()
    pcall(reader.await, reader) -- `events` raises that
  end
end

--- A phase beside streams whose text is read, and one beside streams of which
--- every event is decoded. Each is { name, start }, and start() returns what
--- ends it.
---@param port string
function gaps.ours(port)
  return { "indoxhub, deltas", function()
    return read_all(port, function(stream)
      while stream:next() do
        gaps.count(1)
      end
    end)
  end }, { "indoxhub, every event decoded", function()
    return read_all(port, function(stream)
      for event in stream:events() do
        gaps.count(event.type and 1 or 0)
      end
    end)
  end }
end

--- Decodes and counts events by hand: returns a function that takes what
--- arrives.
function gaps.decoder()
  return decoder(require "cjson".decode, function()
    gaps.count(1)
  end)
end

---------------------------------------------------------------------------
-- measuring

local function percentile(sorted, share)
  return sorted[math.max(1, math.ceil(#sorted * share))] * 1000
end

local function report(title, phases, budget)
  print(("\n%s"):format(title))
  print(("%-36s %8s %8s %8s %8s %10s %10s"):format("", "p50 ms", "p99",
    "p99.9", "max", "events/s", "step CPU"))
  for _, phase in ipairs(phases) do
    local sorted = phase.samples
    table.sort(sorted)
    phase.p99 = percentile(sorted, 0.99)
    print(("%-36s %8.2f %8.2f %8.2f %8.2f %10s %10s"):format(phase.name,
      percentile(sorted, 0.5), phase.p99, percentile(sorted, 0.999),
      percentile(sorted, 1), phase.events > 0
      and ("%.0f"):format(phase.events / phase.seconds) or "-",
      phase.longest_step > 0 and ("%.2f"):format(phase.longest_step * 1000)
      or "-"))
  end
  for i = 2, 3 do
    local phase = phases[i]
    local p99_holds = phase.p99 <= phases[1].p99 + budget * 1000
    local step_holds = phase.longest_step <= budget + 0.001
    print(("  %s: p99 within that without + %g ms: %s; longest step within " ..
      "%g ms of CPU: %s"):format(phase.name, budget * 1000,
      p99_holds and "yes" or "NO", budget * 1000 + 1,
      step_holds and "yes" or "NO"))
    rows.add { work = "p99 beside " .. phase.name, on = title:match "^[^:]+",
      ours = phase.p99, unit = "ms", peer = "no stream",
      theirs = phases[1].p99, most_ours = phases[1].p99 + budget * 1000 }
  end
end

-- Runs what `start` starts for some seconds, as a phase or unmeasured.
local function run(start, seconds, phase)
  local begun = core.now()
  last, now = begun, phase
  local stop = start and start()
  indoxhub.sleep(seconds)
  if phase then
    gaps.beat() -- who had no turn at all shows, too
    phase.seconds = phase.seconds + last - begun
    now = nil
  end
  if stop then
    stop()
  end
  indoxhub.sleep(0.1)
  collectgarbage() -- what one leaves is not the next one's burden
  collectgarbage()
end

--- Measures phases in turn, so that a busy machine is busy for all. To be
--- called in a task. The first goes beside nothing, the next two are `ours`.
---@param title string
---@param list {[1]: string, [2]: fun(): fun()}[]
---@param options {rounds: integer, budget: number, seconds?: number}
function gaps.measure(title, list, options)
  local seconds = options.seconds or 1
  local phases = { new_phase("without") }
  for i, one in ipairs(list) do
    phases[i + 1] = new_phase(one[1])
  end
  run(list[1][2], 0.2) -- the first call of a process makes the engine
  for _ = 1, options.rounds do
    for i, phase in ipairs(phases) do
      run(i > 1 and list[i - 1][2], seconds, phase)
    end
  end
  report(title, phases, options.budget)
end

return gaps
