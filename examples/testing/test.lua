-- The test of tickets.lua, with answers that were recorded: it needs no server
-- and no key, says the same every time, and costs nothing.
--     lua examples/testing/test.lua
-- With a key it asks for all answers anew:
--     lua examples/testing/test.lua new
local folder = arg[0]:match("^(.*)/[^/]*$") or "."
package.path = folder .. "/?.lua;" .. package.path

local indoxhub = require "indoxhub"
local tickets = require "tickets"

local client = indoxhub.new {
  record = folder .. "/recordings",
  record_mode = arg[1] or "replay",
}

local failed = 0

local function check(what, expected, mail)
  local ticket, err = tickets.sort(client, mail)
  local got = ticket and ("%s, %s"):format(ticket.team,
    ticket.urgent and "urgent" or "not urgent") or tostring(err)
  local ok = got == expected
  failed = failed + (ok and 0 or 1)
  print(("%s  %s%s"):format(ok and "ok    " or "FAILED", what,
    ok and "" or ": " .. got))
end

check("a bill that is wrong can wait", "billing, not urgent",
  "Hello, I was billed twice for order 1207. Could you look into it?")
check("a shop that is down cannot", "support, urgent",
  "The shop shows an error on every page, and we lose orders by the minute!")
-- The model answered with a sentence here.
check("what no model can tell is for people", "people, not urgent",
  "asdf jkl")

os.exit(failed == 0 and 0 or 1)
