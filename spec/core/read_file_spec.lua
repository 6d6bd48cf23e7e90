-- core.read_file: a regular file, whole or its first bytes.
local core = require "indoxhub.core"
local files = require "spec.support.files"

describe("read_file", function()
  local name

  setup(function()
    name = files.write(os.tmpname(), "some bytes")
  end)

  teardown(function()
    os.remove(name)
  end)

  it("reads the whole of a file", function()
    assert.equal("some bytes", core.read_file(name))
  end)

  for most, expected in pairs { [0] = "", [4] = "some", [10] = "some bytes",
    [11] = "some bytes", [1e300] = "some bytes", [math.huge] = "some bytes",
    [0.5] = "", [4.5] = "some", [9.999] = "some byte" } do
    it(("reads no more than %s bytes"):format(most), function()
      assert.equal(expected, core.read_file(name, most))
    end)
  end

  for _, most in ipairs { -1, -0.5, -math.huge, 0 / 0 } do
    it(("takes %s for no limit"):format(most), function()
      assert.equal("some bytes", core.read_file(name, most))
    end)
  end

  it("says why it cannot", function()
    local bytes, why, number = core.read_file(name .. ".none")
    assert.is_nil(bytes)
    assert.equal("No such file or directory", why)
    assert.equal(2, number)
    assert.is_nil((core.read_file "/"))
    assert.equal("not a regular file", (select(2, core.read_file "/dev/null")))
  end)
end)
