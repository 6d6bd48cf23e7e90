-- What the command needs of its process, where it is misused.
local core = require "indoxhub.core"
local programs = require "spec.support.programs"

describe("core.await_input", function()
  -- In a process of its own: who waits wrongly, waits for ever.
  it("refuses what is no open descriptor", function()
    local said, code = programs.run([[
      local core = require "indoxhub.core"
      for _, wrong in ipairs { -1, -2 ^ 31, 2 ^ 32, 1000000 } do
        print(core.await_input(wrong))
        print(core.read_input(wrong))
      end
    ]])
    assert.equal(("nil\tBad file descriptor\n"):rep(8), said)
    assert.equal(0, code)
  end)
end)

describe("a descriptor that cannot be one", function()
  it("is not taken for another one", function()
    local engine = assert(core.engine())
    for _, wrong in ipairs { -1, 2 ^ 32 + engine:fd(), -2 ^ 32 } do
      local ok, message = engine:watch(wrong)
      assert.is_nil(ok)
      assert.equal("Bad file descriptor", message)
      assert.is_false(core.isatty(wrong))
      assert.is_nil(core.terminal_width(wrong))
    end
    engine:close()
  end)
end)

describe("core.lock", function()
  it("locks an open file, and refuses one that was closed", function()
    local file = assert(io.tmpfile())
    assert.is_true(core.lock(file))
    file:close()
    local ok, message = pcall(core.lock, file)
    assert.is_false(ok)
    assert.truthy(message:find("is closed", 1, true))
    local pipe = assert(io.popen(":"))
    pipe:close()
    assert.is_false((pcall(core.lock, pipe)))
  end)
end)
