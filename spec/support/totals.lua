-- An output handler of busted: names what failed and what was skipped, and
-- appends "passed failed skipped" to the file that INDOXHUB_TOTALS names.
local busted = require "busted"

local function show(kind, list)
  for _, entry in ipairs(list) do
    local trace = entry.trace or {}
    local place = trace.short_src
      and (" (%s:%s)"):format(trace.short_src, tostring(trace.currentline))
      or ""
    local message = entry.message == nil and "" or tostring(entry.message)
    io.stdout:write(kind, ": ", entry.name, place, "\n")
    if message ~= "" then
      io.stdout:write("  ", (message:gsub("\n", "\n  ")), "\n")
    end
  end
end

return function()
  local handler = require "busted.outputHandlers.base"()

  local function finish()
    show("FAILED", handler.failures)
    show("ERROR", handler.errors)
    show("SKIPPED", handler.pendings)
    local counts = { handler.successesCount,
      handler.failuresCount + handler.errorsCount, handler.pendingsCount }
    io.stdout:write(("%d passed, %d failed, %d skipped\n")
      :format(counts[1], counts[2], counts[3]))
    local name = os.getenv("INDOXHUB_TOTALS")
    local file = name and io.open(name, "a")
    if file then
      file:write(table.concat(counts, " "), "\n")
      file:close()
    end
    return nil, true
  end

  busted.subscribe({ "suite", "end" }, finish)
  return handler
end
