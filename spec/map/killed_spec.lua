-- A map whose program is killed at random points, and started again: nothing
-- that was recorded is paid a second time. INDOXHUB_LONG has it killed 20 times
-- in 1,000 items, and tells how many calls were lost.
-- On two interpreters: what a process leaves behind is the system's.
local files = require "spec.support.files"
local indoxhub = require "indoxhub"
local json = require "indoxhub.base.json"
local programs = require "spec.support.programs"
local servers = require "spec.support.servers"

local LONG = os.getenv "INDOXHUB_LONG"
local ITEMS, KILLS = LONG and 1000 or 150, LONG and 20 or 5
local AT_ONCE = 8

local PROGRAM = [[
  local indoxhub = require "indoxhub"
  local client = indoxhub.new { api_key = "any", base_url = %q }
  local list = {}
  for i = 1, %d do
    list[i] = { number = i, question = "What is " .. i .. " + 1?" }
  end
  local results, errors = indoxhub.map(list, function(item)
    indoxhub.sleep(math.random() / 100)
    local reply, err = client.chat:create {
      messages = { { role = "user", content = item.question } },
    }
    indoxhub.sleep(math.random() / 50) -- paid, and not recorded yet
    return reply and { number = item.number, says = reply.data }, err
  end, { resume = %q, concurrency = %d })
  assert(not errors, errors and tostring(errors[next(errors)]))
  for _, result in ipairs(results) do
    print(result.number, result.says)
  end
]]

describe("a map whose program is killed", function()
  local folder, path, sandbox, client, program

  before_each(function()
    folder = files.folder()
    path = folder .. "/results.jsonl"
    sandbox = servers.sandbox "--pace 0"
    client = indoxhub.new { api_key = "any", base_url = sandbox.url }
    program = programs.write(PROGRAM:format(sandbox.url, ITEMS, path, AT_ONCE))
  end)

  after_each(function()
    os.remove(program)
    servers.kill(sandbox)
    files.remove_folder(folder)
  end)

  -- How many results the file has.
  local function count()
    local text = files.read(path) or ""
    return math.max(0, select(2, text:gsub("\n", "")) - 1)
  end

  -- The numbers of the items that the file has.
  local function recorded()
    local numbers = {}
    for line in (files.read(path) or ""):gmatch("([^\n]*)\n") do
      local record = assert(json.decode(line))
      if record.index then
        numbers[#numbers + 1] = record.result.number
      end
    end
    return numbers
  end

  -- How often the server was asked for each item.
  local function paid()
    local times = {}
    local rows = indoxhub.assert(client.analytics:query():last("1d"):content()
      :fetch())
    for _, row in ipairs(rows) do
      local number = tonumber(row.request:match("What is (%d+) %+ 1"))
      times[number] = (times[number] or 0) + 1
    end
    return times
  end

  local function start()
    local pipe = assert(io.popen(("echo $$; exec %s %s 2>&1"):format(
      os.getenv "INDOXHUB_LUA", program)))
    return pipe, pipe:read("*l")
  end

  -- Kills it once there are so many results, wherever it is then.
  local function kill_at(results)
    local pipe, pid = start()
    servers.wait_until(function()
      indoxhub.sleep(0.001)
      return count() >= results
    end, results .. " results")
    os.execute("kill -9 " .. pid)
    pipe:close()
  end

  it("pays once for what was recorded, and has the same results", function()
    local seed = os.time()
    math.randomseed(seed)
    local final, in_midst = {}, 0
    for _ = 1, KILLS do
      kill_at(math.min(ITEMS - 1, count() + math.random(0, ITEMS / KILLS / 2)))
      in_midst = in_midst + (count() < ITEMS and 1 or 0)
      local times = paid()
      for _, number in ipairs(recorded()) do
        final[number] = final[number] or times[number]
      end
    end
    assert.is_true(in_midst > 0)
    local pipe = start()
    local said = pipe:read("*a")
    pipe:close()
    local expected = {}
    for i = 1, ITEMS do
      expected[i] = ("%d\t%d + 1 is %d.\n"):format(i, i, i + 1)
    end
    assert.equal(table.concat(expected), said)
    local times, sum = paid(), 0
    for i = 1, ITEMS do
      assert.equal(final[i] or times[i], times[i], ("item %d, which had been "
        .. "recorded, was paid again (seed %d)"):format(i, seed))
      sum = sum + times[i]
    end
    assert.is_true(sum - ITEMS <= KILLS * AT_ONCE, ("%d paid twice (seed %d)")
      :format(sum - ITEMS, seed))
    if LONG then
      print(("%d items, killed %d times, %d of them in the midst: %d calls, so "
        .. "%d answers were lost"):format(ITEMS, KILLS, in_midst, sum,
        sum - ITEMS))
    end
  end)
end)
