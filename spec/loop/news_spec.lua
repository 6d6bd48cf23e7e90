-- Whom an engine's news wakes, and what else the loop makes of its engine.
local builtin = require "indoxhub.loop.builtin"
local core = require "indoxhub.core"
local fakes = require "spec.support.fakes"

local A_WHILE = require("spec.support.tasks").A_WHILE
local fake_engine, fake_transfer = fakes.engine, fakes.transfer

after_each(function()
  assert.is_false(builtin.turn(0))
end)

-- Runs a function and collects what it leaves behind.
local function and_collect(fn)
  fn()
  collectgarbage()
  collectgarbage()
end

local MODULES = { "indoxhub.loop", "indoxhub.loop.builtin",
  "indoxhub.loop.scheduler", "indoxhub.loop.task" }

describe("an engine with news", function()
  local real_engine, real_modules
  local engine, made
  local fresh_loop, fresh_builtin, fresh_task

  -- Fresh modules, which know of no engine yet.
  before_each(function()
    real_engine, real_modules = core.engine, {}
    for _, name in ipairs(MODULES) do
      real_modules[name], package.loaded[name] = package.loaded[name], nil
    end
    engine, made = fake_engine(), 0
    core.engine = function()
      made = made + 1
      return engine, engine == nil and "no more descriptors" or nil
    end
    fresh_loop = require "indoxhub.loop"
    fresh_builtin = require "indoxhub.loop.builtin"
    fresh_task = require "indoxhub.loop.task"
  end)

  after_each(function()
    core.engine = real_engine
    for _, name in ipairs(MODULES) do
      package.loaded[name] = real_modules[name]
    end
  end)

  -- A task that waits for transfers; says of each what the wait returned.
  local function waiter(...)
    local transfers, said = { ... }, {}
    local one = fresh_task.spawn(function()
      for i, transfer in ipairs(transfers) do
        said[i] = fresh_loop.wait_for(transfer, 0)
      end
    end)
    fresh_builtin.turn()
    return one, said
  end

  -- Lets one step of the engine bring news.
  local function bring(...)
    engine.batches = { { ... } }
    fresh_loop.pump()
  end

  it("is not made before something needs it", function()
    assert.is_false(fresh_loop.is_busy())
    assert.is_false(fresh_loop.is_forked())
    fresh_builtin.turn()
    fresh_loop.look()
    assert.equal(0, made)
    fresh_loop.pump()
    fresh_loop.pump()
    assert.equal(1, made)
  end)

  it("is shown to the adapter when somebody waits", function()
    local shown, how
    fresh_builtin.start = function(it_is, pump)
      shown, how = it_is, pump
    end
    fresh_loop.pump()
    assert.is_nil(shown)
    waiter(fake_transfer(1))
    assert.equal(engine, shown)
    assert.equal(fresh_loop.pump, how)
    bring(1)
    fresh_builtin.turn()
  end)

  it("says when there can be none", function()
    engine = nil
    local none, message = fresh_loop.engine()
    assert.is_nil(none)
    assert.equal("no more descriptors", message)
    none, message = fresh_builtin.fd()
    assert.is_nil(none)
    assert.equal("no more descriptors", message)
    local ok, err = pcall(fresh_loop.pump)
    assert.is_false(ok)
    assert.equal("indoxhub: no more descriptors", err)
  end)

  it("is busy while something runs in it", function()
    fresh_loop.engine()
    assert.is_false(fresh_loop.is_busy())
    engine.load = 1
    assert.is_true(fresh_loop.is_busy())
    assert.is_true(fresh_builtin.turn())
  end)

  it("steps with the budget and the wait that it is given", function()
    fresh_loop.pump(0.002, 0.5)
    assert.same({ { seconds = 0.002, wait = 0.5 } }, engine.steps)
    engine.load = 1
    fresh_builtin.turn(0.001)
    assert.same({ seconds = 0.001 }, engine.steps[2])
  end)

  it("is looked at only when something runs in it", function()
    fresh_loop.engine()
    fresh_loop.look()
    assert.equal(0, #engine.steps)
    engine.load = 2
    fresh_loop.look()
    assert.same({ {} }, engine.steps)
  end)

  it("wakes the task that waits for news of a transfer, and no other",
    function()
      local one, said = waiter(fake_transfer(7))
      local other, also_said = waiter(fake_transfer(8))
      bring(9)
      fresh_builtin.turn()
      assert.equal("pending", one:status())
      bring(7)
      fresh_builtin.turn()
      assert.equal("done", one:status())
      assert.equal("pending", other:status())
      bring(8)
      fresh_builtin.turn()
      assert.same({ true }, said)
      assert.same({ true }, also_said)
    end)

  it("may have been brought before the wait begins", function()
    local transfer = fake_transfer(7)
    transfer.times = 1
    local one, said = waiter(transfer)
    fresh_builtin.turn()
    assert.equal("done", one:status())
    assert.same({ true }, said)
  end)

  it("may bring news of many at once", function()
    local tasks = {}
    for i = 1, 3 do
      tasks[i] = waiter(fake_transfer(i))
    end
    bring(1, 2, 3)
    fresh_builtin.turn()
    for i = 1, 3 do
      assert.equal("done", tasks[i]:status(), i)
    end
  end)

  it("wakes once for each wait", function()
    local transfer = fake_transfer(7)
    local one = waiter(transfer, transfer, transfer)
    for i = 1, 3 do
      assert.equal("pending", one:status(), i)
      bring(7)
      bring(7)
      fresh_builtin.turn()
    end
    assert.equal("done", one:status())
  end)

  it("says nothing to a task that was cancelled while it waited", function()
    local one, said = waiter(fake_transfer(7))
    one:cancel()
    fresh_builtin.turn()
    assert.equal("done", one:status())
    assert.same({ false }, said)
    bring(7)
    fresh_builtin.turn()
  end)

  it("does not keep a wait that was given up", function()
    local slots = setmetatable({}, { __mode = "k" })
    local wait = fresh_builtin.wait
    fresh_builtin.wait = function(slot, seconds)
      slots[slot] = true
      return wait(slot, seconds)
    end
    and_collect(function()
      local one = waiter(fake_transfer(7))
      one:cancel()
      fresh_builtin.turn()
    end)
    assert.is_nil(next(slots))
  end)

  it("ends a wait outside any task", function()
    fresh_loop.engine()
    engine.load = 1
    engine.batches = { {}, { 8 }, { 7 } }
    assert.is_true(fresh_loop.wait_for(fake_transfer(7), 0))
    assert.equal(3, #engine.steps)
  end)

  it("is waited for no longer than until the next timer", function()
    engine.load = 1
    fresh_loop.sleep(A_WHILE)
    for _, step in ipairs(engine.steps) do
      assert.is_true(step.wait >= 0 and step.wait <= A_WHILE)
    end
    assert.is_true(#engine.steps > 0)
  end)

  it("is not waited for while a task can run", function()
    engine.load = 1
    local transfer = fake_transfer(7)
    local busy = true
    fresh_task.spawn(function()
      for _ = 1, 3 do
        fresh_loop.sleep(0)
      end
      busy = false
      engine.batches = { { 7 } }
    end)
    fresh_task.run(function()
      fresh_loop.wait_for(transfer, 0)
    end)
    assert.is_false(busy)
    assert.equal(0, engine.steps[1].wait)
  end)

  it("keeps a transfer that nobody waits for until it has ended", function()
    local alive = setmetatable({}, { __mode = "k" })
    and_collect(function()
      local transfer = fake_transfer(7)
      alive[transfer] = true
      fresh_loop.leave(transfer, 2)
      assert.equal(2, transfer.lingers)
      bring(7)
    end)
    assert.is_table(next(alive), "it has not ended yet")
    and_collect(function()
      next(alive).ended = {}
      bring(7)
    end)
    assert.is_nil(next(alive))
  end)

  it("does not keep a transfer that has ended already", function()
    local alive = setmetatable({}, { __mode = "k" })
    and_collect(function()
      local transfer = fake_transfer(7)
      transfer.ended = {}
      alive[transfer] = true
      fresh_loop.leave(transfer, 2)
    end)
    assert.is_nil(next(alive))
  end)

  it("belongs to the process that made it", function()
    fresh_loop.engine()
    local one = waiter(fake_transfer(7))
    local parents = engine
    parents.is_forked = true
    assert.is_true(fresh_loop.is_forked())
    engine = fake_engine()
    fresh_loop.settle_fork()
    assert.is_true(parents.is_closed)
    assert.is_false(fresh_loop.is_forked())
    bring(7)
    assert.is_false(fresh_builtin.turn())
    assert.equal("pending", one:status())
    assert.equal(1, #engine.steps)
  end)

  it("rings when there is something to do, for a loop that watches it",
    function()
      assert.equal(99, fresh_builtin.fd())
      assert.is_true(engine.alarm_set)
      assert.is_nil(engine.alarm_at)
      local one = fresh_task.spawn(fresh_task.sleep, 3600)
      assert.equal(0, engine.alarm_at)
      fresh_builtin.turn()
      assert.is_true(engine.alarm_at > 3000 and engine.alarm_at <= 3600)
      one:cancel()
      assert.equal(0, engine.alarm_at)
      fresh_builtin.turn()
      assert.is_nil(engine.alarm_at)
    end)

  it("does not ring when no other loop watches it", function()
    fresh_loop.engine()
    fresh_task.spawn(fresh_task.sleep, 0)
    while fresh_builtin.turn() do
      fresh_loop.sleep(0)
    end
    assert.is_nil(engine.alarm_set)
  end)

  it("lets timers ring at their time, and those of one time in turn", function()
    local real_now, time = core.now, 1000
    finally(function()
      core.now = real_now
    end)
    core.now = function()
      return time
    end
    local order = {}
    for i = 1, 3 do
      fresh_task.spawn(function()
        fresh_loop.sleep(5)
        table.insert(order, i)
      end)
    end
    fresh_task.spawn(function()
      fresh_loop.sleep(4)
      table.insert(order, 0)
    end)
    fresh_builtin.turn()
    time = 1004.5
    fresh_builtin.turn()
    assert.same({ 0 }, order)
    time = 1005
    fresh_builtin.turn()
    assert.same({ 0, 1, 2, 3 }, order)
  end)
end)
