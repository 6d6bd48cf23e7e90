-- What the pages have users put into their editor.
local run = require "spec.doc.hosts"
local tests_of = require "spec.doc.tests_of"

describe("in Neovim, a program of", function()
  tests_of("lua neovim", run)
end)

describe("in Neovim, an entry for a plugin manager of", function()
  tests_of("lua lazy", run)
end)
