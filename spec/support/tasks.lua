-- Tasks of the specs.
local assert = require "luassert"
local busted = require "busted"
local core = require "indoxhub.core"
local indoxhub = require "indoxhub"
local task = require "indoxhub.loop.task"

local tasks = {}

--- Long for a scheduler, short for a person.
tasks.A_WHILE = 0.003

--- Turns the loop until nothing is left to be done.
function tasks.settle()
  while indoxhub.step(0) do
    task.sleep(0)
  end
end

--- Waits, in a task, until a condition holds. Fails after a time that only a
--- broken program needs.
function tasks.wait_until(condition)
  local ends = core.now() + 20
  while not condition() do
    assert.is_true(core.now() < ends, "waited too long")
    assert(task.sleep(0.001))
  end
end

--- A function that sleeps and returns its arguments.
function tasks.later(seconds, ...)
  local results, count = { ... }, select("#", ...)
  return function()
    task.sleep(seconds)
    return (table.unpack or unpack)(results, 1, count)
  end
end

--- What a function raises when it is called.
function tasks.raised_by(fn, ...)
  local ok, err = pcall(fn, ...)
  assert.is_false(ok, "nothing was raised")
  return err
end

-- What was told of tasks that nobody awaits.
local reported

--- Watches over the tests of a file, in which it is called: one that leaves
--- something running, or an error that nobody looked at, would disturb the
--- next.
function tasks.watch()
  busted.before_each(function()
    reported = {}
    task.on_error = function(err, traceback)
      table.insert(reported, { err = err, traceback = traceback })
    end
  end)

  busted.after_each(function()
    assert.is_false(indoxhub.step(0))
    assert.same({}, reported)
  end)
end

--- What was told so far of tasks that nobody awaits; it does not count as left
--- over any more.
function tasks.take_reports()
  local list = reported
  reported = {}
  return list
end

return tasks
