-- One try of a call: what ends its waits, and calls that nobody waits for.
local attempt = require "indoxhub.call.attempt"
local during_tests = require "spec.support.during_tests"
local indoxhub = require "indoxhub"
local loop = require "indoxhub.loop"
local servers = require "spec.support.servers"

local KEY = "indox-" .. ("k"):rep(32)

describe("a pause", function()
  local caller

  before_each(function()
    caller = { pausing = {}, closed = false }
  end)

  after_each(function()
    assert.is_nil(next(caller.pausing))
  end)

  it("ends when its time is over", function()
    for _, seconds in ipairs { -1, 0, 0.01 } do
      assert.is_true(attempt.pause(caller, { ready = false }, seconds))
    end
  end)

  it("ends when its slot is ready", function()
    assert.is_true(attempt.pause(caller, { ready = true }, 60))
    indoxhub.run(function()
      local slot = { ready = false }
      local pausing = indoxhub.spawn(attempt.pause, caller, slot, 60)
      indoxhub.sleep(0)
      loop.wake(slot)
      assert.is_true(pausing:await())
    end)
  end)

  it("ends with an error when its task is cancelled", function()
    indoxhub.run(function()
      local pausing = indoxhub.spawn(attempt.pause, caller,
        { ready = false }, 60)
      indoxhub.sleep(0)
      pausing:cancel()
      local ok, err = pausing:await()
      assert.is_nil(ok)
      assert.equal("cancelled", err.kind)
    end)
  end)

  it("ends with an error when the client is closed", function()
    caller.closed = true
    local ok, err = attempt.pause(caller, { ready = false }, 0)
    assert.is_nil(ok)
    assert.equal("the client is closed", err.message)
    assert.matches("; make another with indoxhub%.new$", tostring(err))
  end)
end)

describe("a try", function()
  local raw = during_tests(servers.raw)

  it("that fails after a redirect is judged by what it sent last", function()
    local tried = {}
    raw:script("away", { { "body" }, { "reset" } })
    local url = raw:script("here", servers.reply("307 Moved", "text/plain", "",
      "Location: /away/x\r\nConnection: close\r\n"))
    local client = indoxhub.new { api_key = KEY, base_url = url,
      log = function(event) tried[#tried + 1] = event end }
    local _, err = client:request { path = "x", json = { a = 1 } }
    assert.equal("network", err.kind)
    assert.equal(1, #err.attempts) -- it was sent whole
    assert.equal("attempt", tried[1].name)
    assert.is_nil(tried[1].status)
  end)

  it("without a token at hand is not made for a call nobody waits for",
    function()
      local url = raw:script("fired", { { "body" }, { "hold" } })
      local settings = { key = KEY, tokens = {}, timeouts = {},
        options = { auth = "exchange" },
        base = require "indoxhub.base.address".base(url) }
      attempt.fire({ settings = settings, running = {} }, { method = "POST",
        operation = "chat.stop", path = "x", key = "required" }, 1)
      assert.equal("", raw:got "fired")
      assert.is_false(loop.is_busy())
    end)
end)
