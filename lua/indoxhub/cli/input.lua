--- What the command is given: arguments, and what comes through a pipe.

local core = require "indoxhub.core"
local errors = require "indoxhub.errors"
local exit = require "indoxhub.cli.exit"
local line = require "indoxhub.cli.line"
local output = require "indoxhub.cli.output"
local terminal = require "indoxhub.cli.terminal"
local utf8 = require "indoxhub.utf8"

local input = {}

--- Whether stdin is a pipe or a file.
---@return boolean
function input.is_piped()
  return not terminal.is(terminal.STDIN)
end

--- All that comes through stdin. Ctrl-C ends the wait for it.
---@return string? bytes, indoxhub.Error? err
function input.read_all()
  local pieces = {}
  while true do
    local piece, why = core.read_input(terminal.STDIN)
    if piece == "" then
      return table.concat(pieces)
    elseif piece == false then
      return nil, errors.cancelled()
    elseif not piece then
      return nil, errors.new("file", "cannot read stdin: " .. why)
    end
    pieces[#pieces + 1] = piece
  end
end

---------------------------------------------------------------------------
-- texts

--- What was given, as a request can hold it: JSON takes nothing but UTF-8, and
--- a server refuses the whole question for one other byte.
---@param bytes string
---@return string
function input.as_text(bytes)
  local text = utf8.text(bytes)
  if text ~= bytes then
    output.note("What is not UTF-8 in the text is sent as " .. utf8.REPLACEMENT
      .. ".")
  end
  return text
end

local as_text = input.as_text

local function is_blank(text)
  return not text:find("%S")
end

--- A text that is given as arguments, or else through a pipe.
---@param words string[]
---@param what string what is missing when there is neither
---@return string? text, indoxhub.Error? err
function input.text(words, what)
  local text, err = table.concat(words, " "), nil
  if is_blank(text) and input.is_piped() then
    text, err = input.read_all()
  end
  if text and is_blank(text) then
    return nil, exit.usage(("no %s: give one, or pipe one in"):format(what))
  end
  return text and as_text(text), err
end

--- The arguments, and below them what comes through a pipe.
---@param words string[]
---@return string? text "" when there is nothing, indoxhub.Error? err
function input.question(words)
  local asked = table.concat(words, " ")
  local piped, err = "", nil
  if input.is_piped() then
    piped, err = input.read_all()
  end
  if not piped then
    return nil, err
  elseif is_blank(piped) then
    return is_blank(asked) and "" or as_text(asked)
  end
  return as_text(is_blank(asked) and piped or asked .. "\n\n" .. piped)
end

--- A line typed on the terminal; nil and an error when there is none.
---@param prompt string
---@return string? typed, indoxhub.Error? err
function input.line(prompt)
  local typed = line.plain(prompt)
  return typed, not typed and errors.cancelled() or nil
end

return input
