-- Waiting and timers, in tasks and outside of them, without an engine.
local builtin = require "indoxhub.loop.builtin"
local core = require "indoxhub.core"
local loop = require "indoxhub.loop"
local scheduler = require "indoxhub.loop.scheduler"
local task = require "indoxhub.loop.task"
local tasks = require "spec.support.tasks"

local A_WHILE = tasks.A_WHILE

local function settle()
  while builtin.turn(0) do
    loop.sleep(0)
  end
end

after_each(function()
  assert.is_false(builtin.turn(0))
end)

describe("waiting", function()
  it("returns at once for what is ready", function()
    assert.is_true(loop.wait { ready = true })
    task.run(function()
      assert.is_true(loop.wait { ready = true })
    end)
  end)

  it("suspends a task until its slot is woken", function()
    local slot, order = { ready = false }, {}
    local one = task.spawn(function()
      assert.is_true(loop.wait(slot))
      table.insert(order, "woken")
    end)
    builtin.turn()
    builtin.turn()
    assert.same({}, order)
    table.insert(order, "wake")
    loop.wake(slot)
    assert.is_true(slot.ready)
    assert.same({ "wake" }, order)
    one:await()
    assert.same({ "wake", "woken" }, order)
  end)

  it("blocks outside a task until its slot is woken", function()
    local slot = { ready = false }
    scheduler.on_turn = function()
      loop.wake(slot)
    end
    assert.is_true(loop.wait(slot, 3600))
    scheduler.on_turn = nil
    assert.is_true(slot.ready)
  end)

  it("lasts no longer than it is told to", function()
    local slot = { ready = false }
    assert.is_true(loop.wait(slot, A_WHILE))
    task.run(function()
      assert.is_true(loop.wait({ ready = false }, A_WHILE))
    end)
  end)

  it("does not last as long as it may when the slot is woken", function()
    local slot = { ready = false }
    local one = task.spawn(loop.wait, slot, 3600)
    builtin.turn()
    loop.wake(slot)
    assert.is_true(one:await())
    assert.is_false(builtin.turn(0), "its timer is still there")
  end)

  it("is woken once, however often its slot is", function()
    local slot, count = { ready = false }, 0
    local one = task.spawn(function()
      loop.wait(slot)
      count = count + 1
      loop.sleep(A_WHILE)
      count = count + 1
    end)
    builtin.turn()
    loop.wake(slot)
    loop.wake(slot)
    builtin.turn()
    loop.wake(slot)
    builtin.turn()
    assert.equal(1, count)
    one:await()
    assert.equal(2, count)
  end)

  it("says whether the task that waits was cancelled", function()
    local outcomes = {}
    local one = task.spawn(function()
      outcomes[1] = loop.wait { ready = false }
      outcomes[2] = loop.wait({ ready = false }, 3600)
      outcomes[3] = loop.sleep(3600)
    end)
    builtin.turn()
    one:cancel()
    one:await()
    assert.same({ false, false, false }, outcomes)
  end)

  it("is an error when nothing could end it", function()
    local ok, err = pcall(loop.wait, { ready = false })
    assert.is_false(ok)
    assert.matches("^indoxhub: waiting for something that cannot happen", err)
  end)

  it("is none while a timer could", function()
    local slot = { ready = false }
    local other = { ready = false }
    local one = task.spawn(function()
      loop.sleep(A_WHILE)
      loop.wake(slot)
    end)
    builtin.turn()
    -- Outside a task nobody else runs: only the timer of this wait can end it.
    assert.is_true(loop.wait(other, 4 * A_WHILE))
    one:await()
    assert.is_true(slot.ready)
  end)
end)

describe("timers", function()
  it("wake in the order of their times", function()
    local order, now = {}, core.now
    local moment = now()
    core.now = function() return moment end -- all begin at once
    for _, i in ipairs { 4, 2, 1, 3 } do
      task.spawn(function()
        loop.sleep(i * A_WHILE)
        table.insert(order, i)
      end)
    end
    builtin.turn(0)
    core.now = now
    settle()
    assert.same({ 1, 2, 3, 4 }, order)
  end)

  it("never wake too early", function()
    for _ = 1, 5 do
      local before = core.now()
      task.run(loop.sleep, A_WHILE)
      assert.is_true(core.now() - before >= A_WHILE)
      before = core.now()
      loop.sleep(A_WHILE)
      assert.is_true(core.now() - before >= A_WHILE)
    end
  end)
end)

describe("a task of the scheduler", function()
  it("is known while it runs", function()
    local one
    one = task.spawn(function()
      assert.equal(one, loop.current())
      assert.is_true(builtin.is_inside())
      loop.sleep(0)
      assert.equal(one, loop.current())
    end)
    assert.is_nil(loop.current())
    assert.is_false(builtin.is_inside())
    one:await()
    assert.is_nil(loop.current())
  end)

  it("is not what runs in a coroutine of the program", function()
    task.run(function()
      coroutine.wrap(function()
        assert.is_nil(loop.current())
        assert.is_false(builtin.is_inside())
      end)()
    end)
  end)

  it("is not disturbed by coroutines that it uses itself", function()
    local got = {}
    local other = task.spawn(function()
      loop.sleep(0)
      table.insert(got, "other")
    end)
    task.run(function()
      local numbers = coroutine.wrap(function()
        for i = 1, 3 do
          loop.sleep(0)
          coroutine.yield(i)
        end
      end)
      for _ = 1, 3 do
        table.insert(got, numbers())
      end
    end)
    other:await()
    assert.same({ 1, 2, 3, "other" }, got)
  end)

  it("may turn the loop itself", function()
    local order = {}
    local other = task.spawn(function()
      loop.sleep(0)
      table.insert(order, "other")
    end)
    task.run(function()
      coroutine.wrap(function()
        other:await()
      end)()
      table.insert(order, "self")
    end)
    assert.same({ "other", "self" }, order)
  end)
end)

describe("running until a condition holds", function()
  it("turns no more than that takes", function()
    local count = 0
    local one = task.spawn(function()
      for _ = 1, 10 do
        loop.sleep(0)
        count = count + 1
      end
    end)
    builtin.run_until(function()
      return count >= 3
    end)
    assert.is_true(count < 10)
    one:await()
    assert.equal(10, count)
  end)

  it("calls on_turn after each piece of waiting", function()
    local turns = 0
    scheduler.on_turn = function()
      turns = turns + 1
      if turns == 3 then
        error("enough", 0)
      end
    end
    local ok, err = pcall(loop.sleep, 3600)
    scheduler.on_turn = nil
    assert.is_false(ok)
    assert.equal("enough", err)
    -- The timer of that sleep is still there.
    builtin.forget()
  end)
end)
