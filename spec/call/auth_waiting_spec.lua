-- Calls that need a token which another call asks for already.
local address = require "indoxhub.base.address"
local auth = require "indoxhub.call.auth"
local core = require "indoxhub.core"
local errors = require "indoxhub.base.errors"
local indoxhub = require "indoxhub"
local loop = require "indoxhub.loop"
local raw_server = require "spec.support.raw_server"
local token_server = require "spec.support.token_server"

local KEY = token_server.KEY

describe("a key", function()
  local raw = raw_server()

  describe("that is exchanged", function()
    -- Two calls that need a token which does not come: the second waits for
    -- what the first gets. `stop` ends the second.
    local function end_wait(options, stop)
      local url = raw:script("mute", { { "body" }, { "hold" } })
      local first = indoxhub.new { auth = "exchange", api_key = KEY,
        base_url = url }
      local second = first:with { timeout = 60 }
      local err
      indoxhub.run(function()
        local asking = indoxhub.spawn(function() return first.user:me() end)
        local waiting = indoxhub.spawn(function()
          err = select(2, second.user:me(options))
        end)
        for _ = 1, 20 do
          indoxhub.sleep(0.001)
        end
        stop(second, waiting)
        waiting:await()
        assert.equal("pending", asking:status())
        first:close()
        assert.equal("cancelled", select(2, asking:await()).kind)
      end)
      return err
    end

    it("is not waited for by a client that is closed", function()
      local err = end_wait({}, function(client) client:close() end)
      assert.equal("the client is closed", err.message)
    end)

    it("is not waited for by a task that is cancelled", function()
      local err = end_wait({}, function(_, task) task:cancel() end)
      assert.equal("cancelled", err.kind)
    end)

    it("is asked for by the next when it was in front of a gate for too long",
      function()
        local url = raw:script("gate", { { "body" }, { "hold" } })
        local client = indoxhub.new { auth = "exchange", api_key = KEY,
          base_url = url, max_connections = 1, max_retries = 0 }
        local holder = client:with { auth = "key" }
        indoxhub.run(function()
          local holding = indoxhub.spawn(function()
            return holder.user:health()
          end)
          while raw:got "gate" == "" do
            indoxhub.sleep(0.001)
          end
          local waiting
          local asking = indoxhub.spawn(function()
            return client.user:me { timeout = 0.1 }
          end)
          waiting = indoxhub.spawn(function()
            return client.user:me()
          end)
          assert.equal("connections", select(2, asking:await()).code)
          indoxhub.sleep(0.001)
          assert.equal("pending", waiting:status())
          holder:close()
          client:close()
          assert.equal("cancelled", select(2, holding:await()).kind)
          assert.equal("cancelled", select(2, waiting:await()).kind)
        end)
      end)

    it("is not waited for longer than the call may take", function()
      -- The call that asks is still at it.
      local err = end_wait({ timeout = 0.05 }, function() end)
      assert.equal("total", err.code)
    end)
  end)
end)

describe("a token that many wait for", function()
  local settings, call

  before_each(function()
    settings = { key = KEY, tokens = {}, options = { auth = "exchange" },
      base = address.base "https://example.test" }
    call = { key = "required" }
  end)

  -- Sends nothing: waits and gives what `outcomes` holds, in turn.
  local function sender(outcomes)
    local sent = { count = 0 }
    function sent.send()
      sent.count = sent.count + 1
      local outcome = outcomes[math.min(sent.count, #outcomes)]
      local ok, err = indoxhub.sleep(0.01)
      if not ok then
        return nil, err
      elseif type(outcome) == "string" then
        return { status = 200, headers = {},
          text = ('{"access_token":%q}'):format(outcome) }
      end
      return nil, outcome
    end
    return sent
  end

  local function pause(slot, limit)
    if loop.wait(slot, math.max(0, limit - core.now())) then
      return true
    end
    return nil, errors.cancelled()
  end

  local function bearers(sent, count)
    local calls = {}
    for i = 1, count do
      calls[i] = function()
        return auth.bearer(settings, call, sent.send, pause)
      end
    end
    return indoxhub.run(indoxhub.gather, calls)
  end

  it("is asked for once", function()
    local sent = sender { "one", "two" }
    local tokens = bearers(sent, 50)
    assert.equal(1, sent.count)
    for i = 1, 50 do
      assert.equal("one", tokens[i])
    end
  end)

  it("is asked for once more when it was refused", function()
    local sent = sender { "one", "two" }
    bearers(sent, 1)
    for _ = 1, 9 do
      assert.is_true(auth.renew(settings, "one"))
    end
    bearers(sent, 9)
    -- The word of who still had the old one does not count any more.
    assert.is_true(auth.renew(settings, "one"))
    assert.equal("two", bearers(sent, 1)[1])
    assert.equal(2, sent.count)
  end)

  it("gives its error to all, each a copy of its own", function()
    local sent = sender { errors.new("permission", "no") }
    local tokens, errs = bearers(sent, 5)
    assert.equal(1, sent.count)
    local seen = {}
    for i = 1, 5 do
      assert.is_nil(tokens[i])
      assert.equal("permission", errs[i].kind)
      assert.is_nil(seen[errs[i]])
      seen[errs[i]] = true
    end
  end)

  it("is asked for by another when who asked is cancelled", function()
    local sent = sender { "one" }
    indoxhub.run(function()
      local tasks = {}
      for i = 1, 3 do
        tasks[i] = indoxhub.spawn(auth.bearer, settings, call, sent.send,
          pause)
      end
      while sent.count == 0 do
        indoxhub.sleep(0.001)
      end
      tasks[1]:cancel()
      assert.equal("cancelled", select(2, tasks[1]:await()).kind)
      assert.equal("one", tasks[2]:await())
      assert.equal("one", tasks[3]:await())
    end)
    assert.equal(2, sent.count)
  end)

  it("is asked for by another when who asked had no more time", function()
    local sent = sender { errors.new("timeout", "late", { code = "total" }),
      "one" }
    local tokens, errs = bearers(sent, 3)
    assert.equal("total", errs[1].code)
    assert.same({ nil, "one", "one" }, { tokens[1], tokens[2], tokens[3] })
    assert.equal(2, sent.count)
  end)

  it("is not waited for by what would keep the other from going on", function()
    local sent = sender { "one" }
    local task = indoxhub.spawn(auth.bearer, settings, call, sent.send, pause)
    while sent.count == 0 do
      indoxhub.step()
    end
    assert.equal("one", (auth.bearer(settings, call, sent.send, pause)))
    assert.equal(2, sent.count)
    assert.equal("one", indoxhub.run(function() return task:await() end))
  end)

  it("is nothing that calls wait for which do not need it", function()
    local sent = sender { "one" }
    call.key = "none"
    assert.is_false(auth.bearer(settings, call, sent.send, pause))
    call.key = "optional"
    settings.key = nil
    assert.is_false(auth.bearer(settings, call, sent.send, pause))
    assert.equal(0, sent.count)
  end)
end)
