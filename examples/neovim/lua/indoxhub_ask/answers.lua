-- Answers that grow in buffers.
--
-- Each answer is a task of its own, and Neovim's loop runs them all: what
-- follows reads like blocking code and never blocks. Tasks go on where the
-- whole API may be used, so there is no vim.schedule in this file.

local marks = require "indoxhub_ask.marks"
local shared = require "indoxhub_ask.client"

local answers = {}

-- Pieces that are written at once, when that many have come.
local MOST_PIECES = 256

local namespace = vim.api.nvim_create_namespace "indoxhub_ask"

-- Buffer -> { answers, the tick of our last change, what was set up there }.
local places = shared.state.places

---@class indoxhub_ask.Answer
---@field buffer integer
---@field follow boolean whether cursors at the end of the buffer stay there
---@field first integer mark of where it begins
---@field last integer mark of where it goes on
---@field written? boolean whether something was written
---@field stopped? boolean
---@field stream? indoxhub.Stream
---@field task? indoxhub.Task
---@field has_line? boolean whether its line was made for it
---@field take? fun(answer, text): boolean what is done with its text, in place
--- of writing it; false ends the answer
---@field on_end? fun(err?: table) what is done at its end, in its buffer

---------------------------------------------------------------------------
-- the buffers that have answers

-- Ends the answers of a buffer; their tasks hear of it and clean up.
local function stop_all(place)
  for answer in pairs(place.answers) do
    answer.stopped = true
    if answer.stream then
      answer.stream:close() -- tells the server, too
    end
    answer.task:cancel()
  end
end

-- Takes our key and autocommand out of a buffer that has no answers any more.
local function leave(buffer, place)
  if places[buffer] ~= place then
    return
  end
  places[buffer] = nil
  pcall(vim.api.nvim_del_autocmd, place.autocmd) -- gone with its buffer
  if place.key then
    pcall(vim.keymap.del, "n", place.key, { buffer = buffer })
  end
end

local function is_mapped(buffer, key)
  local code = vim.api.nvim_replace_termcodes(key, true, true, true)
  for _, map in ipairs(vim.api.nvim_buf_get_keymap(buffer, "n")) do
    if vim.api.nvim_replace_termcodes(map.lhs, true, true, true) == code then
      return true
    end
  end
  return false
end

--- What is known of a buffer with answers; its key and autocommand are set.
---@param buffer integer
---@return table place
function answers.enter(buffer)
  local place = places[buffer]
  if place then
    return place
  end
  place = { answers = {} }
  place.autocmd = vim.api.nvim_create_autocmd("BufUnload", {
    buffer = buffer, desc = "indoxhub: end the answers of this buffer",
    callback = function()
      stop_all(place)
    end,
  })
  -- Somebody else's key of this buffer stays theirs.
  local key = shared.settings.key
  if key and not is_mapped(buffer, key) then
    place.key = key
    vim.keymap.set("n", key, function()
      stop_all(place)
    end, { buffer = buffer, desc = "indoxhub: end the answers" })
  end
  places[buffer] = place
  return place
end

local function leave_if_done(buffer, place)
  if not next(place.answers) then
    leave(buffer, place)
  end
end

--- Ends the answers of a buffer.
---@param buffer integer
function answers.stop(buffer)
  if places[buffer] then
    stop_all(places[buffer])
  end
end

---@param buffer integer
---@return boolean
function answers.are_coming(buffer)
  return places[buffer] ~= nil
end

---------------------------------------------------------------------------
-- text

local function line_of(buffer, row)
  return vim.api.nvim_buf_get_lines(buffer, row, row + 1, true)[1]
end

-- Changes text. What follows our last change directly is undone with it.
local function change(place, buffer, ...)
  if place.tick == vim.api.nvim_buf_get_changedtick(buffer) then
    vim.api.nvim_buf_call(buffer, function()
      vim.cmd "undojoin"
    end)
  end
  vim.api.nvim_buf_set_text(buffer, ...)
  place.tick = vim.api.nvim_buf_get_changedtick(buffer)
end

--- Where a mark of an answer is now; nil when it is gone.
---@param buffer integer
---@param mark integer
---@return integer? row, integer? col
function answers.position(buffer, mark)
  local found = vim.api.nvim_buf_get_extmark_by_id(buffer, namespace, mark, {})
  return found[1], found[2]
end

--- Where the answer goes on; nil when it has no place any more, because what
--- came so far was deleted or undone.
---@param answer indoxhub_ask.Answer
---@return integer? row, integer? col
function answers.end_of(answer)
  local buffer = answer.buffer
  if not vim.api.nvim_buf_is_loaded(buffer) then
    return nil
  end
  local first_row, first_col = answers.position(buffer, answer.first)
  local row, col = answers.position(buffer, answer.last)
  if not row or row == first_row and col == first_col and (answer.written
    or line_of(buffer, row) ~= "") then
    return nil
  end
  return row, col
end

--- An answer that will stand where there is an empty line now.
---@param buffer integer
---@param row integer
---@param follow boolean
---@return indoxhub_ask.Answer
function answers.place(buffer, row, follow)
  local answer = { buffer = buffer, follow = follow }
  answer.first = vim.api.nvim_buf_set_extmark(buffer, namespace, row, 0,
    { right_gravity = false })
  answer.last = vim.api.nvim_buf_set_extmark(buffer, namespace, row, 0,
    { virt_text = { { "...", "Comment" } } })
  return answer
end

--- The same in a new line beneath one, counted from 1. Nil, and a message, when
--- the buffer cannot be changed.
---@param buffer integer
---@param number integer
---@return indoxhub_ask.Answer?
function answers.place_beneath(buffer, number)
  local place = answers.enter(buffer)
  local line = line_of(buffer, number - 1)
  local ok, err = pcall(change, place, buffer, number - 1, #line, number - 1,
    #line, { "", "" })
  if ok then
    local answer = answers.place(buffer, number, false)
    answer.has_line = true
    return answer
  end
  leave_if_done(buffer, place)
  shared.tell(err)
end

--- The windows whose cursor stands at the end of a buffer.
---@param buffer integer
---@return integer[]
function answers.followers(buffer)
  local last, found = vim.api.nvim_buf_line_count(buffer), {}
  for _, window in ipairs(vim.fn.win_findbuf(buffer)) do
    if vim.api.nvim_win_get_cursor(window)[1] == last then
      found[#found + 1] = window
    end
  end
  return found
end

--- Writes text at the end of an answer. False when it has no place any more.
---@param answer indoxhub_ask.Answer
---@param text string
---@return boolean
function answers.write(answer, text)
  local row, col = answers.end_of(answer)
  if not row then
    return false
  end
  local windows = answer.follow and answers.followers(answer.buffer) or {}
  local lines = vim.split(text:gsub("\r", ""), "\n", { plain = true })
  change(answers.enter(answer.buffer), answer.buffer, row, col, row, col, lines)
  answer.written = true
  for _, window in ipairs(windows) do
    vim.api.nvim_win_set_cursor(window,
      { vim.api.nvim_buf_line_count(answer.buffer), 0 })
  end
  return true
end

---------------------------------------------------------------------------
-- the end of an answer

--- Why an answer is not whole; nil when it is.
---@param answer indoxhub_ask.Answer
---@param err? any
---@return string?
function answers.why_ended(answer, err)
  return answer.stopped and "stopped"
    or err and "broken off: " .. (type(err) == "table" and err.kind or "error")
    or nil
end

-- Marks an answer behind the last of its lines that is not empty.
local function mark_end(answer, why)
  local buffer, row = answer.buffer, answers.end_of(answer)
  if row then
    local first_row, first_col = answers.position(buffer, answer.first)
    while row > first_row and line_of(buffer, row) == "" do
      row = row - 1
    end
    marks.set(buffer, row, row == first_row and first_col or 0, why)
  end
end

-- Takes away the line of an answer of which nothing came.
local function remove_line(place, answer)
  local row = answers.end_of(answer)
  if row and row > 0 then
    local above = line_of(answer.buffer, row - 1)
    change(place, answer.buffer, row - 1, #above, row, 0, { "" })
  end
end

-- What an answer leaves behind. A buffer may refuse to be changed.
local function finish(place, answer, err)
  local buffer, why = answer.buffer, answers.why_ended(answer, err)
  if not vim.api.nvim_buf_is_loaded(buffer) then
    return
  elseif answer.has_line and not answer.written then
    pcall(remove_line, place, answer)
  elseif why then
    pcall(mark_end, answer, why)
  end
  if answer.on_end then
    local ok, wrong = pcall(answer.on_end, err)
    if not ok then
      shared.tell(wrong)
    end
  end
  vim.api.nvim_buf_del_extmark(buffer, namespace, answer.first)
  vim.api.nvim_buf_del_extmark(buffer, namespace, answer.last)
end

---------------------------------------------------------------------------
-- an answer

-- Waits for a piece, and takes what has come with it. Nil at the end, and an
-- error if it broke.
local function read(stream)
  local piece, err = stream:next()
  if not piece then
    return nil, err
  end
  local pieces = {}
  repeat
    pieces[#pieces + 1] = piece
    piece = #pieces < MOST_PIECES and stream:try_next()
  until not piece
  return table.concat(pieces)
end

-- Returns an error, if there was one.
local function read_into(answer, open)
  local stream, err = open()
  answer.stream = stream
  while stream do
    local text
    text, err = read(stream)
    if not text then
      break
    elseif not answer.take(answer, text) then
      answer.stopped = true
      stream:close()
      break
    end
  end
  return err
end

--- Starts to answer.
---@param indoxhub table the library
---@param answer indoxhub_ask.Answer
---@param open fun(): indoxhub.Stream?, indoxhub.Error?
function answers.start(indoxhub, answer, open)
  local place = answers.enter(answer.buffer)
  place.answers[answer] = true
  answer.take = answer.take or answers.write
  answer.task = indoxhub.spawn(function()
    -- A buffer may refuse to be changed, and raises then.
    local ok, err = pcall(read_into, answer, open)
    if not ok and answer.stream then
      answer.stream:close()
    end
    finish(place, answer, err)
    place.answers[answer] = nil
    leave_if_done(answer.buffer, place)
    if err and not answer.stopped then
      shared.tell(err)
    end
  end)
end

return answers
