-- Configurations of the pages in nginx, and what they answer.
local run = require "spec.doc.hosts"
local tests_of = require "spec.doc.tests_of"

describe("in nginx, a configuration of", function()
  tests_of("nginx", run)
end)

describe("in nginx, lines of", function()
  tests_of("nginx http", run)
end)
