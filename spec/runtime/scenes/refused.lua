-- Scenes of waits where Lua cannot suspend the coroutine. Each is refused, with
-- the call and the way out, and nothing of it disturbs what comes later.
local indoxhub = require "indoxhub"
local kit = require "spec.runtime.scenes.kit"

local MESSAGES = kit.MESSAGES
local same, need, contains = kit.same, kit.need, kit.contains
local wait_until = kit.wait_until
local sandbox, raw = kit.sandbox, kit.raw
local list, scene = kit.list()

-- What calls a function from C, which no Lua can suspend.
local CALLERS = {
  { "table.sort", function(fn)
    table.sort({ 2, 1 }, function(a, b)
      fn()
      return a < b
    end)
  end },
  { "string.gsub", function(fn)
    return (("x"):gsub("x", fn))
  end },
  { "require", function(fn)
    package.preload["spec.refused_wait"] = fn
    package.loaded["spec.refused_wait"] = nil
    require "spec.refused_wait"
  end },
}

local call_from_sort = CALLERS[1][2]

-- Has `fn`, which calls what `called` names, wait where it cannot.
local function refuse(setup, called, fn, call_from_c)
  local ok, message = pcall(call_from_c or call_from_sort, fn)
  same(false, ok, called .. " did not raise")
  contains(message, called .. " cannot wait here: ")
  contains(message, setup.way_out or "indoxhub.spawn")
end

-- A scene in which something is refused. What comes after it takes its time:
-- whoever would wake this task for the refused wait would do so before a
-- sleeper wakes that began to sleep before.
local function refusing(name, fn)
  scene(name, function(setup)
    local begun, woken
    local sleeper = indoxhub.spawn(function()
      begun = true
      woken = need(indoxhub.sleep(0.2))
    end)
    wait_until(function()
      return begun
    end, "the sleeper")
    fn(setup)
    need(indoxhub.sleep(0.25))
    -- On a slow machine both may be over in one turn, in any order.
    need(indoxhub.sleep(0))
    need(indoxhub.sleep(0))
    same(true, woken, "the sleeper before had woken")
    local reply = need(sandbox(setup).chat:create { messages = MESSAGES })
    same(kit.ANSWER, reply.data, "data")
    sleeper:await()
  end)
end

for _, caller in ipairs(CALLERS) do
  refusing("a sleep refused within " .. caller[1], function(setup)
    refuse(setup, "indoxhub.sleep", function()
      indoxhub.sleep(0.05)
    end, caller[2])
  end)
end

refusing("a call refused", function(setup)
  refuse(setup, "chat.create", function()
    raw(setup, "refused_call").chat:create { messages = MESSAGES }
  end)
  refuse(setup, "chat.create", function()
    raw(setup, "slow").chat:create { messages = MESSAGES }
  end)
end)

refusing("a stream refused", function(setup)
  local stream = need(raw(setup, "refused_stream").chat:stream {
    messages = MESSAGES })
  same("one ", need(stream:next()), "piece")
  same("two", need(stream:next()), "piece")
  refuse(setup, "chat.stream", function()
    stream:next()
  end)
  local piece, err = stream:next()
  same(nil, piece, "piece")
  same("cancelled", need(err, "there was no error").kind, "kind")
end)

refusing("an await refused", function(setup)
  local other = indoxhub.spawn(function()
    need(indoxhub.sleep(0.05))
    return "done"
  end)
  refuse(setup, "task:await", function()
    other:await()
  end)
  -- A host whose tasks begin by suspending who spawns them has another way out.
  local called = setup.way_out and "indoxhub.spawn" or "task:await"
  refuse(setup, called, function()
    indoxhub.gather { function()
      return indoxhub.sleep(0.05)
    end }
  end)
  same("done", other:await(), "what was awaited")
end)

refusing("a place in the gate refused", function(setup)
  local client = raw(setup, "refused_gate"):with { max_connections = 1 }
  local stream = need(client.chat:stream { messages = MESSAGES })
  same("one ", need(stream:next()), "piece")
  refuse(setup, "chat.create", function()
    client.chat:create { messages = MESSAGES }
  end)
  stream:close()
  local other = sandbox(setup):with { max_connections = 1 }
  refuse(setup, "chat.create", function()
    other.chat:create { messages = MESSAGES }
  end)
  need(other.chat:create({ messages = MESSAGES }, { timeout = 10 }))
end)

refusing("a wait for a video refused", function(setup)
  local client = sandbox(setup, { ["X-Sandbox-Job-Seconds"] = "600" })
  local job = need(client.videos:generate { prompt = "a fox" })
  refuse(setup, "videos.job", function()
    client.videos:wait(job, { interval = 0.05 })
  end)
end)

refusing("a turn of a conversation refused", function(setup)
  local talk = sandbox(setup):conversation()
  refuse(setup, "chat.create", function()
    talk:send "What is 1 + 1?"
  end)
  refuse(setup, "chat.stream", function()
    talk:stream "What is 1 + 1?"
  end)
  same(0, #talk:messages(), "messages")
  same(kit.ANSWER, need(talk:send(MESSAGES[1].content)).data, "data")
  same(2, #talk:messages(), "messages")
end)

return list
