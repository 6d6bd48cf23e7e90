-- Scenes of what is cancelled, closed or refused.
local indoxhub = require "indoxhub"
local kit = require "spec.runtime.scenes.kit"

local MESSAGES = kit.MESSAGES
local same, need = kit.same, kit.need
local wait_until, read = kit.wait_until, kit.read
local sandbox, raw = kit.sandbox, kit.raw
local list, scene = kit.list()

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

return list
