-- The commands. See plugin/indoxhub_ask.lua.

local answers = require "indoxhub_ask.answers"
local chat = require "indoxhub_ask.chat"
local replace = require "indoxhub_ask.replace"
local shared = require "indoxhub_ask.client"

local ask = {
  --- `:{range}AskReplace`.
  replace = replace,
  --- `:AskChat`.
  chat = chat.open,
}

---@param options? {model?: string, key?: string|false, client?: table} `client`
--- goes to indoxhub.new; `key` ends the answers of a buffer, false for none
function ask.setup(options)
  shared.setup(options)
end

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
  return answers.place(buffer, 2, true)
end

--- `:Ask`.
---@param command table what nvim_create_user_command gives
function ask.command(command)
  local indoxhub, client = shared.load()
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
    answer = answers.place_beneath(vim.api.nvim_get_current_buf(),
      command.line2)
  else
    answer = open_window(question)
  end
  if answer then
    answers.start(indoxhub, answer, function()
      return client.chat:stream { model = shared.settings.model,
        messages = { { role = "user", content = content } } }
    end)
  end
end

--- `:AskStop`: ends the answers that stream into a buffer.
---@param buffer integer 0: the current one
function ask.stop(buffer)
  answers.stop(buffer == 0 and vim.api.nvim_get_current_buf() or buffer)
end

return ask
