-- Asks several questions at once: each is a task, and none waits for another.
--     lua examples/parallel.lua
local indoxhub = require "indoxhub"

local client = indoxhub.new()
local QUESTIONS = { "What is 6 * 7?", "What is the capital of Norway?",
  "Write a haiku about rain" }

local function ask(question)
  return function()
    local reply, err = client.chat:create {
      model = "openai/gpt-4o-mini",
      messages = { { role = "user", content = question } },
    }
    print(question .. "\n  " .. (reply and reply.data:gsub("\n", "\n  ")
      or tostring(err)))
    return reply, err
  end
end

local tasks = {}
for i, question in ipairs(QUESTIONS) do
  tasks[i] = ask(question)
end
local _, errors = indoxhub.gather(tasks, { concurrency = 2 })
os.exit(errors and 1 or 0)
