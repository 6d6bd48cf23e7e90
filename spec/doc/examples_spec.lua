-- Every example of the reference runs, and prints what it says.
local during_tests = require "spec.support.during_tests"
local examples = require "doc.generate.examples"
local programs = require "spec.support.programs"
local servers = require "spec.support.servers"

describe("an example of the reference", function()
  local sandbox = during_tests(servers.sandbox, "--pace 0 --job-seconds 0.2")

  for _, example in ipairs(examples.all()) do
    it("prints what it says: " .. example.file, function()
      local prints = examples.prints(example.code)
      assert.are_not.equal("", prints)
      local said, code = programs.run(examples.PREAMBLE .. example.code,
        "export INDOXHUB_API_KEY=indox-any INDOXHUB_BASE_URL=" .. sandbox.url)
      assert.equal(prints, said)
      assert.equal(0, code)
    end)
  end
end)
