-- Scenes of many tasks: what they share, and what becomes of them.
local indoxhub = require "indoxhub"
local kit = require "spec.runtime.scenes.kit"
local scripts = require "spec.runtime.scenes.scripts"

local MESSAGES = kit.MESSAGES
local same, need, contains = kit.same, kit.need, kit.contains
local wait_until, read = kit.wait_until, kit.read
local sandbox, raw = kit.sandbox, kit.raw
local list, scene = kit.list()

local STREAMS = 50

scene("fifty streams at once", function(setup)
  local client = sandbox(setup, { ["X-Sandbox-Pace"] = "0.002" })
  local begun, fns = 0, {}
  local function text_of(i)
    return ("stream %d says %s and ends with %d"):format(i,
      ("x"):rep(i % 7 + 1), i)
  end
  for i = 1, STREAMS do
    fns[i] = function()
      local stream = need(client.chat:stream { messages = { { role = "user",
        content = "echo: " .. text_of(i) } } })
      local first = need(stream:next())
      begun = begun + 1
      wait_until(function()
        return begun == STREAMS
      end, "all streams to have begun")
      return first .. table.concat(need(read(stream)))
    end
  end
  local texts, errors = indoxhub.gather(fns)
  for i = 1, STREAMS do
    need(texts[i], errors and errors[i])
    same(text_of(i), texts[i], "text")
  end
end)

scene("fast streams share the time", function(setup)
  local counts, first, begun = { 0, 0, 0 }, nil, 0
  local function reader(i)
    return function()
      local stream = need(raw(setup, "fast").chat:stream {
        messages = MESSAGES })
      need(stream:next())
      counts[i], begun = 1, begun + 1
      wait_until(function()
        return begun == 3
      end, "all streams to have begun")
      while true do
        local piece, err = stream:next()
        if not piece then
          same(nil, err, "error")
          break
        end
        counts[i] = counts[i] + 1
        piece:rep(300):find("never", 1, true) -- what a reader does with it
      end
      first = first or { counts[1], counts[2], counts[3] }
      return true
    end
  end
  local _, errors = indoxhub.gather { reader(1), reader(2), reader(3) }
  same(nil, errors and errors[next(errors)], "error")
  for i = 1, 3 do
    same(scripts.PIECES, counts[i], "pieces")
    if first[i] < scripts.PIECES / 100 then
      error(("when the first ended, stream %d had brought %d of %d pieces")
        :format(i, first[i], scripts.PIECES))
    end
  end
end)

scene("few at a time", function(setup)
  local client = sandbox(setup)
  local running, most, fns = 0, 0, {}
  for i = 1, 9 do
    fns[i] = function()
      running = running + 1
      most = math.max(most, running)
      local reply = need(client.chat:create { messages = {
        { role = "user", content = "echo: " .. i } } })
      running = running - 1
      return reply.data
    end
  end
  local texts = indoxhub.gather(fns, { concurrency = 3 })
  same("1 2 3 4 5 6 7 8 9", table.concat(texts, " "), "texts")
  same(3, most, "most at a time")
end)

scene("order of sleeps", function()
  local order = {}
  local function sleeper(name, seconds)
    return function()
      need(indoxhub.sleep(seconds))
      order[#order + 1] = name
      return true
    end
  end
  local _, errors = indoxhub.gather { sleeper("c", 0.15), sleeper("a", 0),
    sleeper("b", 0.05) }
  same(nil, errors, "errors")
  same("abc", table.concat(order), "order")
end)

scene("tasks", function()
  local task = indoxhub.spawn(function(...)
    need(indoxhub.sleep(0.001))
    return select("#", ...), ...
  end, nil, "x", nil)
  same("pending", task:status(), "status")
  local count, first, second = task:await()
  same(3, count, "arguments")
  same(nil, first, "first argument")
  same("x", second, "second argument")
  same("done", task:status(), "status")
  same("y", indoxhub.run(function(text)
    need(indoxhub.sleep(0.001))
    return text
  end, "y"), "what run returns")
end)

scene("a task that fails", function()
  local told, before = nil, indoxhub.on_error
  indoxhub.on_error = function(err, traceback)
    told = tostring(err) .. "\n" .. traceback
  end
  indoxhub.spawn(function()
    indoxhub.sleep(0.001)
    error("failed on purpose")
  end)
  local _, untold = indoxhub.gather { function()
    wait_until(function()
      return told
    end, "on_error")
    return true
  end }
  indoxhub.on_error = before
  same(nil, untold and untold[1], "error")
  contains(told, "failed on purpose")
  contains(told, "traceback")
  local _, errors = indoxhub.gather { function()
    indoxhub.sleep(0.001)
    error({ code = 7 })
  end }
  same(7, errors[1].code, "code of what was raised")
end)

-- In nginx a task runs before `gather` knows of it, to its end if it does not
-- wait.
scene("functions of gather that do not wait", function()
  local told, before = 0, indoxhub.on_error
  indoxhub.on_error = function()
    told = told + 1
  end
  local running, most = 0, 0
  local function sleeper()
    running = running + 1
    most = math.max(most, running)
    indoxhub.sleep(0.02)
    running = running - 1
    return "slept"
  end
  local function raiser()
    error("failed on purpose", 0)
  end
  local results, errors = indoxhub.gather({ raiser, sleeper, sleeper, raiser,
    sleeper, sleeper }, { concurrency = 2 })
  indoxhub.on_error = before
  same(0, told, "tasks that on_error was told of")
  same("failed on purpose", errors[1], "error of the first")
  same("failed on purpose", errors[4], "error of the fourth")
  same("slept", results[6], "result of the last")
  same(2, most, "tasks at a time")
  local many = {}
  for i = 1, 3000 do
    many[i] = function()
      return i
    end
  end
  results = indoxhub.gather(many, { concurrency = 2 })
  same(3000, results[3000], "result of the last of many")
end)

return list
