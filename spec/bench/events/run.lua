-- What reading every event of a stream as a table costs in CPU time, network
-- and all, beside cjson that decodes the same strings from memory. Arguments:
-- port of the server, rounds.
--
-- As in streams.lua: whole processes, minus the same with one event.
package.path = "spec/bench/?.lua;" .. package.path
local measure = require "measure"
local rows = require "rows"

local port, rounds = arg[1], tonumber(arg[2])

local EVENTS = 200000

print(("Medians of %d rounds.\n"):format(rounds))
print(("%-28s %14s %10s %16s"):format("an event as a table", "CPU us",
  "x cjson", "(min to max)"))
for _, lua in ipairs { "luajit", "lua5.4" } do
  local commands = {
    function(events)
      return measure.with_lua(lua, "spec/bench/events/decode.lua " .. events)
    end,
    function(events)
      return measure.with_lua(lua, ("spec/bench/stream_indoxhub.lua %s %d 100 "
        .. "events"):format(port, events))
    end,
  }
  local found = measure.turns(2, rounds, function(i)
    return (measure.cost(commands[i](EVENTS)) - measure.cost(commands[i](1)))
      / EVENTS * 1e6
  end)
  print(("%-28s %14.3f"):format("cjson, " .. lua, found[1].figure))
  print(("%-28s %14.3f %10.2f %16s"):format("events(), " .. lua,
    found[2].figure, found[2].ratio, measure.spread(found[2].ratios)))
  rows.add { work = "events(), an event", on = lua, ours = found[2].figure,
    unit = "µs", peer = "cjson of the strings", theirs = found[1].figure,
    ratio = found[2].ratio, most = 1.3 }
end
