-- Whole calls when memory runs out: see spec/support/short_memory. With
-- INDOXHUB_LONG every allocation fails, not some of them.
--
-- On two interpreters: memory runs out in C, and in each Lua alike.
local during_tests = require "spec.support.during_tests"
local files = require "spec.support.files"
local run = require "spec.support.short_memory.run"
local servers = require "spec.support.servers"

local STEP = os.getenv("INDOXHUB_LONG") and 1 or 97

describe("a client out of memory", function()
  local sandbox = during_tests(function()
    return servers.sandbox "--credits 1000000"
  end)

  for _, name in ipairs { "create", "stream", "embeddings", "save", "upload",
    "conversation", "tasks", "map", "recorded", "mcp", "program" } do
    it("fails or does it, and does it the next time: " .. name, function()
      local folder = files.folder()
      local said, code = run.program("flows", ("%d %s %s %s"):format(STEP,
        sandbox.url, folder, name))
      files.remove_folder(folder)
      assert.equal(0, code, said)
      assert.truthy(said:find("%d+ runs, 0 failed"), said)
    end)
  end
end)
