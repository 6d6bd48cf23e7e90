local core = require "indoxhub.core"
local errors = require "indoxhub.base.errors"
local indoxhub = require "indoxhub"
local loop = require "indoxhub.loop"
local task = require "indoxhub.loop.task"

local spawn, run, sleep, gather = task.spawn, task.run, task.sleep, task.gather

-- Long for a scheduler, short for a person.
local A_WHILE = 0.003

-- Turns the loop until nothing is left to be done.
local function settle()
  while indoxhub.step(0) do
    task.sleep(0)
  end
end

-- A function that sleeps and returns its arguments.
local function later(seconds, ...)
  local results, count = { ... }, select("#", ...)
  return function()
    sleep(seconds)
    return (table.unpack or unpack)(results, 1, count)
  end
end

-- What a function raises when it is called.
local function raised_by(fn, ...)
  local ok, err = pcall(fn, ...)
  assert.is_false(ok, "nothing was raised")
  return err
end

local reported

before_each(function()
  reported = {}
  task.on_error = function(err, traceback)
    table.insert(reported, { err = err, traceback = traceback })
  end
end)

-- A test that leaves something running would disturb the next.
after_each(function()
  assert.is_false(indoxhub.step(0))
  assert.same({}, reported)
end)

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

describe("await", function()
  it("returns what the task's function returned, also nil", function()
    local one = spawn(later(0, 1, nil, "x"))
    local function check(...)
      assert.equal(3, select("#", ...))
      assert.same({ 1, nil, "x" }, { ... })
    end
    check(one:await())
    check(one:await())
  end)

  it("waits in a task for another", function()
    local order = {}
    run(function()
      local one = spawn(function()
        sleep(A_WHILE)
        table.insert(order, "ended")
        return "result"
      end)
      assert.equal("result", one:await())
      table.insert(order, "awaited")
    end)
    assert.same({ "ended", "awaited" }, order)
  end)

  it("returns at once when the task has ended", function()
    run(function()
      local one = spawn(later(0, "result"))
      sleep(A_WHILE)
      assert.equal("done", one:status())
      assert.equal("result", one:await())
    end)
  end)

  it("runs other tasks while it waits outside any task", function()
    local count = 0
    local other = spawn(function()
      for _ = 1, 3 do
        sleep(0)
        count = count + 1
      end
    end)
    spawn(function()
      while count < 3 do
        sleep(0)
      end
    end):await()
    assert.equal("done", other:status())
  end)

  it("may be called by many", function()
    local one = spawn(later(A_WHILE, "x"))
    local got = {}
    for i = 1, 3 do
      spawn(function()
        got[i] = one:await()
      end)
    end
    settle()
    assert.same({ "x", "x", "x" }, got)
  end)

  it("raises what the task raised, as it is, as often as it is called",
    function()
      local problem = { "problem" }
      local one = spawn(function()
        sleep(0)
        error(problem)
      end)
      assert.equal(problem, raised_by(one.await, one))
      assert.equal("failed", one:status())
      assert.equal("indoxhub.task (failed)", tostring(one))
      assert.equal(problem, raised_by(one.await, one))
    end)

  it("raises in the task that awaits, whose own awaiter may see it",
    function()
      local inner
      local outer = spawn(function()
        inner = spawn(error, "broken", 0)
        inner:await()
      end)
      assert.equal("broken", raised_by(outer.await, outer))
      assert.equal("failed", inner:status())
    end)
end)

describe("cancel", function()
  local function assert_cancelled(value, err)
    assert.is_nil(value)
    assert.is_true(errors.is(err))
    assert.equal("cancelled", err.kind)
  end

  it("ends the pending call of a task", function()
    local slept, err, went_on
    local one = spawn(function()
      slept, err = sleep(3600)
      went_on = true
      return "result"
    end)
    run(sleep, 0)
    one:cancel()
    assert.is_nil(went_on)
    assert.equal("result", one:await())
    assert_cancelled(slept, err)
    assert.is_true(one.cancelled)
  end)

  it("ends each later call, too, and no code between them", function()
    local one = spawn(function()
      sleep(3600)
      local count = 0
      for _ = 1, 5 do
        assert_cancelled(sleep(3600))
        count = count + 1
      end
      return count
    end)
    run(sleep, 0)
    one:cancel()
    assert.equal(5, one:await())
  end)

  it("lets a task that has not begun begin all the same", function()
    local began
    local one = spawn(function()
      began = true
      return sleep(3600)
    end)
    one:cancel()
    assert_cancelled(one:await())
    assert.is_true(began)
  end)

  it("leaves the task alone that is awaited", function()
    local slot = { ready = false }
    local inner = spawn(function()
      loop.wait(slot)
      return "inner"
    end)
    local outer = spawn(function()
      return inner:await()
    end)
    run(sleep, 0)
    outer:cancel()
    assert_cancelled(outer:await())
    assert.equal("pending", inner:status())
    loop.wake(slot)
    assert.equal("inner", inner:await())
  end)

  it("does not matter to a task that has ended", function()
    local one = spawn(later(0, "x"))
    assert.equal("x", one:await())
    one:cancel()
    assert.equal("x", one:await())
    assert.equal("done", one:status())
  end)

  it("does not matter to other tasks", function()
    local one, other = spawn(sleep, 3600), spawn(sleep, A_WHILE)
    run(sleep, 0)
    one:cancel()
    assert.is_true(other:await())
    assert_cancelled(one:await())
  end)

  it("may be called again", function()
    local one = spawn(sleep, 3600)
    run(sleep, 0)
    one:cancel()
    one:cancel()
    assert_cancelled(one:await())
    one:cancel()
  end)

  it("may be called by the task itself", function()
    local one
    one = spawn(function()
      one:cancel()
      assert_cancelled(sleep(3600))
      return "ended"
    end)
    assert.equal("ended", one:await())
  end)

  it("may come when the sleep is over anyway", function()
    local one = spawn(sleep, 0)
    local other = spawn(function()
      sleep(0)
      one:cancel()
    end)
    one:await()
    other:await()
  end)
end)

describe("the error of a task that nobody awaits", function()
  -- Takes what was reported, so that it does not count as left over.
  local function take_reports()
    local list = reported
    reported = {}
    return list
  end

  local function break_things()
    error("broken")
  end

  it("goes to on_error, with a traceback of the task", function()
    local one = spawn(break_things)
    settle()
    local list = take_reports()
    assert.equal(1, #list)
    assert.matches("task_spec%.lua:%d+: broken", list[1].err)
    assert.matches("traceback", list[1].traceback)
    assert.matches("task_spec%.lua", list[1].traceback)
    assert.equal("failed", one:status())
  end)

  it("goes there as the object it is", function()
    local problem = {}
    spawn(error, problem)
    settle()
    assert.equal(problem, take_reports()[1].err)
  end)

  it("stops no other task", function()
    local order = {}
    spawn(break_things)
    spawn(function()
      table.insert(order, "next")
    end)
    run(function()
      spawn(break_things)
      sleep(A_WHILE)
      table.insert(order, "run")
    end)
    assert.same({ "next", "run" }, order)
    assert.equal(2, #take_reports())
  end)

  it("goes to the one who awaits instead", function()
    local one = spawn(break_things)
    raised_by(one.await, one)
    raised_by(run, break_things)
    assert.same({}, take_reports())
  end)

  it("goes to the default again when on_error is taken away", function()
    local before = indoxhub.on_error
    indoxhub.on_error = nil
    assert.equal(task.report, indoxhub.on_error)
    assert.is_false(pcall(function()
      indoxhub.on_error = "x"
    end))
    assert.equal(task.report, indoxhub.on_error)
    indoxhub.on_error = before
  end)

  it("goes to indoxhub.on_error, which may be set", function()
    local got
    local before = indoxhub.on_error
    indoxhub.on_error = function(err)
      got = err
    end
    spawn(break_things)
    settle()
    indoxhub.on_error = before
    assert.equal(before, task.on_error)
    assert.matches("broken", got)
  end)

  it("stops nothing when on_error fails itself", function()
    local before, lines = indoxhub.on_error, {}
    local report = task.report
    task.report = function(err)
      lines[#lines + 1] = tostring(err)
    end
    indoxhub.on_error = function()
      error("no good", 0)
    end
    spawn(function() error("broken", 0) end)
    local other = spawn(sleep, A_WHILE)
    settle()
    indoxhub.on_error, task.report = before, report
    assert.equal("done", other:status())
    assert.same({ "broken", "no good" }, lines)
  end)

  it("is told in the way of the host", function()
    local line
    loop.adapter().report = function(told)
      line = told
    end
    task.report(errors.new("server", "broken"))
    loop.adapter().report = nil
    assert.matches("^indoxhub: a task failed: [^\n]*broken[^\n]*$", line)
  end)

  it("is one line on stderr by default", function()
    package.loaded["indoxhub.loop.task"] = nil
    local default = (require "indoxhub.loop.task").on_error
    package.loaded["indoxhub.loop.task"] = task
    local written, stderr = {}, io.stderr
    io.stderr = { write = function(_, ...) -- luacheck: ignore 122
      table.insert(written, table.concat { ... })
    end }
    default(errors.new("server", "broken\nin two"), "traceback\nof lines")
    io.stderr = stderr -- luacheck: ignore 122
    assert.matches("^indoxhub: a task failed: [^\n]*broken in two[^\n]*\n$",
      table.concat(written))
  end)
end)

describe("gather", function()
  it("returns the first result of each function, in their order", function()
    local results, failures = gather { later(3 * A_WHILE, "a", "x"),
      later(0, "b"), later(A_WHILE, "c") }
    assert.same({ "a", "b", "c" }, results)
    assert.is_nil(failures)
  end)

  it("runs its functions side by side", function()
    local running, most = 0, 0
    local fns = {}
    for i = 1, 5 do
      fns[i] = function()
        running = running + 1
        most = math.max(most, running)
        sleep(A_WHILE)
        running = running - 1
      end
    end
    gather(fns)
    assert.equal(5, most)
  end)

  it("runs no more at a time than it is told to, and all of them", function()
    local running, most, fns = 0, 0, {}
    for i = 1, 7 do
      fns[i] = function()
        running = running + 1
        most = math.max(most, running)
        sleep(i % 3 * A_WHILE)
        running = running - 1
        return i
      end
    end
    assert.same({ 1, 2, 3, 4, 5, 6, 7 }, (gather(fns, { concurrency = 2 })))
    assert.equal(2, most)
    most = 0
    gather(fns, { concurrency = 1 })
    assert.equal(1, most)
    gather(fns, { concurrency = 100 })
    assert.equal(7, most)
  end)

  it("starts the next as soon as one has ended", function()
    local order, fns = {}, {}
    for i = 1, 4 do
      fns[i] = function()
        repeat
          sleep(0)
        until i > 1 or #order == 3
        table.insert(order, i)
      end
    end
    gather(fns, { concurrency = 2 })
    assert.same({ 2, 3, 4, 1 }, order)
  end)

  it("has the error of each function at its place", function()
    local problem = errors.new("server", "x")
    local results, failures = gather { later(0, "a"),
      function()
        sleep(0)
        error("broken", 0)
      end, later(A_WHILE, nil, problem), later(0, "d") }
    assert.equal("a", results[1])
    assert.is_nil(results[2])
    assert.is_nil(results[3])
    assert.equal("d", results[4])
    assert.is_nil(failures[1])
    assert.equal("broken", failures[2])
    assert.equal(problem, failures[3])
    assert.is_nil(failures[4])
  end)

  it("goes on after a function that raised", function()
    local results, failures = gather({
      function()
        error("broken", 0)
      end, later(0, "b"), later(0, "c") }, { concurrency = 1 })
    assert.equal("b", results[2])
    assert.equal("c", results[3])
    assert.same({ "broken" }, failures)
  end)

  it("takes false and nothing for results", function()
    local results, failures = gather { later(0, false), later(0) }
    assert.is_false(results[1])
    assert.is_nil(results[2])
    assert.is_nil(failures)
  end)

  it("of nothing is nothing", function()
    local results, failures = gather {}
    assert.same({}, results)
    assert.is_nil(failures)
  end)

  it("works in a task as it does elsewhere", function()
    local results = run(gather, { later(A_WHILE, "a"), later(0, "b") })
    assert.same({ "a", "b" }, results)
    assert.same({ "a", "b" }, (run(function()
      return gather { function()
        return gather({ later(0, "a") })[1]
      end, later(0, "b") }
    end)))
  end)

  it("reports no error to anybody else", function()
    gather { function()
      error("broken")
    end }
    assert.same({}, reported)
  end)

  it("cancels all when the task that gathers is cancelled", function()
    local started, cancelled = 0, 0
    local function one()
      started = started + 1
      if not sleep(3600) then
        cancelled = cancelled + 1
      end
      return "late"
    end
    local results, failures
    local gathering = spawn(function()
      results, failures = gather({ one, one, one, one }, { concurrency = 2 })
    end)
    run(sleep, A_WHILE)
    assert.equal(2, started)
    gathering:cancel()
    gathering:await()
    settle()
    assert.equal(2, started)
    assert.equal(2, cancelled)
    assert.same({}, results)
    for i = 1, 4 do
      assert.equal("cancelled", failures[i].kind)
    end
  end)

  it("keeps what was ready before it was cancelled", function()
    local results, failures
    local gathering = spawn(function()
      results, failures = gather { later(0, "a"), later(3600, "b") }
    end)
    run(sleep, A_WHILE)
    gathering:cancel()
    gathering:await()
    settle()
    assert.equal("a", results[1])
    assert.is_nil(failures[1])
    assert.equal("cancelled", failures[2].kind)
  end)

  it("takes a list of functions", function()
    local function refused(...)
      local arguments = { ... }
      return raised_by(function()
        gather(arguments[1], arguments[2])
      end)
    end
    assert.matches("task_spec%.lua:%d+: gather expects a list of functions, "
      .. "not number", refused(42))
    assert.matches("task_spec%.lua:%d+: gather expects a list of functions; "
      .. "element 2 is a string", refused { sleep, "x" })
    assert.matches("element 1 is a boolean", refused { true })
  end)

  it("takes an option that is a number", function()
    local function refused(options)
      return raised_by(function()
        gather({}, options)
      end)
    end
    assert.matches("task_spec%.lua:%d+: unknown option of gather: parallel",
      refused { parallel = 2 })
    for _, wrong in ipairs { 0, -1, "2", {} } do
      assert.matches("task_spec%.lua:%d+: concurrency must be a number",
        refused { concurrency = wrong })
    end
  end)

  it("counts an error that is nil as one", function()
    local results, failures = gather { function() error() end,
      function() return 1 end }
    assert.same({ [2] = 1 }, results)
    assert.same({ "the function raised nil" }, failures)
  end)

  it("takes options that are a table", function()
    for _, wrong in ipairs { 2, "x", true } do
      assert.matches("task_spec%.lua:%d+: ", raised_by(function()
        gather({}, wrong)
      end))
    end
    assert.matches("task_spec%.lua:%d+: concurrency must be a number",
      raised_by(function()
        gather({}, { concurrency = 0 / 0 })
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
