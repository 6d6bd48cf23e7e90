-- Answers that grow in buffers. See plugin/indoxhub_ask.lua for the commands.
--
-- Each answer is a task of its own, and Neovim's loop runs them all: what
-- follows reads like blocking code and never blocks. Tasks go on where the
-- whole API may be used, so there is no vim.schedule in this file.

local ask = {}

local settings = { model = "openai/gpt-4o-mini", key = "<C-x>", client = {} }

-- The client of all answers, made by the first.
local client

-- Pieces that are written at once, when that many have come.
local MOST_PIECES = 256

local namespace = vim.api.nvim_create_namespace "indoxhub_ask"

-- Buffer -> { answers, the tick of our last change, what was set up there }.
local places = {}

---@param options? {model?: string, key?: string|false, client?: table} `client`
--- goes to indoxhub.new; `key` ends the answers of a buffer, false for none
function ask.setup(options)
  settings = vim.tbl_extend("force", settings, options or {})
  client = nil
end

local function complain(message)
  message = tostring(message):gsub("^[^\n]-%.lua:%d+: ", "")
    :gsub("^indoxhub: ", "")
  vim.notify("indoxhub: " .. message, vim.log.levels.ERROR,
    { title = "indoxhub" })
end

-- The library and a client; nil when one of them cannot be had.
local function load()
  local ok, indoxhub = pcall(require, "indoxhub")
  if ok then
    local made, result = true, client
    if not client then
      made, result = pcall(indoxhub.new, settings.client)
    end
    if made then
      client = result
      return indoxhub
    end
    complain(result)
  else
    complain("the library cannot be loaded; :checkhealth indoxhub_ask tells "
      .. "what is missing")
  end
end

---------------------------------------------------------------------------
-- the buffer of an answer

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

local function enter(buffer)
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
  if settings.key and not is_mapped(buffer, settings.key) then
    place.key = settings.key
    vim.keymap.set("n", place.key, function()
      stop_all(place)
    end, { buffer = buffer, desc = "indoxhub: end the answers" })
  end
  places[buffer] = place
  return place
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

local function position(buffer, mark)
  local found = vim.api.nvim_buf_get_extmark_by_id(buffer, namespace, mark, {})
  return found[1], found[2]
end

-- Where the answer goes on; nil when it has no place any more, because what
-- came so far was deleted or undone.
local function end_of(answer)
  local buffer = answer.buffer
  if not vim.api.nvim_buf_is_loaded(buffer) then
    return nil
  end
  local first_row, first_col = position(buffer, answer.first)
  local row, col = position(buffer, answer.last)
  if not row or row == first_row and col == first_col and (answer.written
    or vim.api.nvim_buf_get_lines(buffer, row, row + 1, true)[1] ~= "") then
    return nil
  end
  return row, col
end

-- An answer that will stand where there is an empty line now.
local function place_answer(buffer, row, follow)
  local answer = { buffer = buffer, follow = follow }
  answer.first = vim.api.nvim_buf_set_extmark(buffer, namespace, row, 0,
    { right_gravity = false })
  answer.last = vim.api.nvim_buf_set_extmark(buffer, namespace, row, 0,
    { virt_text = { { "...", "Comment" } } })
  return answer
end

-- The windows whose cursor stands at the end of the buffer.
local function followers(buffer)
  local last, found = vim.api.nvim_buf_line_count(buffer), {}
  for _, window in ipairs(vim.fn.win_findbuf(buffer)) do
    if vim.api.nvim_win_get_cursor(window)[1] == last then
      found[#found + 1] = window
    end
  end
  return found
end

-- Writes text at the end of an answer. False when it has no place any more.
local function write(place, answer, text)
  local row, col = end_of(answer)
  if not row then
    return false
  end
  local windows = answer.follow and followers(answer.buffer) or {}
  local lines = vim.split(text:gsub("\r", ""), "\n", { plain = true })
  change(place, answer.buffer, row, col, row, col, lines)
  answer.written = true
  for _, window in ipairs(windows) do
    vim.api.nvim_win_set_cursor(window,
      { vim.api.nvim_buf_line_count(answer.buffer), 0 })
  end
  return true
end

-- Takes the marks away, and the line of an answer of which nothing came.
local function finish(place, answer)
  local buffer = answer.buffer
  if vim.api.nvim_buf_is_loaded(buffer) then
    local row = not answer.follow and not answer.written and end_of(answer)
    if row and row > 0 then
      local above = vim.api.nvim_buf_get_lines(buffer, row - 1, row, true)[1]
      change(place, buffer, row - 1, #above, row, 0, { "" })
    end
    vim.api.nvim_buf_del_extmark(buffer, namespace, answer.first)
    vim.api.nvim_buf_del_extmark(buffer, namespace, answer.last)
  end
  place.answers[answer] = nil
  if not next(place.answers) then
    leave(buffer, place)
  end
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

-- The task of an answer. Returns an error, if there was one.
local function stream_into(place, answer, content)
  local stream, err = client.chat:stream {
    model = settings.model,
    messages = { { role = "user", content = content } },
  }
  answer.stream = stream
  while stream do
    local text
    text, err = read(stream)
    if not text then
      break
    elseif not write(place, answer, text) then
      stream:close()
      break
    end
  end
  return err
end

local function start(indoxhub, answer, content)
  local place = enter(answer.buffer)
  place.answers[answer] = true
  answer.task = indoxhub.spawn(function()
    -- A buffer may refuse to be changed, and raises then.
    local ok, err = pcall(stream_into, place, answer, content)
    if not ok and answer.stream then
      answer.stream:close()
    end
    pcall(finish, place, answer)
    if err and not answer.stopped then
      complain(err)
    end
  end)
end

---------------------------------------------------------------------------
-- the commands

-- A new window with the question above an empty line.
local function open_window(question)
  vim.cmd "botright new"
  local buffer = vim.api.nvim_get_current_buf()
  local options = vim.bo[buffer]
  options.buftype, options.bufhidden = "nofile", "wipe"
  options.swapfile, options.filetype = false, "markdown"
  vim.wo.wrap, vim.wo.linebreak = true, true
  vim.api.nvim_buf_set_lines(buffer, 0, -1, true, { "# " .. question, "", "" })
  vim.api.nvim_win_set_cursor(0, { 3, 0 })
  return place_answer(buffer, 2, true)
end

-- A new line beneath one of the current buffer.
local function open_line(number)
  local buffer = vim.api.nvim_get_current_buf()
  local place = enter(buffer)
  local line = vim.api.nvim_buf_get_lines(buffer, number - 1, number, true)[1]
  local ok, err = pcall(change, place, buffer, number - 1, #line, number - 1,
    #line, { "", "" })
  if ok then
    return place_answer(buffer, number, false)
  end
  if not next(place.answers) then
    leave(buffer, place)
  end
  complain(err)
end

--- `:Ask`.
---@param command table what nvim_create_user_command gives
function ask.command(command)
  local indoxhub = load()
  if not indoxhub then
    return
  end
  local question = vim.trim((command.args:gsub("\n", " ")))
  local content = question
  if command.range > 0 then
    content = question .. "\n\n" .. table.concat(vim.api.nvim_buf_get_lines(0,
      command.line1 - 1, command.line2, true), "\n")
  end
  local answer
  if command.bang then
    answer = open_line(command.line2)
  else
    answer = open_window(question)
  end
  if answer then
    start(indoxhub, answer, content)
  end
end

--- `:AskStop`: ends the answers that stream into a buffer.
---@param buffer integer 0: the current one
function ask.stop(buffer)
  local place = places[buffer == 0 and vim.api.nvim_get_current_buf()
    or buffer]
  if place then
    stop_all(place)
  end
end

return ask
