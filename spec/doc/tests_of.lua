-- The tests of all listings of a kind: each runs, ends well, and prints what
-- its page says.
local busted = require "busted"
local assert = require "luassert"
local during_tests = require "spec.support.during_tests"
local pages = require "spec.doc.pages"
local servers = require "spec.support.servers"
local varying = require "spec.doc.varying"

--- Called in the block that they belong to.
---@param kind string such as "lua luv"
---@param run fun(listing: table, url: string): string said, integer code
---@param prepare? fun(listing: table)
return function(kind, run, prepare)
  local sandbox = during_tests(servers.sandbox, "--pace 0 --job-seconds 0.1")
  local count = 0
  pages.each_listing(kind, function(listing, title)
    count = count + 1
    busted.it(title .. ", prints what its page says", function()
      if prepare then
        prepare(listing)
      end
      local said, code = run(listing, sandbox.url)
      assert.equal(0, code, said)
      local expected = pages.expected(listing)
      if not varying.same(expected, said) then
        assert.equal(expected, said)
      end
    end)
  end)
  assert(count > 0, "no page has a listing of the kind " .. kind)
end
