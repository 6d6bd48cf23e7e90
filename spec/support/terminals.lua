-- A person at a terminal, for the specs: what programs do on one differs.
local core = require "indoxhub.core"
local process = require "spec_process"

local terminals = {}

-- Seconds that only a broken program needs.
local LIMIT = 20

local terminal_methods = {}
terminal_methods.__index = terminal_methods

--- Runs a shell command on a terminal of its own.
---@param command string
---@param columns? integer default 80
function terminals.start(command, columns)
  local id, descriptor = process.terminal(command, columns or 80)
  return setmetatable({ id = id, descriptor = descriptor, seen = "", at = 1 },
    terminal_methods)
end

function terminal_methods:type(bytes)
  process.type(self.descriptor, bytes)
end

-- Takes what is shown; false at the end.
local function look(self)
  local bytes = process.see(self.descriptor, 0.2)
  self.seen = self.seen .. (bytes or "")
  return bytes ~= nil
end

--- Waits until a text is shown, behind what was waited for before. Returns what
--- was shown until then.
function terminal_methods:expect(text)
  local deadline = core.now() + LIMIT
  while true do
    local from, to = self.seen:find(text, self.at, true)
    if from then
      local before = self.seen:sub(self.at, from - 1)
      self.at = to + 1
      return before
    elseif core.now() > deadline or not look(self) then
      self:kill()
      error(("expected %q on the terminal, which shows %q"):format(text,
        self.seen:sub(self.at)), 2)
    end
  end
end

--- Whether the terminal shows what is typed and takes it line by line.
function terminal_methods:is_usual()
  return process.is_usual(self.descriptor)
end

--- Waits until the program has ended. Returns its exit code, all that was
--- shown, and whether the terminal is as it was.
function terminal_methods:finish()
  local deadline = core.now() + LIMIT
  while look(self) do
    if core.now() > deadline then
      self:kill()
      error(("the program does not end; its terminal shows %q"):format(
        self.seen:sub(self.at)), 2)
    end
  end
  local usual = self:is_usual()
  process.leave(self.descriptor)
  return process.wait(self.id), self.seen, usual
end

function terminal_methods:kill()
  os.execute("kill -9 " .. self.id .. " 2>/dev/null")
  process.leave(self.descriptor)
  process.wait(self.id)
end

return terminals
