local core = require "indoxhub.core"
local indoxhub = require "indoxhub"
local loop = require "indoxhub.loop"
local task = require "indoxhub.loop.task"
local tasks = require "spec.support.tasks"

local spawn, run, sleep = task.spawn, task.run, task.sleep
local A_WHILE, settle = tasks.A_WHILE, tasks.settle
local later, raised_by = tasks.later, tasks.raised_by

tasks.watch()

describe("spawn", function()
  it("starts a task that runs when the loop does", function()
    local ran = false
    local one = spawn(function()
      ran = true
    end)
    assert.is_false(ran)
    assert.equal("pending", one:status())
    settle()
    assert.is_true(ran)
    assert.equal("done", one:status())
  end)

  it("hands its arguments on, also those that are nil", function()
    local got
    spawn(function(...)
      got = { n = select("#", ...), ... }
    end, 1, nil, "x", nil)
    settle()
    assert.same({ n = 4, 1, nil, "x", nil }, got)
  end)

  it("starts tasks in the order in which they were spawned", function()
    local order = {}
    for i = 1, 5 do
      spawn(function()
        table.insert(order, i)
      end)
    end
    settle()
    assert.same({ 1, 2, 3, 4, 5 }, order)
  end)

  it("may be called by a task", function()
    local order = {}
    run(function()
      local inner = spawn(function()
        table.insert(order, "inner")
      end)
      table.insert(order, "outer")
      inner:await()
    end)
    assert.same({ "outer", "inner" }, order)
  end)

  it("takes a function and nothing else", function()
    for _, wrong in ipairs { 42, "f", {}, true } do
      assert.matches("task_spec%.lua:%d+: spawn expects a function, not ",
        raised_by(function()
          spawn(wrong)
        end))
    end
  end)

  it("makes a task that says how it is doing", function()
    local one = spawn(function() end)
    assert.equal("indoxhub.task (pending)", tostring(one))
    settle()
    assert.equal("indoxhub.task (done)", tostring(one))
  end)
end)

describe("tasks that sleep", function()
  it("run side by side, and end in the order of their times", function()
    local order, now = {}, core.now
    local moment = now()
    core.now = function() return moment end -- all begin at once
    for _, i in ipairs { 3, 1, 2 } do
      spawn(function()
        sleep(i * A_WHILE)
        table.insert(order, i)
      end)
    end
    indoxhub.step(0)
    core.now = now
    settle()
    assert.same({ 1, 2, 3 }, order)
  end)

  it("take turns", function()
    local order = {}
    local function speak(name)
      return function()
        for i = 1, 3 do
          table.insert(order, name .. i)
          sleep(0)
        end
      end
    end
    spawn(speak "a")
    spawn(speak "b")
    settle()
    assert.same({ "a1", "b1", "a2", "b2", "a3", "b3" }, order)
  end)

  it("are as many as one likes", function()
    local count = 0
    for i = 1, 1000 do
      spawn(function()
        sleep(i % 7 * 0.0005)
        count = count + 1
      end)
    end
    settle()
    assert.equal(1000, count)
  end)
end)

describe("sleep", function()
  it("returns true when it slept", function()
    assert.is_true(run(sleep, 0))
    assert.is_true(run(sleep, A_WHILE))
    assert.is_true(sleep(A_WHILE))
  end)

  it("outside a task lets no task run", function()
    local ran = false
    spawn(function()
      ran = true
    end)
    sleep(A_WHILE)
    assert.is_false(ran)
    settle()
    assert.is_true(ran)
  end)

  it("takes seconds, and no others", function()
    for _, wrong in ipairs { -1, 0 / 0, "1", {}, false } do
      assert.matches("task_spec%.lua:%d+: sleep expects seconds",
        raised_by(function()
          sleep(wrong)
        end))
    end
    assert.matches("sleep expects seconds", raised_by(sleep))
  end)
end)

describe("run", function()
  it("returns what its function returns, also nil and nothing", function()
    assert.same({ n = 3, 1, nil, "x" }, (function(...)
      return { n = select("#", ...), ... }
    end)(run(later(0, 1, nil, "x"))))
    assert.equal(0, select("#", run(function() end)))
  end)

  it("hands its arguments on", function()
    assert.equal("a b", run(function(a, b)
      sleep(0)
      return a .. " " .. b
    end, "a", "b"))
  end)

  it("raises what its function raises, as it is", function()
    local problem = { "problem" }
    assert.equal(problem, raised_by(run, function()
      sleep(0)
      error(problem)
    end))
    assert.matches("^spec/loop/task_spec%.lua:%d+: broken", raised_by(run,
      function()
        error("broken")
      end))
  end)

  it("leaves other tasks pending for the next run or step", function()
    local order, slot = {}, { ready = false }
    local other = spawn(function()
      table.insert(order, 1)
      loop.wait(slot)
      table.insert(order, 2)
    end)
    run(sleep, 0)
    assert.same({ 1 }, order)
    assert.equal("pending", other:status())
    loop.wake(slot)
    run(sleep, 0)
    assert.same({ 1, 2 }, order)
    assert.equal("done", other:status())
  end)

  it("inside a task calls the function and waits there", function()
    local order = {}
    local result = run(function()
      spawn(function()
        table.insert(order, "other")
      end)
      local inner = run(function(x)
        table.insert(order, "inner")
        sleep(A_WHILE)
        return x
      end, "x")
      table.insert(order, "outer")
      return inner
    end)
    assert.equal("x", result)
    assert.same({ "inner", "other", "outer" }, order)
  end)

  it("works again after its function raised", function()
    raised_by(run, error, "x")
    assert.equal("fine", run(later(0, "fine")))
  end)

  it("takes a function and nothing else", function()
    assert.matches("task_spec%.lua:%d+: run expects a function, not number",
      raised_by(function()
        run(42)
      end))
  end)
end)

describe("waiting for what cannot happen", function()
  it("is an error that says so, and not for ever", function()
    local one, other
    one = spawn(function()
      return other:await()
    end)
    other = spawn(function()
      return one:await()
    end)
    assert.matches("waiting for something that cannot happen",
      raised_by(one.await, one))
    assert.equal("pending", one:status())
    one:cancel()
    settle()
    assert.equal("done", one:status())
    assert.equal("done", other:status())
  end)
end)

describe("step", function()
  it("says whether anything is going on", function()
    assert.is_false(indoxhub.step())
    local one = spawn(sleep, A_WHILE)
    assert.is_true(indoxhub.step())
    while indoxhub.step(0) do
      sleep(0)
    end
    assert.equal("done", one:status())
  end)

  it("does not wait", function()
    local one = spawn(sleep, 3600)
    for _ = 1, 100 do
      assert.is_true(indoxhub.step())
    end
    assert.equal("pending", one:status())
    one:cancel()
    settle()
  end)

  it("is all that tasks need", function()
    local one = spawn(later(A_WHILE, "x"))
    local other = spawn(function()
      return one:await()
    end)
    repeat
      local pending = indoxhub.step(0)
    until not pending
    assert.equal("done", other:status())
    assert.equal("x", other:await())
  end)

  it("gives each task one turn at a time", function()
    local count = 0
    local one = spawn(function()
      for _ = 1, 3 do
        count = count + 1
        sleep(0)
      end
    end)
    indoxhub.step()
    assert.equal(1, count)
    one:await()
    assert.equal(3, count)
  end)
end)

describe("a task that has ended", function()
  it("is not kept, and what it worked with neither", function()
    local alive = setmetatable({}, { __mode = "k" })
    local function work(thing)
      sleep(0)
      return thing
    end
    local function leave_things_behind()
      for _ = 1, 10 do
        local thing = {}
        alive[thing] = true
        spawn(work, thing)
      end
      settle()
      assert.is_true(run(sleep, 0))
    end
    leave_things_behind()
    collectgarbage()
    collectgarbage()
    assert.is_nil(next(alive))
  end)
end)
