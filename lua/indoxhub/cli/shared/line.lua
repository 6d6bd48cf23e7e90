--- Lines typed on a terminal: with history and keys where the Lua module
--- `readline` is installed, else as the terminal itself edits them.
--
-- A reader takes the prompt and returns the line, or nil and "end" (Ctrl-D) or
-- "interrupted" (Ctrl-C).

local core = require "indoxhub.core"
local terminal = require "indoxhub.cli.shared.terminal"

local line = {}

--- A reader that leaves all to the terminal. It hands over a line at a time, so
--- none waits in the buffer of stdin while this waits for the terminal.
---@param prompt string
---@return string? line, string? why
function line.plain(prompt)
  io.stderr:write(prompt)
  local readable = core.await_input(terminal.STDIN)
  local typed = readable and io.read("*l")
  if typed then
    return typed
  end
  io.stderr:write("\n")
  return nil, core.interrupted() and "interrupted" or "end"
end

-- Switches off what readline switched on, that pasted text comes in brackets,
-- and leaves the line.
local FAREWELL = "\27[?2004l\r\n"

-- Asks the module for one key at a time: its own reading of a line would keep
-- Ctrl-C to itself. After that the handler stays where it is until the next one
-- takes its place, as the module survives its removal only at the end of a line
-- (version 3.2 closes the terminal before readline has let go of it).
local function with_readline(readline, words)
  core.guard_terminal(terminal.STDOUT, FAREWELL)
  readline.set_options { histfile = "", auto_add = false }
  readline.set_complete_list(words)
  return function(prompt)
    local typed, done
    readline.handler_install(prompt, function(text)
      typed, done = text, true
      readline.handler_remove()
    end)
    while not done do
      if core.await_input(terminal.STDIN) == false then
        core.interrupted()
        io.stdout:write("^C\n")
        return nil, "interrupted"
      end
      readline.read_char()
    end
    if not typed then
      io.stdout:write("\n")
      return nil, "end"
    elseif typed:find("%S") then
      readline.add_history(typed)
    end
    return typed
  end
end

--- A reader for the terminal.
---@param words string[] that Tab completes
---@return fun(prompt: string): string?, string?
function line.reader(words)
  local found, readline = pcall(require, "readline")
  if found and type(readline) == "table" and readline.handler_install
    and terminal.can_redraw(terminal.STDOUT) then
    return with_readline(readline, words)
  end
  return line.plain
end

return line
