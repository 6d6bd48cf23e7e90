local errors = require "indoxhub.base.errors"
local task = require "indoxhub.loop.task"
local tasks = require "spec.support.tasks"

local spawn, run, sleep, gather = task.spawn, task.run, task.sleep, task.gather
local A_WHILE, settle = tasks.A_WHILE, tasks.settle
local later, raised_by = tasks.later, tasks.raised_by

tasks.watch()

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
    assert.same({}, tasks.take_reports())
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
    assert.matches("gather_spec%.lua:%d+: gather expects a list of functions, "
      .. "not number", refused(42))
    assert.matches("gather_spec%.lua:%d+: gather expects a list of functions; "
      .. "element 2 is a string", refused { sleep, "x" })
    assert.matches("element 1 is a boolean", refused { true })
  end)

  it("takes an option that is a number", function()
    local function refused(options)
      return raised_by(function()
        gather({}, options)
      end)
    end
    assert.matches("gather_spec%.lua:%d+: unknown option of gather: parallel",
      refused { parallel = 2 })
    for _, wrong in ipairs { 0, -1, "2", {} } do
      assert.matches("gather_spec%.lua:%d+: concurrency must be a number",
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
      assert.matches("gather_spec%.lua:%d+: ", raised_by(function()
        gather({}, wrong)
      end))
    end
    assert.matches("gather_spec%.lua:%d+: concurrency must be a number",
      raised_by(function()
        gather({}, { concurrency = 0 / 0 })
      end))
  end)
end)
