-- What programs begin with that play with examples/neovim. `await` waits in a
-- task, where typed keys are served meanwhile; `notes` are the notifications.
return [[
  vim.o.showmode = false
  local notes = {}
  function vim.notify(text, level, options)
    assert(not vim.in_fast_event())
    notes[#notes + 1] = { text = text, level = level, title = options.title }
  end
  local function await(condition)
    for _ = 1, 4000 do
      if condition() then
        return
      end
      indoxhub.sleep(0.002)
    end
    error("waited too long; " .. vim.inspect(notes), 2)
  end
  local function text_of(buffer)
    return table.concat(vim.api.nvim_buf_get_lines(buffer, 0, -1, true), "|")
  end
  local namespace = vim.api.nvim_create_namespace "indoxhub_ask"
  local function is_answering(buffer)
    return #vim.api.nvim_buf_get_extmarks(buffer, namespace, 0, -1, {}) > 0
  end
  local function await_end(buffer)
    await(function()
      return not is_answering(buffer)
    end)
  end
  local function await_text(buffer, text)
    await(function()
      return text_of(buffer) == text
    end)
  end
  -- As a person does: while the editor waits for keys.
  local function type_keys(keys)
    local timer = uv.new_timer()
    vim.g.typed = 0
    timer:start(1, 0, function()
      timer:close()
      vim.api.nvim_input(keys .. "<F9>")
    end)
    await(function()
      return vim.g.typed == 1
    end)
  end
  vim.cmd "noremap <F9> <Cmd>let g:typed = 1<CR>"
  vim.cmd "inoremap <F9> <Cmd>let g:typed = 1<CR>"
  -- A command that shows nothing of itself.
  local function type_command(command)
    vim.g.command = command
    vim.cmd "noremap <F8> <Cmd>execute 'silent' g:command<CR>"
    type_keys "<F8>"
  end
  local function ask(question)
    vim.cmd(question)
    return vim.api.nvim_get_current_buf()
  end
  -- A buffer of three lines.
  local function open()
    vim.cmd "enew!"
    local buffer = vim.api.nvim_get_current_buf()
    vim.api.nvim_buf_set_lines(buffer, 0, -1, true, { "one", "two", "three" })
    vim.cmd "let &undolevels = &undolevels" -- what follows is another change
    return buffer
  end
  -- Keys that stop an answer; newer editors have some for Markdown, too.
  local function count_keys(buffer)
    local count = 0
    for _, key in ipairs(vim.api.nvim_buf_get_keymap(buffer, "n")) do
      count = count + (key.lhs == "<C-X>" and 1 or 0)
    end
    return count
  end
  local function base_url(name)
    require("indoxhub_ask").setup { client = { max_retries = 0,
      base_url = RAW .. "/" .. name } }
  end
]]
