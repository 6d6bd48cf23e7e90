-- Annotations say what the code does.
local files = require "spec.support.files"

local output, read = files.output, files.read

describe("annotations", function()
  it("of endpoints are those the endpoint table makes", function()
    local made = output(os.getenv("INDOXHUB_LUA")
      .. " spec/support/annotations.lua")
    assert.equal(made, read("lua/indoxhub/meta/endpoints.lua"))
  end)

  it("of the core name every function of the C module", function()
    local text = read("lua/indoxhub/meta/core.lua")
    local core = require "indoxhub.core"
    for name in pairs(core) do
      assert.truthy(text:find("function core%." .. name .. "%("), name)
    end
    local listed = output("cat csrc/bind/*.c")
    local count = 0
    for name in listed:gmatch('{"([a-z][%w_]+)",') do
      count = count + 1
      assert.truthy(text:find("function %l+[:.]" .. name .. "%("), name)
    end
    assert.is_true(count > 20)
  end)

  it("of options are those that are checked", function()
    local text = read("lua/indoxhub/meta/types.lua")
    local options = read("lua/indoxhub/client.lua")
      :match("local OPTIONS = (%b{})")
    local class = text:match("(%-%-%-@class indoxhub%.Options.-)\n\n")
    local count = 0
    for name in options:gsub("%b{}", function(inner)
      return inner == options and inner or ""
    end):gmatch("([%l_]+) =") do
      count = count + 1
      assert.truthy(class:find("@field " .. name .. "%? "), name)
    end
    for name in class:gmatch("@field ([%l_]+)%?") do
      count = count - 1
      assert.truthy(options:find(name .. " =", 1, true), name)
    end
    assert.equal(0, count)
  end)
end)
