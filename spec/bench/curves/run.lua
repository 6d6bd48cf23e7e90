-- Cost against size: 10, 100 and 1,000 messages of a request, and files of 1 to
-- 1,000 MB, with the exponent of each; that of 100 to 10,000 streams is
-- many/run.lua's. Arguments: port of the server, folder to save to, rounds.
package.path = "spec/bench/?.lua;" .. package.path
local measure = require "measure"
local rows = require "rows"

local port, folder, rounds = arg[1], arg[2], tonumber(arg[3])

local function save(lua, bytes)
  return measure.cost(measure.with_lua(lua, ("spec/bench/save/save.lua %s "
    .. "%s/saved %d"):format(("http://127.0.0.1:%s/bytes/%d"):format(port,
    bytes), folder, bytes)))
end

local CURVES = {
  { title = "a request of N messages", unit = "us", sizes = { 10, 100, 1000 },
    cost = function(lua, size)
      return measure.numbers(measure.with_lua(lua,
        "spec/bench/curves/messages.lua " .. size))[1]
    end },
  { title = "a saved file of N MB", unit = "s", sizes = { 1, 10, 100, 1000 },
    cost = function(lua, size)
      -- What a start costs does not grow; a hundredth of a second is the least
      -- that the kernel counts.
      return math.max(save(lua, size * 1000000) - save(lua, 1), 1e-4)
    end },
}

for _, curve in ipairs(CURVES) do
  for _, lua in ipairs { "luajit", "lua5.4" } do
    local exponents, costs = {}, {}
    for round = 1, rounds do
      local now = {}
      for i, size in ipairs(curve.sizes) do
        now[i] = curve.cost(lua, size)
        costs[i] = costs[i] or {}
        costs[i][round] = now[i]
      end
      exponents[round] = measure.exponent(curve.sizes, now)
    end
    local told = {}
    for i, size in ipairs(curve.sizes) do
      told[i] = ("%d: %.4g"):format(size, measure.median(costs[i]))
    end
    print(("%-26s %-8s exponent %.2f   %s (%s)"):format(curve.title, lua,
      measure.median(exponents), table.concat(told, ", "), curve.unit))
    rows.add { work = "exponent: " .. curve.title, on = lua,
      ours = measure.median(exponents), most = 1.05 }
  end
end
