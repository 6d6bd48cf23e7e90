-- An output handler of busted: names what failed and what was skipped, and
-- appends "passed failed skipped" to the file that INDOXHUB_TOTALS names. The
-- test that runs is named in that file's neighbour ".now". Each file of specs
-- appends its suite, its name and the seconds it took to the file that
-- INDOXHUB_TIMES names.
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

local function write(name, mode, text)
  local file = name and io.open(name, mode)
  if file then
    file:write(text, "\n")
    file:close()
  end
end

return function()
  local handler = require "busted.outputHandlers.base"()
  local totals = os.getenv("INDOXHUB_TOTALS")

  local function begin(element)
    write(totals and totals .. ".now", "w", handler.getFullName(element))
    return nil, true
  end

  local function finish()
    show("FAILED", handler.failures)
    show("ERROR", handler.errors)
    show("SKIPPED", handler.pendings)
    local counts = { handler.successesCount,
      handler.failuresCount + handler.errorsCount, handler.pendingsCount }
    io.stdout:write(("%d passed, %d failed, %d skipped\n")
      :format(counts[1], counts[2], counts[3]))
    write(totals, "a", table.concat(counts, " "))
    return nil, true
  end

  local function time(element)
    local suite = os.getenv("INDOXHUB_SUITE") or os.getenv("INDOXHUB_LUA")
    write(os.getenv("INDOXHUB_TIMES"), "a", ("%s\t%s\t%.2f"):format(suite,
      element.name, element.duration))
    return nil, true
  end

  busted.subscribe({ "file", "end" }, time)
  busted.subscribe({ "test", "start" }, begin)
  busted.subscribe({ "suite", "end" }, finish)
  return handler
end
