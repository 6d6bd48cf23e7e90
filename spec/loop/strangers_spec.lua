-- Tasks whose coroutines strangers get hold of: they resume them, close them or
-- call where they cannot be suspended.
local events = require "spec.support.events"
local indoxhub = require "indoxhub"
local loop = require "indoxhub.loop"
local scheduler = require "indoxhub.loop.scheduler"
local servers = require "spec.support.servers"
local tasks = require "spec.support.tasks"

tasks.watch()

-- A task that runs `fn`, and its coroutine.
local function begin(fn)
  local co
  local task = indoxhub.spawn(function()
    co = coroutine.running()
    return fn()
  end)
  indoxhub.step(0)
  return task, co
end

describe("a task that a stranger resumes", function()
  it("goes on with its sleep", function()
    local order = {}
    local one, co = begin(function()
      assert.is_true(indoxhub.sleep(0.05))
      order[#order + 1] = "one"
    end)
    local other = indoxhub.spawn(function()
      indoxhub.sleep(0.01)
      order[#order + 1] = "other"
    end)
    for _ = 1, 3 do
      assert.is_true(coroutine.resume(co, "a value", true))
    end
    one:await()
    other:await()
    assert.same({ "other", "one" }, order)
  end)

  it("goes on with what it awaits", function()
    local other = indoxhub.spawn(function()
      indoxhub.sleep(0.01)
      return "done"
    end)
    local one, co = begin(function()
      return other:await()
    end)
    coroutine.resume(co)
    assert.equal("done", one:await())
  end)

  it("is not resumed again for what it waited for", function()
    local count = 0
    local slot = { ready = false }
    local one, co = begin(function()
      loop.wait(slot)
      count = count + 1
      coroutine.yield() -- for something of its own
      count = count + 1
    end)
    loop.wake(slot)
    coroutine.resume(co)
    assert.equal(1, count)
    indoxhub.step(0)
    assert.equal(1, count)
    coroutine.resume(co)
    assert.equal("done", one:status())
  end)

  it("may end before its turn comes", function()
    local slot = { ready = false }
    local one, co = begin(function()
      loop.wait(slot)
      return "ended"
    end)
    loop.wake(slot)
    coroutine.resume(co)
    assert.equal("done", one:status())
    indoxhub.step(0)
    assert.equal("ended", one:await())
  end)

  it("fails for who awaits it, whoever resumed it", function()
    local one, co = begin(function()
      coroutine.yield()
      error("on purpose", 0)
    end)
    coroutine.resume(co)
    if loop.YIELDS_IN_PCALL then
      assert.equal("failed", one:status())
      assert.equal("on purpose", tasks.raised_by(one.await, one))
      tasks.take_reports()
    end
  end)
end)

local close = coroutine.close -- luacheck: ignore 143

if close then
  describe("a task whose coroutine was closed", function()
    local function await(one)
      local err = tasks.raised_by(one.await, one)
      assert.matches("coroutine of the task was closed", err)
      assert.equal("failed", one:status())
    end

    it("fails when its sleep is over", function()
      local one, co = begin(function()
        indoxhub.sleep(0.01)
      end)
      assert.is_true(close(co))
      await(one)
    end)

    it("fails when what it waited for is there", function()
      local other = indoxhub.spawn(indoxhub.sleep, 0.01)
      local one, co = begin(function()
        other:await()
      end)
      close(co)
      await(one)
    end)

    it("fails when it was about to go on", function()
      local slot = { ready = false }
      local one, co = begin(function()
        loop.wait(slot)
      end)
      loop.wake(slot)
      close(co)
      await(one)
    end)

    it("is over when it is cancelled", function()
      local one, co = begin(function()
        indoxhub.sleep(3600)
      end)
      close(co)
      one:cancel()
      assert.equal(1, #tasks.take_reports()) -- nobody awaits it yet
      await(one)
    end)

    it("ends the transfer that it read", function()
      local raw = servers.raw()
      local client = indoxhub.new { api_key = "k", base_url = raw:script("one",
        { { "body" }, { "send", servers.EVENTS_HEAD .. events.chunk "one" },
          { "sleep", 50 }, { "send", events.chunk "two" }, { "hold" } }) }
      local read
      local one, co = begin(function()
        local stream = client.chat:stream { messages = {
          { role = "user", content = "go" } } }
        read = stream:next()
        stream:next()
      end)
      while not read do
        indoxhub.step()
      end
      close(co)
      await(one)
      servers.wait_until(function()
        indoxhub.step(0)
        return raw:gone "one" == 1
      end, "the client to leave")
      raw:stop()
    end)
  end)
end

describe("a task that calculates where it cannot be suspended", function()
  -- Gives way in a function that C calls, once its share is over.
  local function calculate(call_from_c)
    local result
    local one = indoxhub.spawn(function()
      local turns = 0
      scheduler.give_way()
      call_from_c(function()
        local gave_way = false
        for _ = 1, 3 do
          gave_way = scheduler.give_way() or gave_way
        end
        result = gave_way
      end)
      indoxhub.sleep(0)
      return turns
    end)
    scheduler.run_tasks(0)
    one:await()
    return result
  end

  it("does not give way there", function()
    assert.is_false(calculate(function(fn)
      table.sort({ 2, 1 }, function()
        fn()
      end)
    end))
    assert.is_false(calculate(function(fn)
      ("x"):gsub("x", fn)
    end))
  end)

  it("gives way within pcall where Lua can", function()
    local gave_way = calculate(function(fn)
      assert(pcall(fn))
    end)
    assert.equal(loop.YIELDS_IN_PCALL, gave_way)
  end)
end)
