-- What user code does, the same in every runtime: chats, streams, uploads,
-- cancels, fails, and does fifty things at once.
--
-- A runtime's spec starts the servers and stores `scenes.scripts` in the raw
-- one. Its program, inside the runtime, has something of its own that ticks,
-- and runs this in a task:
--
--     scenes.run {
--       sandbox = "http://127.0.0.1:1234/api/v1",  -- its base URL
--       raw = "http://127.0.0.1:5678",             -- the raw server's root
--       ticks = function() return count end,       -- of the sibling
--       say = print,                               -- default
--     }
--
-- It says "ok NAME" or "FAILED NAME: why" for each scene, and must say what
-- `scenes.expected` holds. Nothing here needs a time: who waits, waits for a
-- condition.

local core = require "indoxhub.core"
local indoxhub = require "indoxhub"

local scenes = {}

local STREAMS = 50

-- How often the sibling must tick while something here waits.
local TICKS = 5

local MESSAGES = { { role = "user", content = "What is 6 * 7?" } }
local ANSWER = "6 * 7 is 42."

---------------------------------------------------------------------------
-- what the raw server says

local EVENT_STREAM = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
  .. "Connection: close\r\n\r\n"

-- Tells no id, so that nobody is told to stop it.
local function delta(text)
  return ('data: {"choices":[{"index":0,"delta":{"content":"%s"}}]}\n\n')
    :format(text)
end

-- Two pieces and then silence, until the client leaves.
local HELD = { { "body" }, { "send", EVENT_STREAM .. delta "one "
  .. delta "two" }, { "hold" } }

-- As fast as it can be sent.
local PIECES = 20000
local FAST = { { "body" }, { "send", EVENT_STREAM },
  { "repeat", PIECES, delta "piece" }, { "send", "data: [DONE]\n\n" },
  { "close" } }

local LATE = '{"success":true,"data":"late"}'

--- The scripts of the raw server, by name.
scenes.scripts = {
  cancelled = HELD,
  closed = HELD,
  dropped = HELD,
  fast = FAST,
  left = HELD, -- for the spec itself, to leave the runtime meanwhile
  slow = { { "body" }, { "sleep", 300 }, { "send",
    ("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n" ..
    "Content-Length: %d\r\n\r\n%s"):format(#LATE, LATE) } },
}

--- Names of the scripts whose client leaves in the midst of them.
scenes.abandoned = { "cancelled", "closed", "dropped" }

---------------------------------------------------------------------------
-- checks

local function same(expected, got, what)
  if expected ~= got then
    error(("%s: expected %s, got %s"):format(what, tostring(expected),
      tostring(got)), 2)
  end
end

-- The value, or raises the error that came in its place.
local function need(value, err)
  if value == nil then
    error(tostring(err), 2)
  end
  return value
end

local function contains(text, part)
  if not text:find(part, 1, true) then
    error(("%q is not in %q"):format(part, text), 2)
  end
end

-- Waits in the way of the library until a condition holds. Only a broken
-- runtime comes to the end of it.
local function wait_until(condition, what)
  for _ = 1, 5000 do
    if condition() then
      return
    end
    need(indoxhub.sleep(0.002))
  end
  error("waited too long for " .. what, 2)
end

-- A client of the sandbox, for requests with these sandbox headers.
local function sandbox(setup, headers)
  return indoxhub.new { api_key = "indox-scenes", base_url = setup.sandbox,
    headers = headers, max_retries = 0 }
end

local function raw(setup, name)
  return indoxhub.new { api_key = "indox-scenes", max_retries = 0,
    base_url = setup.raw .. "/" .. name }
end

-- Reads to the end: the pieces, or nil, what came before the error, and it.
-- By `next`, as not every Lua lets a task wait in a `for`.
local function read(stream)
  local pieces = {}
  while true do
    local piece, err = stream:next()
    if piece then
      pieces[#pieces + 1] = piece
    elseif err then
      return nil, err, pieces
    else
      return pieces
    end
  end
end

---------------------------------------------------------------------------
-- scenes

local list = {}

local function scene(name, fn)
  list[#list + 1] = { name = name, fn = fn }
end

scene("chat", function(setup)
  local client = sandbox(setup)
  local reply = need(client.chat:create { messages = MESSAGES })
  same(ANSWER, reply.data, "data")
  same(7, reply.usage.tokens_total, "tokens")
  same(200, indoxhub.meta(reply).status, "status")
end)

scene("stream", function(setup)
  local client = sandbox(setup, { ["X-Sandbox-Pace"] = "0.01" })
  local stream = need(client.chat:stream { messages = MESSAGES })
  local pieces = need(read(stream))
  same(5, #pieces, "pieces")
  same(ANSWER, table.concat(pieces), "text")
  local reply = need(stream:reply())
  same(ANSWER, reply.data, "data")
  same("stop", reply.finish_reason, "finish_reason")
end)

-- Whoever waits here lets the others go on.

local function ticks_beside(setup, what, wait)
  local before = setup.ticks()
  wait(function()
    return setup.ticks() - before >= TICKS
  end)
  if setup.ticks() - before < TICKS then
    error(("the sibling ticked %d times while %s"):format(
      setup.ticks() - before, what), 2)
  end
end

scene("siblings beside a slow stream", function(setup)
  local client = sandbox(setup, { ["X-Sandbox-Pace"] = "0.01" })
  local stream = need(client.chat:stream { messages = {
    { role = "user", content = "Count to 500" } } })
  need(stream:next())
  ticks_beside(setup, "a stream went on", function(enough)
    repeat
      local piece = stream:next()
    until enough() or not piece
  end)
  stream:close()
end)

scene("siblings beside a slow answer", function(setup)
  ticks_beside(setup, "a call waited", function()
    same("late", need(raw(setup, "slow").chat:create {
      messages = MESSAGES }).data, "data")
  end)
end)

scene("siblings beside a sleep", function(setup)
  ticks_beside(setup, "a task slept", function()
    same(true, indoxhub.sleep(0.3), "sleep")
  end)
end)

scene("upload of bytes", function(setup)
  local reply = need(sandbox(setup).audio:transcribe {
    file = indoxhub.bytes(("x"):rep(300000), "talk.mp3") })
  contains(reply.data.text, "(300000 bytes) from talk.mp3")
end)

scene("upload of a path", function(setup)
  local path = os.tmpname()
  local file = assert(io.open(path, "wb"))
  file:write(("y"):rep(200000))
  file:close()
  local reply, err = sandbox(setup).audio:transcribe {
    file = indoxhub.file(path, { filename = "gap.wav" }) }
  os.remove(path)
  contains(need(reply, err).data.text, "(200000 bytes) from gap.wav")
end)

scene("upload of what comes in time", function(setup)
  local left = 5
  local reply = need(sandbox(setup).audio:transcribe {
    file = indoxhub.reader(function()
      left = left - 1
      need(indoxhub.sleep(0.002))
      return left >= 0 and ("z"):rep(1000) or nil
    end, { filename = "talk.ogg" }) })
  contains(reply.data.text, "(5000 bytes) from talk.ogg")
end)

scene("saving a file", function(setup)
  local client = sandbox(setup)
  local speech = need(client.audio:speak { input = "Mind the gap." })
  local path = os.tmpname()
  local saved, err = client:save(speech, path)
  os.remove(path)
  same("number", type(need(saved, err).bytes), "bytes")
end)

-- A task that reads a stream which falls silent after two pieces. Returns it
-- when it waits for the third.
local function silent(setup, name)
  local seen = { text = "" }
  local task = indoxhub.spawn(function()
    seen.stream = need(raw(setup, name).chat:stream { messages = MESSAGES })
    while true do
      local piece, err = seen.stream:next()
      if not piece then
        return seen.text, err
      end
      seen.text = seen.text .. piece
    end
  end)
  wait_until(function()
    return seen.text == "one two" or task:status() ~= "pending"
  end, "two pieces")
  return task, seen
end

scene("cancel in mid-stream", function(setup)
  local task = silent(setup, "cancelled")
  task:cancel()
  local text, err = task:await()
  same("one two", text, "text")
  same("cancelled", need(err, "there was no error").kind, "kind")
  same("one two", err.partial, "partial")
end)

scene("close in mid-stream", function(setup)
  local stream = need(raw(setup, "closed").chat:stream {
    messages = MESSAGES })
  same("one ", need(stream:next()), "piece")
  stream:close()
  local piece, err = stream:next()
  same(nil, piece, "piece after close")
  same("cancelled", need(err, "there was no error").kind, "kind")
end)

scene("closing the client in mid-stream", function(setup)
  local client = raw(setup, "dropped")
  local stream = need(client.chat:stream { messages = MESSAGES })
  same("one ", need(stream:next()), "piece")
  local reader = indoxhub.spawn(function()
    local _, err = read(stream)
    return err
  end)
  need(indoxhub.sleep(0.01))
  client:close()
  same("cancelled", need(reader:await(), "there was no error").kind, "kind")
end)

scene("cancel a sleep", function()
  local sleeper = indoxhub.spawn(indoxhub.sleep, 1000)
  need(indoxhub.sleep(0.001))
  sleeper:cancel()
  local slept, err = sleeper:await()
  same(nil, slept, "slept")
  same("cancelled", err.kind, "kind")
end)

local function check_error(kind, code, value, err)
  same(nil, value, "value")
  need(err, "there was no error")
  same(kind, err.kind, "kind")
  if code then
    same(code, err.code, "code")
  end
  return err
end

local function failing(setup, fault)
  return sandbox(setup, { ["X-Sandbox-Fail"] = fault }).chat
end

scene("errors", function(setup)
  local request = { messages = MESSAGES }
  check_error("insufficient_credits", nil,
    failing(setup, "status:402"):create(request))
  check_error("rate_limit", nil, failing(setup, "status:429"):stream(request))
  check_error("protocol", nil, failing(setup, "html:200"):create(request))
  check_error("network", "connect", indoxhub.new { api_key = "indox-scenes",
    base_url = "http://127.0.0.1:1", max_retries = 0 }.chat:create(request))
  local stream = need(failing(setup, "cut:3"):stream(request))
  local err = check_error("truncated", nil, read(stream))
  same("6 * 7", err.partial, "partial")
  stream = need(failing(setup, "error:1"):stream(request))
  check_error("server", nil, read(stream))
  check_error("timeout", "total", raw(setup, "slow").chat:create(request,
    { timeout = 0.05 }))
end)

scene("trying again", function(setup)
  local client = indoxhub.new { api_key = "indox-scenes",
    base_url = setup.sandbox, headers = {
      ["X-Sandbox-Fail"] = "status:503*1", ["X-Sandbox-Retry-After"] = "0",
      ["X-Sandbox-Id"] = ("%.9f"):format(core.now()) } }
  local reply = need(client.chat:create { messages = MESSAGES })
  same(ANSWER, reply.data, "data")
  same(2, indoxhub.meta(reply).attempts, "attempts")
end)

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
  local counts, first = { 0, 0, 0 }, nil
  local function reader(i)
    return function()
      local stream = need(raw(setup, "fast").chat:stream {
        messages = MESSAGES })
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
    same(PIECES, counts[i], "pieces")
    if first[i] < PIECES / 100 then
      error(("when the first ended, stream %d had brought %d of %d pieces")
        :format(i, first[i], PIECES))
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

---------------------------------------------------------------------------

local lines = {}
for i, one in ipairs(list) do
  lines[i] = "ok " .. one.name .. "\n"
end

--- What is said, line by line, when all is well.
scenes.expected = table.concat(lines)

--- Runs all scenes, one after the other. Returns how many failed.
---@return integer failures
function scenes.run(setup)
  local say, failures = setup.say or print, 0
  for _, one in ipairs(list) do
    -- In a task of its own, which catches errors where `pcall` cannot.
    local _, errors = indoxhub.gather { function()
      one.fn(setup)
      return true
    end }
    if errors then
      failures = failures + 1
      say(("FAILED %s: %s"):format(one.name, tostring(errors[1])))
    else
      say("ok " .. one.name)
    end
  end
  return failures
end

return scenes
