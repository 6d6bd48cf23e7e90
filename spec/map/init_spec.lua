local errors = require "indoxhub.base.errors"
local indoxhub = require "indoxhub"
local tasks = require "spec.support.tasks"

local map, run, sleep, spawn = indoxhub.map, indoxhub.run, indoxhub.sleep,
  indoxhub.spawn
local A_WHILE, settle = tasks.A_WHILE, tasks.settle

tasks.watch()

describe("map", function()
  it("calls a function with each item and its place, in order", function()
    local results, failures = map({ "a", "b", "c" }, function(item, index)
      sleep((3 - index) * A_WHILE)
      return item .. index, "not the result"
    end)
    assert.same({ "a1", "b2", "c3" }, results)
    assert.is_nil(failures)
  end)

  it("has the error of each item at its place, raised or returned", function()
    local problem = errors.new("server", "x")
    local results, failures = map({ 1, 2, 3, 4, 5 }, function(item)
      if item == 1 then
        error("at once", 0)
      end
      sleep(0)
      if item == 2 then
        error("broken", 0)
      elseif item == 3 then
        return nil, problem
      elseif item == 4 then
        error()
      end
      return item
    end)
    assert.same({ [5] = 5 }, results)
    assert.same({ "at once", "broken", problem, "the function raised nil" },
      failures)
    assert.equal(problem, failures[3])
  end)

  it("takes false and nothing for results", function()
    local results, failures = map({ 1, 2, 3 }, function(item)
      if item == 1 then
        return false, "not an error"
      elseif item == 2 then
        return nil, false
      end
    end)
    assert.same({ false }, results)
    assert.is_nil(failures)
  end)

  it("runs no more at a time than it is told to, else 8", function()
    local running, most
    local list = {}
    for i = 1, 20 do
      list[i] = i
    end
    local function count(item)
      running = running + 1
      most = math.max(most, running)
      sleep(item % 3 * A_WHILE)
      running = running - 1
      return item
    end
    for _, case in ipairs { { {}, 8 }, { nil, 8 }, { { concurrency = 1 }, 1 },
      { { concurrency = 3 }, 3 }, { { concurrency = 100 }, 20 } } do
      running, most = 0, 0
      assert.same(list, (map(list, count, case[1])))
      assert.equal(case[2], most)
    end
  end)

  it("starts the next as soon as one has ended", function()
    local order = {}
    map({ 1, 2, 3, 4 }, function(item)
      repeat
        sleep(0)
      until item > 1 or #order == 3
      table.insert(order, item)
    end, { concurrency = 2 })
    assert.same({ 2, 3, 4, 1 }, order)
  end)

  it("of nothing is nothing", function()
    local results, failures = map({}, error)
    assert.same({}, results)
    assert.is_nil(failures)
  end)

  it("takes items of any kind", function()
    local list = { print, false, "x", {}, indoxhub.null, 1.5 }
    assert.same(list, (map(list, function(item)
      return item
    end)))
  end)

  it("does what was in the list when it began", function()
    local list = { 1, 2, 3 }
    assert.same({ 1, 2, 3 }, (map(list, function(item)
      list[item], list[item + 1] = nil, 7
      sleep(0)
      return item
    end, { concurrency = 1 })))
  end)

  it("works in a task, and within itself", function()
    local function double(item)
      return (map({ item, item }, function(one)
        sleep(0)
        return one * 2
      end))
    end
    assert.same({ { 2, 2 }, { 4, 4 } }, (run(map, { 1, 2 }, double)))
    assert.same({ { 2, 2 } }, (map({ 1 }, double)))
  end)

  it("reports no error to anybody else", function()
    map({ 1 }, function()
      error("broken")
    end)
    assert.same({}, tasks.take_reports())
  end)

  it("keeps no task of what is over", function()
    local list, most, alive = {}, 0, setmetatable({}, { __mode = "k" })
    for i = 1, 400 do
      list[i] = i
    end
    map(list, function(item)
      alive[coroutine.running()] = true
      sleep(0)
      if item % 100 == 0 then
        collectgarbage()
        collectgarbage()
        local count = 0
        for _ in pairs(alive) do
          count = count + 1
        end
        most = math.max(most, count)
      end
    end, { concurrency = 4 })
    assert.is_true(most <= 12, tostring(most)) -- some have only just ended
  end)
end)

describe("a map that is cancelled", function()
  it("cancels what runs, begins no more, and keeps what was ready", function()
    local started, cancelled = 0, 0
    local results, failures
    local mapping = spawn(function()
      results, failures = map({ 1, 2, 3, 4 }, function(item)
        started = started + 1
        if item == 1 then
          return "ready"
        elseif not sleep(3600) then
          cancelled = cancelled + 1
          return "late"
        end
      end, { concurrency = 2 })
    end)
    run(function()
      repeat
        sleep(0)
      until started == 3
    end)
    mapping:cancel()
    mapping:await()
    settle()
    assert.equal(3, started)
    assert.equal(2, cancelled)
    assert.same({ "ready" }, results)
    assert.is_nil(failures[1])
    for i = 2, 4 do
      assert.equal("cancelled", failures[i].kind)
    end
  end)

  it("begins nothing in a task that was cancelled before", function()
    local calls, failures = 0, nil
    local mapping = spawn(function()
      sleep(0)
      failures = select(2, map({ 1, 2 }, function()
        calls = calls + 1
      end))
    end)
    mapping:cancel()
    mapping:await()
    assert.equal(0, calls)
    assert.equal("cancelled", failures[1].kind)
    assert.equal("cancelled", failures[2].kind)
  end)

  it("calls nothing with an item whose task has not begun", function()
    local calls = 0
    local mapping
    mapping = spawn(function()
      map({ 1, 2 }, function()
        calls = calls + 1
        mapping:cancel()
      end, { concurrency = 1 })
    end)
    settle()
    mapping:await()
    assert.equal(1, calls)
  end)
end)

describe("map's on_progress", function()
  it("is told how many are over, of how many, and how many failed", function()
    local told = {}
    map({ "a", "b", "c" }, function(item)
      if item == "b" then
        return nil, "no"
      end
      return item
    end, { concurrency = 1, on_progress = function(...)
      table.insert(told, { ... })
    end })
    assert.same({ { 1, 3, 0, 1 }, { 2, 3, 1, 2, "no" }, { 3, 3, 1, 3 } }, told)
  end)

  it("costs no result when it raises, and is told of once", function()
    local calls = 0
    local results, failures = map({ 1, 2, 3 }, function(item)
      sleep(0)
      return item
    end, { on_progress = function()
      calls = calls + 1
      error("no paper")
    end })
    assert.same({ 1, 2, 3 }, results)
    assert.is_nil(failures)
    assert.equal(1, calls)
    local reports = tasks.take_reports()
    assert.equal(1, #reports)
    assert.matches("no paper", reports[1].err)
    assert.matches("traceback", reports[1].traceback)
  end)
end)

describe("map refuses", function()
  local function refused(...)
    local arguments, count = { ... }, select("#", ...)
    return tasks.raised_by(function()
      map((table.unpack or unpack)(arguments, 1, count))
    end)
  end

  it("what is no list, at the caller's line", function()
    assert.matches("map/init_spec%.lua:%d+: map: expects a list of items, "
      .. "not a number", refused(42, print))
    assert.matches("expects a list of items, not nil", refused(nil, print))
    assert.matches("and name is a name in it", refused({ name = 1 }, print))
    assert.matches("and 0 is a name in it", refused({ [0] = 1 }, print))
    assert.matches("and 1.5 is a name in it", refused({ [1.5] = 1 }, print))
  end)

  it("a list with holes, and tells where", function()
    assert.matches("item 2 of 3 is nil", refused({ 1, nil, 3 }, print))
    assert.matches("item 1 of 2 is nil", refused({ nil, 2 }, print))
    assert.matches("item 2 of 5 is nil",
      refused({ [1] = 1, [3] = 1, [5] = 1 }, print))
  end)

  it("what is no function", function()
    assert.matches("map: expects a function that is called with each item, "
      .. "not nil", refused({}))
    assert.matches("not a table", refused({}, {}))
  end)

  it("wrong options, by their name", function()
    local function with(options)
      return refused({}, print, options)
    end
    assert.matches("options must be a table, not a number", with(2))
    assert.matches("unknown option resum: did you mean resume%?",
      with { resum = "a" })
    assert.matches("did you mean concurrency%?", with { parallel = 2 })
    for _, wrong in ipairs { 0, -1, 1.5, "2", math.huge } do
      assert.matches("option concurrency must be a whole number above 0",
        with { concurrency = wrong })
    end
    assert.matches("option on_progress must be a function",
      with { on_progress = 1 })
    assert.matches("option resume must be a string", with { resume = 1 })
    for _, wrong in ipairs { "", "a\0b" } do
      assert.matches("option resume must be the name of a file",
        with { resume = wrong })
    end
  end)

  it("to begin where it could not wait for the end", function()
    local calls, raised = 0, nil
    run(function()
      local list = { 2, 1 }
      raised = select(2, pcall(table.sort, list, function(a, b)
        map({ a, b }, function()
          calls = calls + 1
          sleep(0)
        end)
        return a < b
      end))
    end)
    settle()
    assert.matches("indoxhub.map cannot wait here", raised)
    assert.equal(0, calls)
  end)
end)
