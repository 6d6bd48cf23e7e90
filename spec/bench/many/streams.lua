-- Many slow streams side by side in one process, each read delta by delta in a
-- task of its own. Arguments: port of the server, how many, how many begin in a
-- second. Prints KiB each, user CPU microseconds each, and milliseconds to the
-- first piece, p50 and p99.
local core = require "indoxhub.core"
local indoxhub = require "indoxhub"

local port, count, rate = arg[1], tonumber(arg[2]), tonumber(arg[3])

local PIECES = 5

local function read(path)
  local file = assert(io.open(path))
  local text = file:read "*a"
  file:close()
  return text
end

local function resident()
  return tonumber(read("/proc/self/status"):match "VmRSS:%s*(%d+)")
end

-- User seconds of this process, as the kernel counts them: hundredths.
local function user_seconds()
  return tonumber(read "/proc/self/stat":match
    "%) " and read "/proc/self/stat":match
    "%) %S+ %S+ %S+ %S+ %S+ %S+ %S+ %S+ %S+ %S+ %S+ (%d+)") / 100
end

local client = indoxhub.new { api_key = "indox-test",
  base_url = ("http://127.0.0.1:%s/v1"):format(port) }
-- What a call needs but once is there.
local one = indoxhub.assert(client.chat:stream {
  model = "openai/gpt-4o-mini",
  messages = { { role = "user", content = "go" } } })
one:next()
one:close()
collectgarbage()
collectgarbage()

local waits, begun, all = {}, 0, nil

local function take_one()
  local began = core.now()
  local stream = indoxhub.assert(client.chat:stream {
    model = "openai/gpt-4o-mini",
    messages = { { role = "user", content = "go" } } })
  local pieces = 0
  for delta in stream do
    pieces = pieces + 1
    assert(tonumber(delta) == pieces, "a delta of another stream")
    if pieces == 1 then
      begun = begun + 1
      waits[begun] = (core.now() - began) * 1000
      if begun == count then
        all = resident()
      end
    end
  end
  assert(pieces == PIECES, "deltas were lost")
end

local before, used = resident(), user_seconds()
indoxhub.run(function()
  local start, tasks = core.now(), {}
  for i = 1, count do
    local left = start + (i - 1) / rate - core.now()
    if left > 0 then
      indoxhub.sleep(left)
    end
    tasks[i] = indoxhub.spawn(take_one)
  end
  for i = 1, count do
    tasks[i]:await()
  end
end)
table.sort(waits)
print(("%.2f %.1f %.2f %.2f"):format((all - before) / count,
  (user_seconds() - used) / count * 1e6, waits[math.floor(count / 2) + 1],
  waits[math.floor(count * 99 / 100) + 1]))
