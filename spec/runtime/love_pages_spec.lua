-- Games of the pages, without a display.
local run = require "spec.doc.hosts"
local tests_of = require "spec.doc.tests_of"

describe("in LÖVE, a game of", function()
  tests_of("lua love", run)
end)
