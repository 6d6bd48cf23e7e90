-- Notices: what a host's C code tells.
local core = require "indoxhub.core"
local process = require "spec_process"

describe("a group of notices", function()
  local notices

  before_each(function()
    notices = assert(core.notices())
  end)

  after_each(function()
    notices:close()
  end)

  local function add()
    local number, callback, argument = notices:add()
    return number, function()
      process.call(callback, argument)
    end
  end

  local function take_all()
    local taken = {}
    for number in notices.take, notices do
      taken[#taken + 1] = number
    end
    table.sort(taken)
    return taken
  end

  it("tells which were given, each once, in whatever order", function()
    local numbers, give = {}, {}
    for i = 1, 100 do
      numbers[i], give[i] = add()
    end
    assert.same({}, take_all())
    for i = 99, 1, -2 do
      give[i]()
    end
    local odd = take_all()
    assert.equal(50, #odd)
    for i, number in ipairs(odd) do
      assert.equal(numbers[2 * i - 1], number)
    end
    assert.same({}, take_all())
    for i = 2, 100, 2 do
      give[i]()
      assert.equal(numbers[i], notices:take())
      assert.is_nil(notices:take())
    end
  end)

  it("makes an engine that watches it readable until all were taken",
    function()
      local engine, news = core.engine(), {}
      assert.is_true(engine:watch(notices:fd()))
      local _, first = add()
      local _, second = add()
      local function wait(seconds)
        local started = core.now()
        engine:step(news, nil, nil, seconds)
        return core.now() - started
      end
      assert.is_true(wait(0.02) >= 0.02)
      first()
      second()
      assert.is_true(wait(60) < 60)
      notices:take()
      assert.is_true(wait(60) < 60)
      notices:take()
      assert.is_true(wait(0.02) >= 0.02)
      engine:close()
      assert.is_nil((engine:watch(notices:fd())))
    end)

  it("may be closed before its callbacks are called", function()
    local _, before = add()
    local _, after = add()
    before()
    notices:close()
    after()
    assert.is_nil(notices:fd())
    assert.is_nil(notices:add())
    assert.is_nil(notices:take())
    notices:close()
  end)
end)
