local errors = require "indoxhub.base.errors"
local loop = require "indoxhub.loop"
local task = require "indoxhub.loop.task"
local tasks = require "spec.support.tasks"

local spawn, run, sleep = task.spawn, task.run, task.sleep
local A_WHILE, later = tasks.A_WHILE, tasks.later

tasks.watch()

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
