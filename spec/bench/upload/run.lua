-- What sending a file of 1 GB in a form costs in CPU time, beside `curl -F`.
-- Arguments: port of the server, folder with the files, rounds.
--
-- As in save/run.lua: whole processes, minus the same with a file of one byte.
package.path = "spec/bench/?.lua;" .. package.path
local measure = require "measure"
local rows = require "rows"

local port, folder, rounds = arg[1], arg[2], tonumber(arg[3])

local URL = ("http://127.0.0.1:%s/uploads/"):format(port)

local function with_lua(lua)
  return function(file)
    return measure.with_lua(lua, ("spec/bench/upload/upload.lua %s %s/%s")
      :format(URL, folder, file))
  end
end

local CLIENTS = {
  { name = "curl -F", command = function(file)
    return ("curl -s -o /dev/null -F model=m -F file=@%s/%s %s"):format(folder,
      file, URL)
  end },
  { name = "indoxhub, LuaJIT", command = with_lua "luajit" },
  { name = "indoxhub, Lua 5.4", command = with_lua "lua5.4" },
}

local found = measure.turns(#CLIENTS, rounds, function(i)
  return measure.cost(CLIENTS[i].command "sent")
    - measure.cost(CLIENTS[i].command "byte")
end)
print(("Medians of %d rounds."):format(rounds))
print(("\n%-28s %14s %10s %16s"):format("a file of 1 GB", "CPU s", "x curl",
  "(min to max)"))
for i, client in ipairs(CLIENTS) do
  print(("%-28s %14.2f %10.2f %16s"):format(client.name, found[i].figure,
    found[i].ratio, measure.spread(found[i].ratios)))
  if i > 1 then
    rows.add { work = "upload 1 GB", on = client.name, ours = found[i].figure,
      unit = "s", peer = "curl -F", theirs = found[1].figure,
      ratio = found[i].ratio, most = 1 }
  end
end
