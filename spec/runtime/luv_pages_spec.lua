-- Programs of the pages that have a loop of luv.
local run = require "spec.doc.hosts"
local tests_of = require "spec.doc.tests_of"

for _, lua in ipairs { "lua5.4", "luajit" } do
  describe("with luv, " .. lua .. ", a program of", function()
    tests_of("lua luv", run, function(listing)
      listing.lua = lua
    end)
  end)
end
