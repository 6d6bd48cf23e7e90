-- What becomes of the results and the errors of tasks.
local errors = require "indoxhub.base.errors"
local indoxhub = require "indoxhub"
local loop = require "indoxhub.loop"
local task = require "indoxhub.loop.task"
local tasks = require "spec.support.tasks"

local spawn, run, sleep = task.spawn, task.run, task.sleep
local A_WHILE, settle = tasks.A_WHILE, tasks.settle
local later, raised_by = tasks.later, tasks.raised_by

tasks.watch()

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

describe("the error of a task that nobody awaits", function()
  local take_reports = tasks.take_reports

  local function break_things()
    error("broken")
  end

  it("goes to on_error, with a traceback of the task", function()
    local one = spawn(break_things)
    settle()
    local list = take_reports()
    assert.equal(1, #list)
    assert.matches("await_spec%.lua:%d+: broken", list[1].err)
    assert.matches("traceback", list[1].traceback)
    assert.matches("await_spec%.lua", list[1].traceback)
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
