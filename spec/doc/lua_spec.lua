-- Every Lua listing of the pages runs, and prints what its page says.
local running = require "spec.doc.running"
local tests_of = require "spec.doc.tests_of"

describe("a program of", function()
  tests_of("lua", running.lua)
end)
