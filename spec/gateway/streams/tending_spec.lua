-- How long streams go on without readers.
local core = require "indoxhub.core"

local NAME = "indoxhub.gateway.streams.tending"

describe("a stream without readers", function()
  local tending, worker, stream, attended

  setup(function()
    rawset(_G, "ngx", { worker = { exiting = function()
      return false
    end } })
    package.loaded[NAME] = nil
    tending = require(NAME)
    rawset(_G, "ngx", nil)
  end)

  teardown(function()
    package.loaded[NAME] = nil
  end)

  before_each(function()
    attended = {}
    stream = { linger = 60, is_open = true, finish = function(self, how)
      self.how = how
    end }
    worker = { streams = { id = stream }, store = { attended = function()
      return attended
    end }, crew = { insist = function() end } }
  end)

  -- How it has ended when it is looked at, its reader here gone for so long.
  local function look(seconds)
    if seconds then
      stream.idle_since = core.now() - seconds
    end
    worker.is_urgent = true
    tending.step(worker)
    return stream.how
  end

  it("goes on for a while, and no longer", function()
    assert.is_nil(look(59))
    assert.equal("cancelled", look(61))
  end)

  it("goes on for as long when one has left who read it elsewhere", function()
    attended.id = true
    assert.is_nil(look(600))
    attended.id = nil
    assert.is_nil(look())
    assert.equal("cancelled", look(61))
  end)

  it("is known to have a reader elsewhere long before it may end", function()
    attended.id = true
    assert.is_nil(look(59))
    attended.id = nil
    assert.is_true(core.now() - stream.idle_since < 10)
  end)

  it("ends at once where that was asked for, unless one reads it elsewhere",
  function()
    stream.linger = 0
    attended.id = true
    assert.is_nil(look(1))
    attended.id = nil
    assert.equal("cancelled", look(1))
  end)

  it("goes on for twice as long while nobody knows who reads", function()
    attended = nil
    assert.is_nil(look(119))
    assert.equal("cancelled", look(121))
  end)

  it("ends at once when its model has not begun to answer", function()
    stream.is_open = false
    assert.equal("cancelled", look(0))
  end)
end)

describe("a stream whose reader leaves as it begins", function()
  local tending = require(NAME)

  it("has its source closed, which nobody will run", function()
    local told = {}
    local stream = { open = function() end, source = { open = function()
      told[#told + 1] = "opened"
      return true
    end, close = function()
      told[#told + 1] = "closed"
    end } }
    local worker = { crew = { run = function(_, fn)
      fn()
    end }, forget = function()
      told[#told + 1] = "forgotten"
    end }
    local open = stream.source.open
    function stream.source.open()
      stream.how = "cancelled"
      return open()
    end
    tending.write(worker, stream)
    assert.same({ "opened", "closed", "forgotten" }, told)
  end)
end)
