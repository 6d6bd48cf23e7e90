-- Waits where Lua cannot suspend the coroutine. They are refused, and leave
-- nothing behind: a program that catches that goes on as if they had not been.
local core = require "indoxhub.core"
local events = require "spec.support.events"
local indoxhub = require "indoxhub"
local loop = require "indoxhub.loop"
local servers = require "spec.support.servers"

local FIELDS = { messages = { { role = "user", content = "go" } } }

local REFUSAL = "cannot wait here: .*indoxhub.spawn"

-- What calls a function from C, in all Luas.
local CALLERS = {
  sort = function(fn)
    table.sort({ 2, 1 }, function(a, b)
      fn()
      return a < b
    end)
  end,
  gsub = function(fn)
    return (("x"):gsub("x", fn))
  end,
  require = function(fn)
    package.preload["spec.refused_wait"] = fn
    package.loaded["spec.refused_wait"] = nil
    require "spec.refused_wait"
  end,
}

-- In PUC Lua 5.1 that is one more. What else cannot be suspended there, as a
-- metamethod or what `for` calls, cannot be caught by the task either.
if not loop.YIELDS_IN_PCALL then
  function CALLERS.pcall(fn)
    local _, err = pcall(fn)
    error(err, 0)
  end
end

describe("a wait that cannot be suspended", function()
  local raw

  setup(function()
    raw = servers.raw()
  end)

  teardown(function()
    raw:stop()
  end)

  local function client_for(name, steps)
    return indoxhub.new { api_key = "indox-test", max_retries = 0,
      base_url = raw:script(name, steps) }
  end

  local ANSWER = { { "body" },
    { "send", servers.last_reply("200 OK", '{"data":"fine"}') } }

  -- Calls it from C in a task, and gives the message of the refusal.
  local function refused(fn, call_from_c)
    local ok, message = pcall(call_from_c or CALLERS.sort, fn)
    assert.is_false(ok)
    return message
  end

  local function in_task(fn)
    return indoxhub.run(fn)
  end

  for name, call_from_c in pairs(CALLERS) do
    it("is refused within " .. name .. ", and calls go on", function()
      local client = client_for("within-" .. name, ANSWER)
      in_task(function()
        local message = refused(function()
          client.chat:create(FIELDS)
        end, call_from_c)
        assert.matches(REFUSAL, message)
        for _ = 1, 2 do
          local reply = indoxhub.assert(client.chat:create(FIELDS))
          assert.equal("fine", reply.data)
        end
      end)
    end)
  end

  it("names the call and the way out", function()
    local client = client_for("named", ANSWER)
    local messages = {}
    in_task(function()
      local other = indoxhub.spawn(function()
        indoxhub.sleep(0.01)
      end)
      for i, fn in ipairs { function()
        client.chat:create(FIELDS)
      end, function()
        indoxhub.sleep(5)
      end, function()
        other:await()
      end } do
        messages[i] = refused(fn)
      end
      other:await()
    end)
    for i, called in ipairs { "chat.create", "indoxhub.sleep", "task:await" } do
      assert.matches("^" .. called .. " " .. REFUSAL, messages[i])
    end
  end)

  it("does not end a later sleep", function()
    in_task(function()
      refused(function()
        indoxhub.sleep(0.01)
      end)
      local began = core.now()
      indoxhub.sleep(0.1)
      assert.is_true(core.now() - began >= 0.1)
    end)
  end)

  it("does not end a later await", function()
    in_task(function()
      local other = indoxhub.spawn(function()
        indoxhub.sleep(0.05)
        return "done"
      end)
      refused(function()
        other:await()
      end)
      refused(function()
        indoxhub.sleep(0.01)
      end)
      assert.equal("done", other:await())
    end)
  end)

  it("does not resume a task that has ended", function()
    local ended = indoxhub.spawn(function()
      refused(function()
        indoxhub.sleep(0.01)
      end)
      return "ended"
    end)
    in_task(function()
      indoxhub.sleep(0.05)
    end)
    assert.equal("done", ended:status())
    assert.equal("ended", ended:await())
  end)

  it("ends the stream that was read", function()
    local client = client_for("stream", { { "body" },
      { "send", servers.EVENTS_HEAD .. events.created
        .. events.delta "one" }, { "hold" } })
    in_task(function()
      local stream = indoxhub.assert(client.chat:stream(FIELDS))
      assert.equal("one", stream:next())
      assert.matches("^chat.stream " .. REFUSAL, refused(function()
          stream:next()
        end))
      local piece, err = stream:next()
      assert.is_nil(piece)
      assert.equal("cancelled", err.kind)
    end)
  end)

  it("ends with the task that is cancelled later", function()
    in_task(function()
      local other = indoxhub.spawn(function()
        refused(function()
          indoxhub.sleep(0.01)
        end)
        local slept, err = indoxhub.sleep(60)
        return slept, err and err.kind
      end)
      indoxhub.sleep(0.02)
      other:cancel()
      local slept, kind = other:await()
      assert.is_nil(slept)
      assert.equal("cancelled", kind)
    end)
  end)

  it("leaves the token to the next that needs one", function()
    local base = raw:script("token", { { "body" }, { "send",
      servers.last_reply("200 OK", '{"access_token":"t","data":"fine"}') } })
    local client = indoxhub.new { api_key = "indox-test", auth = "exchange",
      max_retries = 0, base_url = base }
    in_task(function()
      refused(function()
        client.chat:create(FIELDS)
      end)
      -- Less than who asks for a token is given time for.
      local reply = client.chat:create(FIELDS, { timeout = 10 })
      assert.equal("fine", indoxhub.assert(reply).data)
    end)
  end)
end)
