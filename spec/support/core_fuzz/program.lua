-- Calls everything in the core with random arguments in random sequences. Lua
-- errors and results are all that may come of it; whoever started it looks at
-- its exit code, and at what a sanitizer says. Its current folder is its own.
--
--     program.lua SEED ROUNDS SECONDS URL...
--
-- It ends after so many rounds or seconds, whichever comes first. With
-- INDOXHUB_FUZZ_TRACE set each call is told on stderr before it is made.
local core = require "indoxhub.core"
local fitting = require "spec.support.core_fuzz.fitting"
local process = require "spec_process"
local random = require "spec.support.core_fuzz.random"
local targets = require "spec.support.core_fuzz.targets"
local new_values = require("spec.support.core_fuzz.values").new

local unpack = table.unpack or unpack

-- How deep calls may stand in each other.
local DEPTH = 3

-- Calls in a round, after which the collector runs, and at most with those that
-- finalizers make: each may leave more finalizers.
local CALLS, MOST = 50, 300

local seed, rounds = tonumber(arg[1]), tonumber(arg[2])
local deadline = core.now() + tonumber(arg[3])
local trace = os.getenv("INDOXHUB_FUZZ_TRACE")

local roll = random.new(seed)
local all = targets.find()
local counts = {}  -- by name, how often it had a result and not an error
local notices = {} -- those not given yet
local depth, calls, enough = 0, 0, 0
local values
local used -- the object whose method is called now

-- Lua 5.4 does not run a finalizer for which there is no room on the C stack,
-- and what its object holds is lost. So nothing here goes deep, and where
-- something does, the warning of it stands in what was printed.
if _VERSION == "Lua 5.4" then
  warn("@on") -- luacheck: ignore 113
  -- So that finalizers run in the midst of calls, not only between them. Other
  -- collectors would do nothing but collect.
  collectgarbage("setpause", 50)
  collectgarbage("setstepmul", 400)
end

-- What a host does, once, with each notice it was handed.
local function give(notice)
  process.call(notice[1], notice[2])
end

local function keep_results(target, ok, ...)
  if not ok then
    return
  end
  counts[target.name] = (counts[target.name] or 0) + 1
  values:keep((...))
  if target.name == "notices:add" and ... then
    notices[#notices + 1] = { select(2, ...) }
  end
end

-- Lua 5.1 makes no coroutine of a function of C.
local function callable(call)
  return _VERSION == "Lua 5.1" and function(...) return call(...) end or call
end

-- In a coroutine of its own, which may be left suspended for ever.
local function call(target, object)
  local args = fitting.arguments(target, values)
  if object and args.n > 0 then
    args[1] = object
  end
  calls = calls + 1
  if trace then
    io.stderr:write(("%d %s%s"):format(calls, ("  "):rep(depth), target.name))
    for i = 1, args.n do
      local value = args[i]
      io.stderr:write(" ", type(value) == "string"
        and ("%q"):format(value:sub(1, 40)) or type(value) == "number"
        and ("%.17g"):format(value) or targets.class_of(value) or type(value))
    end
    io.stderr:write("\n")
  end
  for _ = 1, roll(4) == 1 and 3 or 0 do
    values:trap()
  end
  local before = used
  used = targets.class_of(args[1]) and args[1] or before
  local thread = coroutine.create(callable(target.call))
  keep_results(target, coroutine.resume(thread, unpack(args, 1, args.n)))
  used = before
  if coroutine.status(thread) == "suspended" and roll(2) == 1 then
    coroutine.resume(thread)
  end
end

-- Something to call; often a method of the object that is in use.
local function choose()
  local class = targets.class_of(used)
  local target = all[roll(#all)]
  if class and roll(2) == 1 then
    while target.class ~= class do
      target = all[roll(#all)]
    end
    return target, used
  end
  return target
end

local function meddle()
  if depth < DEPTH and calls < enough then
    local before = depth
    depth = before + 1
    local ok, why = pcall(call, choose())
    depth = before
    if not ok then
      error(why, 0)
    end
  end
end

-- Called more often than its share: transfers have most methods.
local submit

for _, target in ipairs(all) do
  submit = target.name == "engine:submit" and target or submit
end

-- News, and room in the queues, come to those who step.
local function step()
  local engine = values:object "engine"
  if engine then
    engine:step({}, 0.001, 4096, 0.001)
  end
end

local function round()
  -- What was left suspended in the midst of a call is in no other any more.
  depth, enough = 0, calls + MOST
  for _ = 1, CALLS do
    local kind = roll(40)
    if kind == 1 then
      values:trap()
    elseif kind == 2 and #notices > 0 then
      give(table.remove(notices))
    elseif kind == 3 then
      collectgarbage(roll(2) == 1 and "collect" or "step")
    elseif kind <= 8 then
      step()
    elseif kind == 9 then
      values:keep(core.engine())
    elseif kind == 10 then
      call(submit)
    else
      call(all[roll(#all)])
    end
  end
  collectgarbage()
end

values = new_values(roll, { unpack(arg, 4) }, meddle)
for _, make in ipairs { "engine", "sse", "notices" } do
  values:keep(core[make]())
end
values:keep(core.vector { 1, 2 })
values:keep(core.vector { 3, 4 })

local done = 0
while done < rounds and core.now() < deadline do
  -- A finalizer's error is raised wherever the collector happens to run.
  pcall(round)
  done = done + 1
end
enough = 0 -- finalizers that still come do nothing
while #notices > 0 do
  give(table.remove(notices))
end

local never = {}
for _, target in ipairs(all) do
  if not counts[target.name] then
    never[#never + 1] = target.name
  end
end
print(("seed %d: %d rounds, %d calls of %d functions; without a result: %s")
  :format(seed, done, calls, #all, table.concat(never, " ")))
