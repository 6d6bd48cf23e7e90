--- Progress on stderr, in one line that is drawn again and again; only on a
--- terminal that can do that.

local core = require "indoxhub.core"
local number = require "indoxhub.base.number"
local task = require "indoxhub.loop.task"
local terminal = require "indoxhub.cli.shared.terminal"

local progress = {}

-- Seconds between two drawings.
local PAUSE = 0.1

-- Columns of a bar.
local NARROWEST, WIDEST = 10, 40

-- Whether the line is on the screen.
local drawn = false

---@class indoxhub.Bar
---@field label string
---@field began number
---@field part? number from 0 to 1
---@field text string what there is to say
local bar_methods = {}
local bar_mt = { __index = bar_methods }

--- Takes the line off the screen, before something else is written.
function progress.clear()
  if drawn then
    io.stderr:write("\r\27[K")
    drawn = false
  end
end

--- A line that says nothing yet.
---@param label string such as "Sending"
---@return indoxhub.Bar
function progress.new(label)
  return setmetatable({ label = label, began = core.now(), shown = 0,
    text = "", _visible = terminal.can_redraw(terminal.STDERR) }, bar_mt)
end

local function bar_of(part, room)
  local columns = math.min(WIDEST, room)
  if columns < NARROWEST then
    return ""
  end
  local full = math.floor(part * columns)
  return ("[%s%s] "):format(("#"):rep(full), ("-"):rep(columns - full))
end

local function draw(self)
  local seconds = math.floor(core.now() - self.began)
  local percent = self.part and ("%3.0f %%"):format(self.part * 100) or ""
  local said = ("%s  %s  %.0f s"):format(percent, self.text, seconds)
  local room = terminal.width(terminal.STDERR) - 1
  local line = self.label .. "  " .. (self.part
    and bar_of(self.part, room - #self.label - #said - 5) or "") .. said
  io.stderr:write("\r", terminal.safe(line):sub(1, room), "\27[K")
  drawn = true
end

--- Shows how far it is; most calls of a quick succession change nothing.
---@param part? number from 0 to 1, nil when nobody knows
---@param text string
function bar_methods:show(part, text)
  self.part, self.text = part and math.max(0, math.min(1, part)), text
  local now = core.now()
  if self._visible and now - self.shown >= PAUSE then
    self.shown = now
    draw(self)
  end
end

--- Draws it again while nothing happens, so that its clock goes on: to be run
--- as a task, and cancelled.
function bar_methods:keep_time()
  while self._visible and task.sleep(1) do
    draw(self)
  end
end

local UNITS = { "bytes", "kB", "MB", "GB" }

-- The largest unit of which there is one.
local function unit_of(count)
  local unit = 1
  while count >= 1000 and unit < #UNITS do
    count, unit = count / 1000, unit + 1
  end
  return unit
end

local function amount(count, unit)
  return number.format(unit == 1 and "%.0f" or "%.1f",
    count / 1000 ^ (unit - 1))
end

--- A function for the option `on_progress` of calls that move bytes.
---@param label string
---@return fun(done: number, total?: number)
function progress.of_bytes(label)
  local bar = progress.new(label)
  return function(done, total)
    local unit = unit_of(total or done)
    local text = amount(done, unit)
    if total and total > 0 then
      text = text .. " of " .. amount(total, unit)
    end
    bar:show(total and total > 0 and done / total or nil,
      text .. " " .. UNITS[unit])
  end
end

return progress
