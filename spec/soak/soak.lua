-- Mixed calls by the thousand against a server that does wrong what it is told
-- to (spec/support/peers/faults), and what must hold whatever goes wrong: each
-- call has one outcome that its fault explains, what arrives is what was sent,
-- nothing that may be billed is sent twice, and memory and descriptors stay
-- level.
--
--     lua5.4 spec/soak/soak.lua [calls=N | seconds=N] [seed=N] [faults=PERCENT]
--       [transport=plain|tls|h2|mix] [tasks=N] [round=N] [only=CALL]
--
-- `transport` is HTTP/1.1, the same over TLS, HTTP/2 over TLS, or for each call
-- one of these. `round` calls are made, `tasks` of them at a time, before all
-- is measured and the server is asked. A seed makes the same calls; `only`
-- makes one of them.
local core = require "indoxhub.core"
local files = require "spec.support.files"
local indoxhub = require "indoxhub"
local judge = require "spec.soak.judge"
local level = require "spec.soak.level"
local operations = require "spec.soak.operations"
local plan = require "spec.soak.plan"
local report = require "spec.soak.report"
local retry = require "indoxhub.call.retry"
local servers = require "spec.support.servers"

local NAMES = { calls = true, seconds = true, seed = true, faults = true,
  tasks = true, round = true, only = true }
local options = { calls = 30000, faults = 5, tasks = 50, round = 250,
  seed = os.time() % 1000000, transport = "mix" }
for _, argument in ipairs(arg) do
  local name, value = argument:match("^(%l+)=(%w+)$")
  if name == "transport" and plan.is_transport(value) then
    options.transport = value
  elseif NAMES[name or ""] and tonumber(value) then
    options[name] = tonumber(value)
  else
    error("not one of the arguments: " .. argument, 0)
  end
end

-- How long a program waits for another try is tested elsewhere; here they are
-- counted, and nothing is gained by waiting.
local backoff = retry.backoff
function retry.backoff(...)
  return backoff(...) / 10
end

local function start()
  local server = servers.faults()
  -- A server that is starved by others takes long.
  local client = indoxhub.new { api_key = judge.KEY,
    timeout = { connect = 60, first_byte = 120 },
    base_url = server.roots.plain, ca_file = server.certificate }
  return { server = server, folder = files.folder(),
    clients = { client, client:with { max_connections = 20 } },
    tally = judge.new_tally(), samples = os.tmpname(), wrong = {},
    cancelled = {}, cancelled_before = {} }
end

local function make(run, call, made)
  local outcome = operations[call.operation](run, call)
  made[call.number].count = made[call.number].count + 1
  return outcome
end

-- Makes calls as tasks, and a few of them outside. Returns by number what came
-- of each.
local function make_all(run, calls)
  local made, fns, numbers, alone = {}, {}, {}, {}
  for number, call in pairs(calls) do
    made[number] = { count = 0 }
    table.insert(call.alone and alone or numbers, number)
  end
  table.sort(numbers)
  table.sort(alone)
  for i, number in ipairs(numbers) do
    fns[i] = function()
      return make(run, calls[number], made)
    end
  end
  local results, failures
  indoxhub.run(function()
    results, failures = indoxhub.gather(fns, { concurrency = options.tasks })
  end)
  for i, number in ipairs(numbers) do
    made[number].outcome = results[i]
    made[number].raised = (failures or {})[i]
  end
  for _, number in ipairs(alone) do
    local ok, outcome = pcall(make, run, calls[number], made)
    made[number][ok and "outcome" or "raised"] = outcome
  end
  return made
end

local function note(run, what)
  run.wrong[#run.wrong + 1] = what
  print("WRONG: " .. what)
  io.stdout:flush()
end

local function add_wrong(run, call, what)
  note(run, ("seed %d, call %d, %s, %s, %s (times %d, size %d, "
    .. "way %d, read by %s%s): %s"):format(options.seed, call.number,
    call.transport, call.operation, call.fault, call.times, call.size,
    call.way, call.reader, call.alone and ", alone" or "", tostring(what)))
end

-- Judges a round, and looks for what it has left.
local function settle(run, calls, made)
  local taken = run.server.taken()
  run.tally.stops = run.tally.stops + taken.stops
  run.cancelled_before, run.cancelled = run.cancelled, {}
  for number, call in pairs(calls) do
    run.cancelled[number] = call.operation == "cancel" or nil
    local wrong = judge.call(run.tally, call, made[number], taken)
    if wrong then
      add_wrong(run, call, wrong)
    end
  end
  for _, number in ipairs(judge.strays(calls, run.cancelled_before,
    taken.arrived)) do
    add_wrong(run, plan.call(options, number),
      "a request came after its end")
  end
  local left = files.list(run.folder)
  if left ~= "" then
    note(run, "files were left: " .. left)
  end
end

local function round(run, from, to)
  local calls = {}
  for number = from, to do
    calls[number] = plan.call(options, number)
  end
  settle(run, calls, make_all(run, calls))
  run.sample = level.measure(run.samples)
end

local function is_over(run, started)
  if options.seconds then
    return core.now() - started >= options.seconds
  end
  return run.tally.calls >= options.calls
end

local function run_all(run)
  local started, told = core.now(), core.now()
  while not is_over(run, started) do
    local from = run.tally.calls + 1
    local to = from + options.round - 1
    round(run, from, options.seconds and to or math.min(to, options.calls))
    if core.now() - told >= 10 then
      told = core.now()
      report.progress(run, told - started)
    end
  end
  return core.now() - started
end

local function finish(run, opened)
  run.clients[1]:close()
  run.server:stop()
  collectgarbage()
  local left = level.files()
  if left ~= opened then
    note(run, "other descriptors than before: " .. left)
  end
  if level.children():find("%d") then
    note(run, "processes were left: " .. level.children())
  end
  os.remove(run.folder) -- which is empty, or it stays
  os.remove(run.samples)
end

print(("soak: seed %d, transport %s, faults in %d of 100 calls, %d at a time, "
  .. "%s"):format(options.seed, options.transport, options.faults,
  options.tasks, rawget(_G, "jit") and "LuaJIT" or _VERSION))
local run = start()
if options.only then
  round(run, options.only, options.only)
  report.counts(run)
  run.server:stop()
  os.remove(run.folder)
  os.remove(run.samples)
else
  round(run, 1, math.min(options.round, options.calls)) -- opens what stays open
  local opened = level.files()
  local seconds = run_all(run)
  for _, text in ipairs(report.all(run, seconds)) do
    note(run, "it grows without end: " .. text)
  end
  finish(run, opened)
end
print(#run.wrong == 0 and "soak: all is well"
  or ("soak: %d things are wrong"):format(#run.wrong))
-- The state is closed as well, where Lua can.
os.exit(#run.wrong == 0 and 0 or 1, true)
