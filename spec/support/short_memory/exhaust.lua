-- Does something again and again, each time with another allocation failing,
-- and then once more with memory at hand, when it has to go well.
--
-- The first argument of the program that uses it is a file, in which stands
-- what is being done, for whoever finds that the program has died of it.
local core = require "indoxhub.core"
local memory = require "spec_memory"
local process = require "spec_process"

local exhaust = {}

-- Seconds after which something hangs, which only a broken program does.
local LIMIT = 60

-- How many allocations fail one after the other, 0: all from the first on. Lua
-- 5.4 asks again for what it was refused once.
local COUNTS = { 1, 2, 0 }

-- Who is refused memory.
local WHOSE = { "c", "lua", "both" }

-- Failures that are told of; more of them would say the same.
local MOST_TOLD = 20

local now = assert(io.open(arg[1], "wb"))

-- How many files, sockets and the like are open.
local function descriptors()
  local count = 0
  for fd = 0, 255 do
    count = count + (core.read_link("/proc/self/fd/" .. fd) and 1 or 0)
  end
  return count
end

-- A thread that looks up a name has one until it ends.
local function closes_all(before)
  local deadline = core.now() + LIMIT / 2
  while descriptors() > before and core.now() < deadline do
    collectgarbage()
  end
  return descriptors() <= before
end

-- What is wrong with a call of thing.run, if anything is.
local function outcome(strict, ok, wrong)
  wrong = wrong and tostring(wrong)
  if ok or not strict and (wrong:find("not enough memory", 1, true)
    or wrong:find("out of memory", 1, true)) then
    return ok and wrong or nil
  end
  return "it raised: " .. wrong
end

local unpack = table.unpack or unpack -- luacheck: ignore

-- The stack that judging takes must be there: Lua 5.1 would ask for it while
-- memory is short, outside of what is tried.
local function make_room()
  return select("#", unpack({}, 1, 250))
end

-- What goes wrong when an allocation fails, and whether none did any more. Out
-- of memory for a lock, libcurl closes descriptor 0 when it looks up a name
-- (7.88 does, in init_thread_sync_data of its lib/asyn-thread.c).
local function once(thing, case)
  local before = descriptors()
  make_room()
  memory.fail(case.first, case.count, case.who)
  local wrong = outcome(false, pcall(thing.run, false))
  local _, refused = memory.stop()
  core.fill_descriptors()
  if not wrong then
    wrong = outcome(true, pcall(thing.run, true))
    wrong = wrong and "later, with memory at hand: " .. wrong
  end
  wrong = thing.close(wrong) or wrong
  collectgarbage()
  collectgarbage()
  if not wrong and not closes_all(before) then
    wrong = "a descriptor stayed open"
  end
  return wrong, refused == 0
end

-- The same in a process of its own, in which nothing was done before.
local function once_anew(thing, case)
  local child = process.fork()
  if child == 0 then
    local wrong, is_last = once(thing, case)
    if wrong then
      print("  " .. wrong)
    end
    os.exit(wrong and 1 or is_last and 2 or 0, true)
  end
  local code = process.wait(child)
  return code ~= 0 and code ~= 2 and "exit code " .. code or nil, code == 2
end

local function tell(thing, case, what)
  return ("%s, allocation %d of %s, %s in all%s"):format(thing.name, case.first,
    case.who, case.count == 0 and "and all" or case.count, what)
end

local failed, runs = 0, 0

local function try(thing, case)
  now:seek("set")
  now:write(tell(thing, case, "\n"))
  now:flush()
  process.limit(LIMIT)
  runs = runs + 1
  local wrong, is_last = (thing.anew and once_anew or once)(thing, case)
  if wrong then
    failed = failed + 1
    print("FAILED: " .. tell(thing, case, ": " .. wrong))
  end
  return is_last
end

--- Has allocation 1, 1 + step, ... of a thing fail until it does without it.
---@param thing {name: string, anew?: boolean, run: fun(strict: boolean):
--- string?, close: fun(wrong?: string): string?} both return what is wrong;
--- what `run` does must be right when it is strict, and may else fail for want
--- of memory; `close` undoes it
---@param step integer
---@param whose? string[] who is refused memory. Default: all of WHOSE.
function exhaust.all(thing, step, whose)
  if not thing.anew then
    local wrong = outcome(true, pcall(thing.run, true))
    wrong = thing.close(wrong) or wrong
    assert(not wrong, wrong)
  end
  for _, who in ipairs(whose or WHOSE) do
    local most = 0
    for _, count in ipairs(COUNTS) do
      local case = { first = 1, count = count, who = who }
      while failed < MOST_TOLD and not try(thing, case) do
        case.first = case.first + step
      end
      most = math.max(most, case.first)
    end
    print(("%s, %s: %d allocations"):format(thing.name, who, most))
  end
end

--- Says how it went.
function exhaust.done()
  print(("%d runs, %d failed"):format(runs, failed))
  os.exit(failed == 0 and 0 or 1, true)
end

return exhaust
