-- Checks and writes a conversation as chat:create does. Argument: messages.
-- Prints the microseconds of CPU time of one.
local body = require "indoxhub.call.body"
local endpoints = require "indoxhub.api.endpoints"
local params = require "indoxhub.api.params"

local count = tonumber(arg[1])
local TIMES = 100000 / count

local messages = {}
for i = 1, count do
  messages[i] = { role = i % 2 == 0 and "assistant" or "user",
    content = ("a plain word and "):rep(8 + i % 8) }
end
local row = endpoints.find("chat", "create")
local function make()
  return assert(body.make(params.place(row, { model = "openai/gpt-4o-mini",
    messages = messages }, false), true))
end
make()
local started = os.clock()
for _ = 1, TIMES do
  make()
end
print((os.clock() - started) / TIMES * 1e6)
