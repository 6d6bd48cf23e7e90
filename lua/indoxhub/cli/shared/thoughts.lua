--- What a model thinks before it answers: shown on stderr, in lines of its own
--- and dimmed on a terminal. It is never part of what goes through a pipe.

local terminal = require "indoxhub.cli.shared.terminal"

local thoughts = {}

---@class indoxhub.cli.Thoughts
---@field any boolean whether there were any
local methods = {}
local thoughts_mt = { __index = methods }

--- Of one answer.
---@return indoxhub.cli.Thoughts
function thoughts.new()
  return setmetatable({ any = false, _last = nil,
    _clean = terminal.is(terminal.STDERR) and terminal.cleaner() }, thoughts_mt)
end

-- Each piece is dimmed by itself: whatever ends the program, the terminal is
-- left as it was.
local function write(self, text)
  if text ~= "" then
    io.stderr:write(terminal.paint(terminal.STDERR, "dim", text))
    self.any, self._last = true, text:sub(-1)
  end
end

--- Shows the next piece.
---@param piece string
---@param within_line? boolean the answer has begun a line on the same terminal
function methods:show(piece, within_line)
  if within_line and not self._last and self._clean then
    io.stderr:write("\n")
  end
  write(self, self._clean and self._clean(piece) or piece)
end

--- Ends their line, and leaves one before the answer. Does nothing when there
--- was no piece since the last time.
function methods:close()
  if self._clean then
    write(self, self._clean())
  end
  if self._last then
    io.stderr:write(self._last == "\n" and "\n" or "\n\n")
    self._last = nil
  end
end

return thoughts
