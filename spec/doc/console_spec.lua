-- Every command of the pages prints what its page says.
-- On two interpreters: what commands print is tested on all in spec/cli.
local elsewhere = require "spec.doc.elsewhere"
local files = require "spec.support.files"
local pages = require "spec.doc.pages"
local running = require "spec.doc.running"
local tests_of = require "spec.doc.tests_of"

describe("commands of", function()
  tests_of("console", running.console)
end)

describe("on a terminal, a prompt of", function()
  tests_of("console prompt", running.prompt)
end)

describe("commands that cannot run here", function()
  it("run where spec/doc/elsewhere.lua says, and are on a page", function()
    local left = {}
    for command in pairs(elsewhere) do
      left[command] = true
    end
    pages.each_listing("console elsewhere", function(listing, title)
      for _, command in ipairs(running.commands(listing)) do
        local where = elsewhere[command.text]
        assert.truthy(where, title .. ": " .. command.text)
        local file = where:match "^spec/[%w_/.]+"
        assert.is_true(not file or files.read(file) ~= nil, where)
        left[command.text] = nil
      end
    end)
    assert.same({}, left)
  end)
end)
