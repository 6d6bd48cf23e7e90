-- Says which team a mail is for, and whether it can wait.
--     lua examples/testing/tickets.lua <mail.txt
-- Its test, which needs no server and no key, is test.lua.
local indoxhub = require "indoxhub"

local SCHEMA = {
  type = "object", required = { "team", "urgent" },
  properties = {
    team = { enum = { "billing", "support", "people" } },
    urgent = { type = "boolean" },
  },
}

local tickets = {}

--- Where a mail goes: { team =, urgent = }. What no model can tell is for
--- people; nil and an error when there is nobody to ask.
function tickets.sort(client, mail)
  local reply, err = client.chat:create({
    model = "openai/gpt-4o-mini",
    messages = {
      { role = "system", content = "You sort the mail of a shop." },
      { role = "user", content = mail },
    },
  }, { schema = SCHEMA, repairs = 0 })
  if reply then
    return reply.parsed
  elseif err.kind == "schema" then
    return { team = "people", urgent = false }
  end
  return nil, err
end

if arg and arg[0]:find("tickets.lua", 1, true) then
  local ticket, err = tickets.sort(indoxhub.new(), io.read "*a")
  if not ticket then
    io.stderr:write(tostring(err), "\n")
    os.exit(1)
  end
  print(ticket.team, ticket.urgent and "now" or "later")
end

return tickets
