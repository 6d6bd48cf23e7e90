-- Scenes of calls that come to their end.
local core = require "indoxhub.core"
local indoxhub = require "indoxhub"
local kit = require "spec.runtime.scenes.kit"

local MESSAGES, ANSWER = kit.MESSAGES, kit.ANSWER
local same, need, contains, read = kit.same, kit.need, kit.contains, kit.read
local sandbox, raw = kit.sandbox, kit.raw
local list, scene = kit.list()

-- How often the sibling must tick while something here waits.
local TICKS = 5

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

scene("trying again", function(setup)
  local client = indoxhub.new { api_key = "indox-scenes",
    base_url = setup.sandbox, headers = {
      ["X-Sandbox-Fail"] = "status:503*1", ["X-Sandbox-Retry-After"] = "0",
      ["X-Sandbox-Id"] = ("%.9f"):format(core.now()) } }
  local reply = need(client.chat:create { messages = MESSAGES })
  same(ANSWER, reply.data, "data")
  same(2, indoxhub.meta(reply).attempts, "attempts")
end)

-- A model that there is not, and a stream that is refused by its first event.
scene("asking another model", function(setup)
  local client = sandbox(setup, { ["X-Sandbox-Fail"] = "error:0*1",
    ["X-Sandbox-Id"] = ("other %.9f"):format(core.now()) }):with {
      fallback = { "openai/gpt-4o" } }
  local fields = { model = "nobody/one", messages = MESSAGES }
  local stream = need(client.chat:stream { model = "openai/gpt-4.1",
    messages = MESSAGES })
  same(ANSWER, table.concat(need(read(stream))), "text")
  same("openai/gpt-4o", indoxhub.meta(need(stream:reply())).fallback,
    "who streamed")
  local reply = need(client.chat:create(fields))
  same("openai/gpt-4o", indoxhub.meta(reply).fallback, "who answered")
  same(4, client:spent().requests, "requests")
end)

scene("a budget", function(setup)
  local client = sandbox(setup):with { budget = { tokens = 1 } }
  need(client.chat:create { messages = MESSAGES })
  local reply, err = client.chat:create { messages = MESSAGES }
  same(nil, reply, "reply")
  same("budget", err.kind, "kind")
  same(7, client:spent().tokens, "tokens")
end)

return list
