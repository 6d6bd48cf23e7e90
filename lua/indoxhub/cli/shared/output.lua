--- What the command says: answers on stdout, everything else on stderr.
--
-- A reader that goes away, as `head` does, is no error; a full disk is one.

local errors = require "indoxhub.base.errors"
local json = require "indoxhub.base.json"
local progress = require "indoxhub.cli.shared.progress"
local terminal = require "indoxhub.cli.shared.terminal"
local thoughts = require "indoxhub.cli.shared.thoughts"
local utf8 = require "indoxhub.base.utf8"
local width = require "indoxhub.base.width"

local output = {}

-- Numbers of the system's errors.
local INTERRUPTED, BROKEN_PIPE = 4, 32

--- Whether an error only says that nobody reads the answer any more.
---@param err indoxhub.Error
---@return boolean
function output.is_unread(err)
  return err.code == "unread"
end

local function failed(why, number)
  if number == BROKEN_PIPE then
    return nil, errors.new("file", "nobody reads the answer any more",
      { code = "unread" })
  elseif number == INTERRUPTED then
    return nil, errors.cancelled()
  end
  return nil, errors.new("file", "cannot write the answer: " .. tostring(why))
end

--- Writes bytes to stdout as they are.
---@param bytes string
---@return true? ok, indoxhub.Error? err
function output.bytes(bytes)
  progress.clear()
  local ok, why, number = io.stdout:write(bytes)
  if ok then
    ok, why, number = io.stdout:flush()
  end
  if not ok then
    return failed(why, number)
  end
  return true
end

--- Writes a text to stdout.
---@param text string
---@return true? ok, indoxhub.Error? err
function output.text(text)
  return output.bytes(terminal.is(terminal.STDOUT) and terminal.safe(text)
    or text)
end

--- Writes a text and a line end, unless it has one.
---@param text string
---@return true? ok, indoxhub.Error? err
function output.line(text)
  return output.text(text:sub(-1) == "\n" and text or text .. "\n")
end

--- Writes a value as one line of JSON.
---@param value any
---@return true? ok, indoxhub.Error? err
function output.json(value)
  return output.text(json.encode(utf8.copy(value)) .. "\n")
end

--- Writes a table whose first line is a heading. On a terminal lines that are
--- too long are cut.
---@param text string
---@return true? ok, indoxhub.Error? err
function output.table(text)
  if not terminal.is(terminal.STDOUT) then
    return output.bytes(text)
  end
  local lines, columns = {}, terminal.width(terminal.STDOUT)
  for line in text:gmatch("([^\n]*)\n") do
    local shown = width.fit(line, columns)
    lines[#lines + 1] = lines[1] and shown
      or terminal.paint(terminal.STDOUT, "bold", shown)
  end
  return output.bytes(table.concat(lines, "\n") .. "\n")
end

-- Writes the pieces of an answer to stdout, and those of its reasoning to
-- stderr. True, or nil and why it could not be written; and why the answer
-- broke off.
local function copy(stream, thinking)
  local clean = terminal.is(terminal.STDOUT) and terminal.cleaner()
  local last, ok, err = "\n", true, nil
  local piece, kind = stream:next()
  while piece and ok do
    if kind == "reasoning" then
      thinking:show(piece, last ~= "\n" and terminal.is(terminal.STDOUT))
    else
      thinking:close()
      last = piece ~= "" and piece:sub(-1) or last
      ok, err = output.bytes(clean and clean(piece) or piece)
    end
    if ok then
      piece, kind = stream:next()
    end
  end
  thinking:close()
  if ok then
    ok, err = output.bytes((clean and clean() or "")
      .. (last == "\n" and "" or "\n"))
  end
  return ok, err, not piece and kind or nil
end

--- Writes a streamed answer piece by piece, and ends its line.
---@param stream indoxhub.Stream
---@param reasoning? boolean also what the server tells of it only at the end;
--- its pieces are shown wherever the stream has them
---@return table? reply, indoxhub.Error? err
function output.stream(stream, reasoning)
  local thinking = thoughts.new()
  local ok, err, failure = copy(stream, thinking)
  if not ok then
    stream:close()
    return nil, err
  elseif failure then
    return nil, failure
  end
  local reply
  reply, err = stream:reply()
  local told = reasoning and reply and reply.reasoning_content
  if type(told) == "string" and not thinking.any then
    thinking:show(told)
    thinking:close()
  end
  return reply, err
end

local function tell(prefix, text)
  progress.clear()
  io.stderr:write(prefix, terminal.is(terminal.STDERR) and terminal.safe(text)
    or text, "\n")
end

--- Tells the user something on stderr.
---@param text string
function output.note(text)
  tell("", text)
end

--- Tells the user what went wrong.
---@param text string
function output.complain(text)
  tell(terminal.paint(terminal.STDERR, "red", "indoxhub:") .. " ", text)
end

return output
