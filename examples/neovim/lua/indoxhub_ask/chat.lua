-- `:AskChat`: a buffer that is a conversation. What stands below its last
-- heading is the next question, which <CR> sends.

local answers = require "indoxhub_ask.answers"
local marks = require "indoxhub_ask.marks"
local shared = require "indoxhub_ask.client"

local chat = {}

local YOU, ANSWER = "## You", "## Answer"

-- Buffer -> conversation.
local talks = shared.state.talks

local function lines_of(buffer)
  return vim.api.nvim_buf_get_lines(buffer, 0, -1, true)
end

-- The question that was typed, and the row below the heading above it.
local function typed(buffer)
  local lines = lines_of(buffer)
  local row = #lines
  while row > 0 and lines[row] ~= YOU do
    row = row - 1
  end
  return vim.trim(table.concat(lines, "\n", row + 1)), row
end

-- Adds lines at the end, behind all empty ones.
local function append(buffer, ...)
  local lines = lines_of(buffer)
  local last = #lines
  while last > 0 and not lines[last]:find "%S" do
    last = last - 1
  end
  vim.api.nvim_buf_set_lines(buffer, last, -1, true, { ... })
end

local function to_end(buffer, windows)
  for _, window in ipairs(windows or vim.fn.win_findbuf(buffer)) do
    vim.api.nvim_win_set_cursor(window,
      { vim.api.nvim_buf_line_count(buffer), 0 })
  end
end

-- After an answer of which nothing came, the question stands where it was.
local function take_back(buffer)
  local lines = lines_of(buffer)
  for row = #lines, 1, -1 do
    if lines[row] == ANSWER then
      marks.clear(buffer, row - 2)
      return vim.api.nvim_buf_set_lines(buffer, row - 2, -1, true, {})
    end
  end
end

--- Sends what was typed into a chat buffer.
---@param buffer integer
function chat.send(buffer)
  local question, row = typed(buffer)
  local indoxhub, client = shared.load()
  if not indoxhub then
    return
  elseif answers.are_coming(buffer) then
    return shared.tell("an answer is coming; " .. (shared.settings.key or
      ":AskStop") .. " ends it", vim.log.levels.WARN)
  elseif question == "" then
    return shared.tell("type a question below the last heading",
      vim.log.levels.WARN)
  end
  local talk = talks[buffer]
    or client:conversation { model = shared.settings.model }
  talks[buffer] = talk
  marks.clear(buffer, row)
  append(buffer, "", ANSWER, "", "")
  local answer = answers.place(buffer, vim.api.nvim_buf_line_count(buffer) - 1,
    true)
  function answer.on_end(err)
    local windows = answers.followers(buffer)
    if answer.written then
      append(buffer, "", YOU, "", "")
    else
      take_back(buffer)
      local why = answers.why_ended(answer, err) or "no answer came"
      marks.set(buffer, vim.api.nvim_buf_line_count(buffer) - 1, 0, why)
    end
    to_end(buffer, windows)
  end
  to_end(buffer)
  answers.start(indoxhub, answer, function()
    return talk:stream(question)
  end)
end

local function set_up(buffer)
  local options = vim.bo[buffer]
  options.buftype, options.bufhidden, options.swapfile = "nofile", "hide", false
  options.filetype, options.syntax = "indoxhub_chat", "markdown"
  talks[buffer] = false -- until the first question
  vim.keymap.set("n", "<CR>", function()
    chat.send(buffer)
  end, { buffer = buffer, desc = "indoxhub: send the question" })
  vim.api.nvim_create_autocmd("BufWipeout", { buffer = buffer, once = true,
    desc = "indoxhub: forget this conversation", callback = function()
      talks[buffer] = nil
    end })
end

-- The newest chat there is.
local function newest()
  local found
  for buffer in pairs(talks) do
    if vim.api.nvim_buf_is_loaded(buffer) and buffer > (found or 0) then
      found = buffer
    end
  end
  return found
end

--- Shows the newest chat, or begins one.
---@param anew boolean begin one in any case
function chat.open(anew)
  local buffer = not anew and newest()
  local window = buffer and vim.fn.win_findbuf(buffer)[1]
  if window then
    return vim.api.nvim_set_current_win(window)
  end
  vim.cmd(buffer and "botright sbuffer " .. buffer or "botright new")
  vim.wo.wrap, vim.wo.linebreak = true, true
  if not buffer then
    buffer = vim.api.nvim_get_current_buf()
    set_up(buffer)
    vim.api.nvim_buf_set_name(buffer, "indoxhub://chat/" .. buffer)
    vim.api.nvim_buf_set_lines(buffer, 0, -1, true, { YOU, "", "" })
  end
  to_end(buffer)
end

return chat
