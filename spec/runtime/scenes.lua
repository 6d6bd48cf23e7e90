-- What user code does, the same in every runtime: chats, streams, uploads,
-- cancels, fails, and does fifty things at once.
--
-- A runtime's spec starts the servers and stores `scenes.scripts` in the raw
-- one. Its program, inside the runtime, has something of its own that ticks,
-- and runs this in a task:
--
--     scenes.run {
--       sandbox = "http://127.0.0.1:1234/api/v1",  -- its base URL
--       raw = "http://127.0.0.1:5678",             -- the raw server's root
--       ticks = function() return count end,       -- of the sibling
--       say = print,                               -- default
--       way_out = "ngx.timer.at",                  -- not by indoxhub.spawn
--     }
--
-- It says "ok NAME" or "FAILED NAME: why" for each scene, and must say what
-- `scenes.expected` holds. Nothing here needs a time: who waits, waits for a
-- condition.
local indoxhub = require "indoxhub"
local scripts = require "spec.runtime.scenes.scripts"

local scenes = {}

--- The scripts of the raw server, by name.
scenes.scripts = scripts.all

--- Names of the scripts whose client leaves in the midst of them.
scenes.abandoned = scripts.abandoned

local list, lines = {}, {}
for _, name in ipairs { "calls", "ends", "tasks", "maps", "refused",
  "tools", "recordings", "mcp" } do
  for _, one in ipairs(require("spec.runtime.scenes." .. name)) do
    list[#list + 1] = one
    lines[#lines + 1] = "ok " .. one.name .. "\n"
  end
end

--- What is said, line by line, when all is well.
scenes.expected = table.concat(lines)

--- Runs all scenes, one after the other. Returns how many failed.
---@return integer failures
function scenes.run(setup)
  local say, failures = setup.say or print, 0
  for _, one in ipairs(list) do
    -- In a task of its own, which catches errors where `pcall` cannot.
    local _, errors = indoxhub.gather { function()
      one.fn(setup)
      return true
    end }
    if errors then
      failures = failures + 1
      say(("FAILED %s: %s"):format(one.name, tostring(errors[1])))
    else
      say("ok " .. one.name)
    end
  end
  return failures
end

return scenes
