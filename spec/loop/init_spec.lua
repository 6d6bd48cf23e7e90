local builtin = require "indoxhub.loop.builtin"
local core = require "indoxhub.core"
local errors = require "indoxhub.base.errors"
local events = require "spec.support.events"
local indoxhub = require "indoxhub"
local loop = require "indoxhub.loop"
local scheduler = require "indoxhub.loop.scheduler"
local servers = require "spec.support.servers"
local task = require "indoxhub.loop.task"

local IS_PUC_51 = _VERSION == "Lua 5.1" and not rawget(_G, "jit")

-- Long for a scheduler, short for a person.
local A_WHILE = 0.003

local function settle()
  while builtin.turn(0) do
    loop.sleep(0)
  end
end

after_each(function()
  assert.is_false(builtin.turn(0))
end)

describe("the adapter", function()
  it("is the built-in one unless another is chosen", function()
    assert.equal(builtin, loop.adapter())
  end)

  it("has the functions that the layers above call", function()
    for _, name in ipairs { "spawn", "wait", "wake", "sleep", "start" } do
      assert.is_function(loop.adapter()[name], name)
    end
  end)
end)

describe("the adapter's own sleep", function()
  it("lasts as long as it says", function()
    for _, sleep in ipairs { builtin.sleep, function(seconds)
      task.run(builtin.sleep, seconds)
    end } do
      local before = core.now()
      sleep(A_WHILE)
      assert.is_true(core.now() - before >= A_WHILE)
    end
  end)
end)

describe("the engine", function()
  it("is made once, and has nothing to do", function()
    local engine = loop.engine()
    assert.is_not_nil(engine)
    assert.equal(engine, loop.engine())
    assert.is_false(loop.is_busy())
    assert.is_false(loop.is_forked())
  end)

  it("is made anew when it was closed", function()
    local engine = loop.engine()
    engine:close()
    assert.is_false(loop.is_busy())
    assert.not_equal(engine, loop.engine())
    assert.is_false(loop.engine():closed())
  end)
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

describe("giving way", function()
  it("lets others go on when a task has had its share", function()
    local turns, given = 0, 0
    local other = task.spawn(function()
      while given < 3 do
        turns = turns + 1
        loop.sleep(0)
      end
    end)
    task.run(function()
      while given < 3 do
        given = given + (loop.give_way() and 1 or 0)
      end
    end)
    other:await()
    assert.is_true(turns >= 3, turns)
  end)

  it("is for tasks that have had enough", function()
    assert.is_false(loop.give_way())
    task.run(function()
      assert.is_false(loop.give_way())
    end)
  end)

  it("is what the reader of a stream does that never has to wait", function()
    local raw = servers.raw()
    local client = indoxhub.new { api_key = "k", base_url = raw:script("plenty",
      { { "send", servers.EVENTS_HEAD }, { "repeat", 50000,
        events.delta("x") }, { "send", events.completed } }) }
    local real, times = loop.give_way, 0
    loop.give_way = function()
      times = times + 1
      return real()
    end
    -- Where the iterator of a `for` cannot wait, it gives way to nobody.
    for _, read in ipairs { "next", not IS_PUC_51 and "events" or nil } do
      times = 0
      task.run(function()
        local stream = indoxhub.assert(client.chat:stream {
          messages = { { role = "user", content = "go" } } })
        local more = read == "next" and function()
          return stream:next()
        end or stream:events()
        repeat until not more()
      end)
      assert.is_true(times > 50, read .. times)
    end
    loop.give_way = real
    raw:stop()
  end)
end)

describe("a descriptor for other loops", function()
  it("is a number that stays the same", function()
    local fd = builtin.fd()
    assert.equal("number", type(fd))
    assert.is_true(fd >= 0 and fd % 1 == 0)
    assert.equal(fd, builtin.fd())
  end)

  it("leaves tasks running as before", function()
    builtin.fd()
    local one = task.spawn(task.sleep, A_WHILE)
    while builtin.turn() do
      loop.sleep(0)
    end
    assert.is_true(one:await())
  end)
end)

describe("forgetting the parent process", function()
  it("drops its tasks and its timers", function()
    local ran = false
    task.spawn(function()
      ran = true
    end)
    local sleeper = task.spawn(task.sleep, 3600)
    local pending = task.spawn(error, errors.cancelled())
    loop.engine()
    loop.forget_parent()
    assert.is_false(builtin.turn())
    assert.is_false(ran)
    assert.equal("pending", sleeper:status())
    assert.equal("pending", pending:status())
  end)

  it("lets the next call make an engine of its own", function()
    local engine = loop.engine()
    loop.forget_parent()
    assert.is_false(loop.is_busy())
    assert.not_equal(engine, loop.engine())
  end)
end)

-- The engine as the scheduler sees it, without a network: what its steps bring
-- is up to the test.
local function fake_engine()
  local engine = { batches = {}, steps = {}, load = 0, is_closed = false,
    is_forked = false }

  function engine:closed()
    return self.is_closed
  end

  function engine:close()
    self.is_closed = true
  end

  function engine:forked()
    return self.is_forked
  end

  function engine:running()
    return self.load
  end

  function engine:busy()
    return self.load > 0
  end

  function engine.fd()
    return 99
  end

  function engine:alarm(seconds)
    self.alarm_set, self.alarm_at = true, seconds
  end

  function engine:step(news, seconds, _, wait)
    table.insert(self.steps, { seconds = seconds, wait = wait })
    local tokens = table.remove(self.batches, 1) or {}
    for i, token in ipairs(tokens) do
      news[i] = token
    end
    return #tokens
  end

  return engine
end

-- A transfer of that engine.
local function fake_transfer(token)
  return {
    token = function()
      return token
    end,
    times = 0,
    told = function(self)
      return self.times
    end,
    result = function(self)
      return self.ended
    end,
    linger = function(self, seconds)
      self.lingers = seconds
    end,
  }
end

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
