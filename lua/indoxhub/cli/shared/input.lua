--- What the command is given: arguments, and what comes through a pipe.

local core = require "indoxhub.core"
local errors = require "indoxhub.base.errors"
local exit = require "indoxhub.cli.shared.exit"
local line = require "indoxhub.cli.shared.line"
local output = require "indoxhub.cli.shared.output"
local terminal = require "indoxhub.cli.shared.terminal"
local utf8 = require "indoxhub.base.utf8"

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

--- What was given, as a request can hold it: without the byte order mark that
--- editors write in front, and in UTF-8, as a server refuses the whole question
--- for one other byte.
---@param bytes string
---@return string
function input.as_text(bytes)
  local plain = utf8.without_mark(bytes)
  local text = utf8.text(plain)
  if text ~= plain then
    output.note("What is not UTF-8 in the text is sent as " .. utf8.REPLACEMENT
      .. ".")
  end
  return text
end

local as_text = input.as_text

local function is_blank(text)
  return not text:find("%S")
end

-- Each may be the text of a file, as in "$(cat question.txt)".
local function joined(words)
  local plain = {}
  for i, word in ipairs(words) do
    plain[i] = utf8.without_mark(word)
  end
  return table.concat(plain, " ")
end

local function read_text()
  local bytes, err = input.read_all()
  return bytes and utf8.without_mark(bytes), err
end

--- Whether all that was given is "-", which stands for stdin, be it a terminal.
---@param words string[]
---@return boolean
function input.is_stdin(words)
  return words[1] == "-" and words[2] == nil
end

--- A text that is given as arguments, or else through a pipe.
---@param words string[]
---@param what string what is missing when there is neither
---@return string? text, indoxhub.Error? err
function input.text(words, what)
  local text, err = joined(words), nil
  if input.is_stdin(words) or is_blank(text) and input.is_piped() then
    text, err = read_text()
  end
  if text and is_blank(text) then
    return nil, exit.usage(("no %s: give one, or pipe one in"):format(what))
  end
  return text and as_text(text), err
end

--- The arguments, and below them what comes through a pipe.
---@param words string[]
---@return string? text "" when there is nothing
---@return indoxhub.Error? err
function input.question(words)
  local asked = input.is_stdin(words) and "" or joined(words)
  local piped, err = "", nil
  if input.is_piped() or input.is_stdin(words) then
    piped, err = read_text()
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
