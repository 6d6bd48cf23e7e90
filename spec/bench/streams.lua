-- What a stream of text deltas costs its reader in CPU time, beside the `curl`
-- command that throws the same bytes away, and beside lua-http with cjson and
-- the npm package `openai`.
-- Arguments: port of the server, rounds.
--
-- Every figure is user and system time of a whole process, minus that of the
-- same program with a stream of one event: start-up does not count. The clients
-- take turns, so that a busy machine is busy for all; a ratio is taken within
-- its round, and the median of the rounds is what counts.
package.path = "spec/bench/?.lua;" .. package.path
local measure = require "measure"
local rows = require "rows"

local port, rounds = arg[1], tonumber(arg[2])

local EVENTS = 200000

local WRITES = {
  { batch = 1, title = "one small write for each event",
    work = "text delta, a write each" },
  { batch = 100, title = "100 events in a write",
    work = "text delta, packed", most = { luajit = 2.0, ["lua5.4"] = 2.5 } },
}

local function with_lua(lua, script, how)
  return function(events, batch)
    return measure.with_lua(lua, ("spec/bench/%s %s %d %d %s"):format(script,
      port, events, batch, how or ""))
  end
end

local packages = io.popen "sh spec/support/peers/install.sh path"
local PACKAGES = packages:read "*l"
packages:close()

-- Those with a name for the table are in it, and have goals by their `lua`.
local CLIENTS = {
  { name = "curl to /dev/null", command = function(events, batch)
    return ("curl -sN -o /dev/null -X POST -d '{}' -H 'X-Bench: %d,%d' " ..
      "http://127.0.0.1:%s/"):format(events, batch, port)
  end },
  { name = "indoxhub, LuaJIT", lua = "luajit", command =
    with_lua("luajit", "stream_indoxhub.lua") },
  { name = "indoxhub, Lua 5.4", lua = "lua5.4", command =
    with_lua("lua5.4", "stream_indoxhub.lua") },
  { name = "next_batch, LuaJIT", command =
    with_lua("luajit", "stream_indoxhub.lua", "joined") },
  { name = "next_batch, Lua 5.4", command =
    with_lua("lua5.4", "stream_indoxhub.lua", "joined") },
  { name = "lua-http + cjson, LuaJIT", command =
    with_lua("luajit", "stream_lua_http.lua") },
  { name = "lua-http + cjson, Lua 5.4", command =
    with_lua("lua5.4", "stream_lua_http.lua") },
  { name = "npm openai, node", command = function(events, batch)
    return ("node spec/bench/stream_openai.js %s %s %d %d"):format(PACKAGES,
      port, events, batch)
  end },
}

-- One round: CPU microseconds per event of each client.
local function once(batch)
  local round = {}
  for i, client in ipairs(CLIENTS) do
    local long, _, kib = measure.cost(client.command(EVENTS, batch))
    local short = measure.cost(client.command(1, batch))
    round[i] = { us = (long - short) / EVENTS * 1e6, kib = kib }
  end
  return round
end

local function report(writes)
  print(("\n%d text deltas, %s"):format(EVENTS, writes.title))
  print(("%-28s %14s %10s %16s %10s"):format("", "CPU us/delta", "x curl",
    "(min to max)", "peak MiB"))
  local all = {}
  for round = 1, rounds do
    all[round] = once(writes.batch)
  end
  local first
  for i, client in ipairs(CLIENTS) do
    local us, ratios, kib = {}, {}, {}
    for round = 1, rounds do
      us[round] = all[round][i].us
      ratios[round] = all[round][i].us / all[round][1].us
      kib[round] = all[round][i].kib
    end
    print(("%-28s %14.3f %10.2f %16s %10.1f"):format(client.name,
      measure.median(us), measure.median(ratios), measure.spread(ratios),
      measure.median(kib) / 1024))
    if i > 1 then
      rows.add { work = writes.work, on = client.name,
        ours = measure.median(us), unit = "µs", peer = "curl",
        theirs = first, ratio = measure.median(ratios),
        most = client.lua and writes.most and writes.most[client.lua] }
    end
    first = first or measure.median(us)
  end
end

print(("Medians of %d rounds."):format(rounds))
for _, writes in ipairs(WRITES) do
  report(writes)
end
