local builtin = require "indoxhub.loop.builtin"
local core = require "indoxhub.core"
local errors = require "indoxhub.base.errors"
local events = require "spec.support.events"
local indoxhub = require "indoxhub"
local loop = require "indoxhub.loop"
local servers = require "spec.support.servers"
local task = require "indoxhub.loop.task"
local tasks = require "spec.support.tasks"

local A_WHILE = tasks.A_WHILE

local IS_PUC_51 = _VERSION == "Lua 5.1" and not rawget(_G, "jit")

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
