-- Every Lua listing of the README runs, and prints what the README says.
local during_tests = require "spec.support.during_tests"
local programs = require "spec.support.programs"
local servers = require "spec.support.servers"

local function read_readme()
  local file = assert(io.open("README.md"))
  local text = file:read("*a")
  file:close()
  return text
end

-- Listings as { code =, prints = }; `prints` is the block that follows, if any.
local function listings(text)
  local found, at = {}, 1
  while true do
    local start, stop, code = text:find("```lua\n(.-)```\n", at)
    if not start then
      return found
    end
    local prints = text:match("^\n```text\n(.-)```\n", stop + 1)
    found[#found + 1] = { code = code, prints = prints }
    at = stop + 1
  end
end

describe("the README", function()
  local sandbox = during_tests(servers.sandbox, "--pace 0")

  for i, listing in ipairs(listings(read_readme())) do
    it("has a listing that runs: number " .. i, function()
      local said, code = programs.run(listing.code,
        "export INDOXHUB_API_KEY=indox-any INDOXHUB_BASE_URL=" .. sandbox.url)
      assert.equal(0, code, said)
      assert.are_not.equal("", said)
      if listing.prints then
        assert.equal(listing.prints, said)
      end
    end)
  end

  it("says nothing twice", function()
    local seen = {}
    for line in read_readme():gmatch("[^\n]+") do
      local is_long = #line > 60
      assert.is_falsy(is_long and seen[line], line)
      seen[line] = true
    end
  end)

  it("names every option", function()
    local text = read_readme()
    local file = assert(io.open("lua/indoxhub/meta/types.lua"))
    local class = file:read("*a"):match("@class indoxhub%.Options.-\n\n")
    file:close()
    for name in class:gmatch("@field ([%l_]+)%?") do
      assert.truthy(text:find("`" .. name .. "`", 1, true), name)
    end
  end)
end)
