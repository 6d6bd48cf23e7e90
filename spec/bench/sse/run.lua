-- Prints what spec/bench/sse/sse_speed.c measures. Argument: rounds.
package.path = "spec/bench/?.lua;" .. package.path
local measure = require "measure"
local rows = require "rows"

local ours, theirs, ratio = table.unpack(measure.numbers(
  "build/tools/sse_speed " .. arg[1]))
print(("an event of 180 bytes, ns: the parser %.1f, memchr %.1f, %.2f x")
  :format(ours, theirs, ratio))
rows.add { work = "event-stream parser, an event", on = "C", ours = ours,
  unit = "ns", peer = "memchr", theirs = theirs, ratio = ratio, most = 2 }
