-- Answers the questions of a file, one a line, until the money is used up:
--     lua examples/thrifty.lua DOLLARS <questions.txt
-- A model that does not answer has another one asked. Whose answer it is, and
-- what was spent, goes to stderr; so do the questions that are left, and then
-- the program ends with 1.
local indoxhub = require "indoxhub"

local dollars = tonumber(arg[1])
if not dollars then
  io.stderr:write("usage: lua examples/thrifty.lua DOLLARS <questions.txt\n")
  os.exit(2)
end

local client = indoxhub.new { -- the key comes from INDOXHUB_API_KEY
  budget = { cost = dollars },
  fallback = { "openai/gpt-4o-mini", "google/gemini-2.5-flash" },
  timeout = { first_byte = 30 }, -- and then the next one
  log = function(event)
    if event.name == "fallback" then
      io.stderr:write(("(%s does not answer: %s)\n"):format(
        event.failed_model, event.kind))
    end
  end,
}

local left = {}
for question in io.lines() do
  local reply, err
  if not left[1] then
    reply, err = client.chat:create {
      model = "anthropic/claude-haiku-4.5",
      messages = { { role = "user", content = question } },
    }
  end
  if reply then
    print(reply.data)
    io.stderr:write(("(%s)\n"):format(reply.model))
  elseif not err or err.kind == "budget" then
    left[#left + 1] = question
  else
    io.stderr:write(tostring(err), "\n")
  end
end

local spent = client:spent()
io.stderr:write(("%d requests, %d tokens, $%.6f\n"):format(spent.requests,
  spent.tokens, spent.cost))
if left[1] then
  io.stderr:write(("Left for want of money:\n%s\n"):format(
    table.concat(left, "\n")))
  os.exit(1)
end
