-- `:AskReplace`: an answer in place of the text that it was asked about.
--
-- The text stays until the whole answer has come, so whatever fails leaves it
-- as it was, and one undo brings it back.

local answers = require "indoxhub_ask.answers"
local marks = require "indoxhub_ask.marks"
local shared = require "indoxhub_ask.client"

local INSTRUCTIONS = "You are given an instruction and, below it, a text. "
  .. "Answer with the text that is to stand in its place, and nothing else."

local namespace = vim.api.nvim_create_namespace "indoxhub_ask"

-- Where the visual selection is, when the range of a command is that and it is
-- within lines: rows from 0, the end exclusive.
local function selection(first, last)
  local from, to = vim.fn.getpos "'<", vim.fn.getpos "'>"
  if vim.fn.visualmode() ~= "v" or from[2] ~= first or to[2] ~= last then
    return nil
  end
  local line = vim.fn.getline(last)
  local behind = vim.fn.matchend(line, ".", math.min(to[3], #line + 1) - 1)
  return from[2] - 1, math.min(from[3] - 1, #vim.fn.getline(first)), to[2] - 1,
    behind < 0 and #line or behind
end

local function range_of(command)
  local row, col, end_row, end_col = selection(command.line1, command.line2)
  if command.range == 2 and row then
    return row, col, end_row, end_col
  end
  return command.line1 - 1, 0, command.line2 - 1,
    #vim.fn.getline(command.line2)
end

-- Of answers that come as one block of code, only what is in it.
local function plain(text)
  text = text:gsub("\r", ""):gsub("^%s*\n", ""):gsub("%s+$", "")
  local inside = text:match "^```[^\n]*\n(.*)\n```$"
  return inside and not inside:find("\n```", 1, true) and inside or text
end

local function put(answer, original, text)
  local row, col = answers.position(answer.buffer, answer.first)
  local end_row, end_col = answers.position(answer.buffer, answer.last)
  local now = row and end_row and table.concat(vim.api.nvim_buf_get_text(
    answer.buffer, row, col, end_row, end_col, {}), "\n")
  if now ~= original then
    vim.fn.setreg('"', text)
    return shared.tell("the text was changed meanwhile and stays as it is; "
      .. "the answer is in the unnamed register: p puts it",
      vim.log.levels.WARN)
  end
  vim.api.nvim_buf_set_text(answer.buffer, row, col, end_row, end_col,
    vim.split(text, "\n", { plain = true }))
end

-- Shows, behind the text, the last line of what has come.
local function show(answer, text)
  local row, col = answers.position(answer.buffer, answer.first)
  vim.api.nvim_buf_set_extmark(answer.buffer, namespace, row, col,
    { id = answer.first, right_gravity = false,
      virt_text = { { "... " .. text:match "[^\n]*$", "Comment" } } })
end

--- `:{range}AskReplace {instruction}`.
---@param command table what nvim_create_user_command gives
return function(command)
  local indoxhub, client = shared.load()
  if not indoxhub then
    return
  end
  local buffer = vim.api.nvim_get_current_buf()
  if not vim.bo[buffer].modifiable then
    return shared.tell "this buffer cannot be changed"
  end
  local row, col, end_row, end_col = range_of(command)
  local original = table.concat(vim.api.nvim_buf_get_text(buffer, row, col,
    end_row, end_col, {}), "\n")
  marks.clear(buffer, row, end_row)
  local answer = { buffer = buffer, follow = false, text = "" }
  answer.first = vim.api.nvim_buf_set_extmark(buffer, namespace, row, col,
    { right_gravity = false })
  show(answer, "")
  answer.last = vim.api.nvim_buf_set_extmark(buffer, namespace, end_row,
    end_col, {})
  function answer.take(_, text)
    answer.text = answer.text .. text
    show(answer, answer.text)
    return true
  end
  function answer.on_end(err)
    local text = plain(answer.text)
    if not answers.why_ended(answer, err) and text ~= "" then
      put(answer, original, text)
    end
  end
  answers.start(indoxhub, answer, function()
    return client.chat:stream { model = shared.settings.model, messages = {
      { role = "system", content = INSTRUCTIONS },
      { role = "user", content = command.args .. "\n\n" .. original } } }
  end)
end
